//! Faults of tags.

use std::collections::HashMap;

use futures::{FutureExt, StreamExt};
use metrix::{MElement, MStream, Tags, size, tags};

use crate::log;

/// Joined as Python joins them, each of these reads like another one, or is taken apart at the wrong place.
#[test]
fn tag_sets_are_mappings_and_no_text() {
    let sets = [
        tags! { "a" => "1|b:2" },
        tags! { "a" => 1, "b" => 2 },
        tags! { "a" => "x|y" },
        tags! { "a:b" => "c" },
        tags! { "a" => "b:c" },
        tags! { "a|b" => "" },
        tags! { "a" => "", "b" => "" },
        tags! { "" => "a" },
        Tags::NONE,
    ];
    let (sender, stream) = MStream::builder("m").batch(size(1000)).aggs(["sum", "count"]).build().unwrap();
    for round in [1.0, 100.0] {
        for (place, set) in sets.iter().enumerate() {
            sender.try_send_with(round * (place + 1) as f64, set).unwrap();
        }
    }
    drop(sender);
    let elements: Vec<MElement> = stream.collect().now_or_never().unwrap();
    let sums = sets.iter().enumerate().map(|(place, set)| ("m.sum", set.clone(), 101.0 * (place + 1) as f64));
    let counts = sets.iter().map(|set| ("m.count", set.clone(), 2.0));
    let expected: Vec<_> = sums.chain(counts).collect();
    let given: Vec<_> = elements.iter().map(|one| (&*one.name, one.tags.clone(), one.value)).collect();
    assert_eq!(given, expected);
}

#[test]
fn what_happens_to_tags_after_the_send_changes_nothing() {
    let (sender, stream) = MStream::builder("m").batch(size(1000)).agg("sum").build().unwrap();
    let mut labels = HashMap::from([(String::from("section"), String::from("politics"))]);
    sender.send_with(1.0, labels.clone());
    let bound = sender.with(labels.clone());
    labels.get_mut("section").unwrap().push_str(" and sports");
    sender.send_with(10.0, labels.clone());
    labels.clear();
    bound.send(100.0);

    let given = tags! { "section" => "weather" };
    sender.send_with(1000.0, &given);
    let changed = [given.with("section", "sports"), given.with("page", "/"), given.without(["section"])];
    assert!(changed.iter().all(|changed| *changed != given));
    sender.send_with(10_000.0, &given);

    drop((sender, bound));
    let elements: Vec<MElement> = stream.collect().now_or_never().unwrap();
    let sums: Vec<_> = elements.iter().map(|one| (one.tags.get("section").unwrap(), one.value)).collect();
    assert_eq!(sums, [("politics", 101.0), ("politics and sports", 10.0), ("weather", 11_000.0)]);
}

/// Over many batches, each of which goes beyond the limit.
#[test]
fn distinct_tag_sets_have_a_limit_that_is_counted_and_logged_once() {
    let mut given = Vec::new();
    let lines = log::lines(|| {
        let builder = MStream::builder("logins").batch(size(50)).aggs(["count", "sum"]).max_series(size(10));
        let (sender, stream) = builder.build().unwrap();
        for user in 0..200 {
            sender.try_send_with(f64::from(user), tags! { "host" => "a", "user" => user }).unwrap();
        }
        assert_eq!((sender.stats().accepted, sender.stats().overflowed), (200, 160));
        drop(sender);
        given = stream.collect().now_or_never().unwrap();
    });
    // Ten series and the one for all others, in four batches.
    let of = |name| given.iter().filter(move |one: &&MElement| &*one.name == name);
    assert_eq!((of("logins.count").count(), of("logins.sum").count()), (4 * 11, 4 * 11));
    let others: Vec<_> = of("logins.count").filter(|one| one.tags == tags! { "metrix.overflow" => "true" }).collect();
    assert_eq!(others.iter().map(|one| one.value).collect::<Vec<_>>(), [40.0; 4]);
    // Nothing is lost of what the limit takes the tags from.
    assert_eq!(of("logins.count").map(|one| one.value).sum::<f64>(), 200.0);
    assert_eq!(of("logins.sum").map(|one| one.value).sum::<f64>(), f64::from((0..200).sum::<u32>()));
    assert_eq!(lines.len(), 1, "{lines:?}");
    for part in ["WARN", "stream=\"logins\"", "tag=\"user\"", "series=10", "values=10", "max_series"] {
        assert!(lines[0].contains(part), "{part} is missing in {}", lines[0]);
    }
}
