//! A family of series is as `send_with` of the same pairs.

use futures::{FutureExt, StreamExt};
use metrix::{Family, MElement, MSender, MStream, SendError, Timestamp, Windows, size, tags};
use proptest::prelude::*;
use std::time::Duration;

/// Of lengths that are read and hashed in different ways.
fn text() -> impl Strategy<Value = String> {
    "[ab]{0,2}|[ab]{4}|a{7}[ab]{1,2}|a{15}[ab]{1,3}"
}

fn stream() -> (MSender, MStream) {
    MStream::builder("m").batch(size(1000)).aggs(["count", "sum"]).build().unwrap()
}

fn elements(stream: MStream) -> Vec<MElement> {
    stream.collect().now_or_never().unwrap()
}

/// As bits, which a batch without a time of its own has none of.
fn without_time(elements: Vec<MElement>) -> Vec<String> {
    elements.into_iter().map(|element| element.to_string()).collect()
}

fn check<const LEN: usize>(tags: Vec<(String, String)>, names: [String; LEN], sets: Vec<[String; LEN]>) {
    let (sender, by_family) = stream();
    let family = sender.with(tags.clone()).by(names.clone());
    drop(sender);
    let (sender, by_pairs) = stream();
    let pairs = sender.with(tags);
    drop(sender);
    // Twice, so that the second of each goes where the first was found.
    for (value, values) in (0_u32..).zip(sets.iter().chain(&sets)) {
        family.try_send(value.into(), values.each_ref()).unwrap();
        let of: Vec<_> = names.iter().zip(values).collect();
        pairs.try_send_with(value.into(), of).unwrap();
        if value % 3 == 0 {
            family.bind(values.each_ref()).try_send(0.5).unwrap();
            pairs.try_send_with(0.5, names.iter().zip(values).collect::<Vec<_>>()).unwrap();
        }
    }
    drop((family, pairs));
    assert_eq!(without_time(elements(by_family)), without_time(elements(by_pairs)));
}

proptest! {
    #[test]
    fn a_family_gives_what_the_pairs_give(
        tags in prop::collection::vec((text(), text()), 0..4),
        names in prop::array::uniform3(text()),
        sets in prop::collection::vec(prop::array::uniform3(text()), 0..20),
    ) {
        check(tags, names, sets);
    }

    #[test]
    fn so_it_does_of_one_name_and_of_many(
        tags in prop::collection::vec((text(), text()), 0..4),
        names in prop::array::uniform20(text()),
        sets in prop::collection::vec(prop::array::uniform20(text()), 0..10),
    ) {
        let first = |texts: &[String; 20]| [texts[0].clone()];
        check(tags.clone(), first(&names), sets.iter().map(first).collect());
        check(tags.clone(), [], sets.iter().map(|_| []).collect());
        check(tags, names, sets);
    }
}

#[test]
fn values_are_any_texts_and_every_way_to_send_takes_them() {
    let (sender, stream) = stream();
    let family: Family<2> = sender.with(tags! { "host" => "a" }).by([String::from("section"), String::from("lang")]);
    drop(sender);
    let (section, at) = (String::from("politics"), Timestamp::from_secs(7));
    family.send(1.0, [section.as_str(), "en"]);
    family.send(2.0, [&section, "en"].map(String::from));
    family.send_at(4.0, ["politics", "en"], at);
    family.try_send_at(8.0, ["politics", "en"], at).unwrap();
    family.send_async(16.0, ["politics", "en"]).now_or_never().unwrap().unwrap();
    family.send_async_at(32.0, ["politics", "en"], at).now_or_never().unwrap().unwrap();
    family.clone().bind(["politics", "en"]).send(64.0);
    assert!(family.names().eq(["section", "lang"]));
    assert_eq!(family.stats().accepted, 7);
    let shown = format!("{family:?}");
    assert!(shown.contains(r#"names: ["section", "lang"]"#) && shown.contains(r#""host": "a""#), "{shown}");
    drop(family);
    let expected = ["m.count host=a,lang=en,section=politics 7", "m.sum host=a,lang=en,section=politics 127"];
    assert_eq!(without_time(elements(stream)), expected);
}

#[test]
fn a_weighted_sender_makes_a_family_of_its_weight() {
    let (sender, stream) = stream();
    let family = sender.weighted(10.try_into().unwrap()).by(["a"]);
    drop(sender);
    (0..3).for_each(|_| family.send(2.0, ["1"]));
    drop(family);
    assert_eq!(without_time(elements(stream)), ["m.count a=1 30", "m.sum a=1 60"]);
}

#[test]
fn what_a_stream_refuses_it_refuses_from_a_family() {
    let (sender, stream) =
        MStream::builder("m").batch(size(10)).agg("count").max_tag_bytes(10).max_series(size(1)).build().unwrap();
    let family = sender.by(["name"]);
    family.try_send(1.0, ["first"]).unwrap();
    assert!(matches!(family.try_send(f64::INFINITY, ["first"]), Err(SendError::NotFinite { .. })));
    let long = family.try_send(1.0, ["seven b"]);
    assert!(matches!(long, Err(SendError::TagsTooLong { bytes: 11, most: 10, .. })), "{long:?}");
    family.try_send(1.0, ["other"]).unwrap();
    assert_eq!((sender.stats().accepted, sender.stats().overflowed), (2, 1));
    sender.close();
    assert!(matches!(family.try_send(1.0, ["first"]), Err(SendError::Closed { .. })));
    assert_eq!(without_time(elements(stream)), ["m.count name=first 1", "m.count metrix.overflow=true 1"]);
}

#[tokio::test(start_paused = true)]
async fn in_event_time_values_go_to_the_window_of_their_time() {
    let windows = Windows::every(Duration::from_secs(10)).event_time(Duration::ZERO);
    let (sender, stream) = MStream::builder("m").window(windows).agg("sum").build().unwrap();
    let family = sender.by(["a"]);
    drop(sender);
    for (value, second) in [(1.0, 0), (2.0, 9), (4.0, 10), (8.0, 25)] {
        family.try_send_at(value, ["x"], Timestamp::from_secs(second)).unwrap();
    }
    drop(family);
    let sums: Vec<f64> = stream.map(|element| element.value).collect().await;
    assert_eq!(sums, [3.0, 4.0, 8.0]);
}
