//! Which elements a query finds, and in which order.

use metrix::{MElement, Sink, Timestamp, tags};
use metrix_io::sinks::sqlite::{Query, Store};
use proptest::prelude::{Strategy, any, prop, prop_assert_eq, proptest};
use proptest::test_runner::Config;

use super::Place;

async fn stored(elements: &[MElement]) -> (Place, Store) {
    let place = Place::new();
    let mut sink = place.open();
    sink.write(elements).await.unwrap();
    sink.close().await.unwrap();
    let store = place.store();
    (place, store)
}

fn cpu(core: u8, what: &str, secs: i64) -> MElement {
    MElement::new(
        format!("cpu.{what}"),
        f64::from(core),
        tags! { "core" => core, "host" => "a" },
        Timestamp::from_secs(secs),
    )
}

#[tokio::test]
async fn names_tags_times_and_limits_narrow_it_down() {
    let load = MElement::new("load.1", 0.5, tags! {}, Timestamp::from_secs(2));
    let elements = [cpu(0, "user", 1), cpu(0, "user", 2), cpu(0, "user", 3), cpu(1, "idle", 2), load.clone()];
    let (_place, store) = stored(&elements).await;
    let check = |query: Query, expected: &[&MElement]| {
        let found = store.query(&query).unwrap();
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{query:?}");
    };
    let [one, two, three, idle, load] = &elements;
    check(Query::default(), &[idle, one, two, three, load]);
    check(Query::names("cpu.*"), &[idle, one, two, three]);
    check(Query::names("cpu.user"), &[one, two, three]);
    check(Query::names("cpu"), &[]);
    check(Query::names("*.?"), &[load]);
    check(Query::names("CPU.*"), &[]);
    check(Query::names("cpu.*").tag("core", "1"), &[idle]);
    check(Query::names("*").tag("host", "a").tag("core", "0"), &[one, two, three]);
    check(Query::names("*").tag("host", "a").tag("host", "b"), &[]);
    check(Query::names("*").tag("core", ""), &[]);
    let at = Timestamp::from_secs;
    check(Query::default().since(at(2)), &[idle, two, three, load]);
    check(Query::default().before(at(2)), &[one]);
    check(Query::names("cpu.user").since(at(2)).before(at(3)), &[two]);
    check(Query::default().since(at(3)).before(at(2)), &[]);
    check(Query::default().before(Timestamp::MIN), &[]);
    check(Query::default().limit(0), &[]);
    check(Query::default().limit(3), &[idle, one, two]);
    check(Query::default().limit(usize::MAX), &[idle, one, two, three, load]);
    let series: Vec<(String, usize)> =
        store.series().unwrap().iter().map(|series| (series.name.to_string(), series.tags.len())).collect();
    assert_eq!(series, [("cpu.idle".into(), 2), ("cpu.user".into(), 2), ("load.1".into(), 0)]);
}

#[tokio::test]
async fn the_first_and_the_last_time_are_found() {
    let batch = [Timestamp::MIN, Timestamp::MAX].map(|at| MElement::new("a", 1.0, tags! {}, at));
    let (_place, store) = stored(&batch).await;
    assert_eq!(store.query(&Query::default()).unwrap(), batch);
    assert_eq!(store.query(&Query::default().before(Timestamp::MAX)).unwrap(), batch[..1]);
    assert_eq!(store.query(&Query::default().since(Timestamp::MAX)).unwrap(), batch[1..]);
}

fn times() -> impl Strategy<Value = Timestamp> {
    (0..5_i64).prop_map(Timestamp::from_nanos)
}

fn elements() -> impl Strategy<Value = Vec<MElement>> {
    let tags = prop::collection::vec(("[kl]", prop::sample::select(vec!["", "v", "it's\0\n\"{}"])), 0..3);
    let element = ("[ab\0*]{0,3}", 0..3_u8, tags, times(), prop::option::of(times()));
    let element = element.prop_map(|(name, value, tags, at, start)| {
        let element = MElement::new(name, f64::from(value), tags, at);
        match start {
            Some(start) => element.since(start),
            None => element,
        }
    });
    prop::collection::vec(element, 1..20)
}

/// In the order that is documented, each once.
fn in_order(mut elements: Vec<MElement>) -> Vec<MElement> {
    let key = |element: &MElement| {
        let start = (element.start.is_none(), element.start);
        // JSON sorts tags as their texts, which need not be the order of the sets.
        let tags: Vec<_> = element.tags.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        (element.name.clone(), tags, element.at, start, element.value as i64)
    };
    elements.sort_by_key(key);
    elements.dedup();
    elements
}

proptest! {
    #![proptest_config(Config::with_cases(64))]
    #[test]
    fn a_query_finds_what_a_search_by_hand_does(
        elements in elements(),
        prefix in "[ab\0*]{0,2}",
        tag in prop::option::of("[kl]"),
        since in times(),
        before in times(),
        limit in any::<prop::sample::Index>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (_place, store) = runtime.block_on(stored(&elements));
        // A star in the prefix is one of the pattern.
        let mut query = Query::names(format!("{prefix}*")).since(since).before(before);
        if let Some(tag) = &tag {
            query = query.tag(&**tag, "v");
        }
        let parts: Vec<&str> = prefix.split('*').collect();
        let matches = |element: &MElement| {
            let mut rest = match element.name.strip_prefix(parts[0]) {
                Some(rest) => rest,
                None => return false,
            };
            for part in &parts[1..] {
                match rest.find(part) {
                    Some(place) => rest = &rest[place + part.len()..],
                    None => return false,
                }
            }
            tag.as_ref().is_none_or(|tag| element.tags.get(tag) == Some("v"))
                && (since..before.max(since)).contains(&element.at)
        };
        let expected = in_order(elements.iter().filter(|element| matches(element)).cloned().collect());
        let found = store.query(&query).unwrap();
        prop_assert_eq!(in_order(found.clone()), expected.clone());
        prop_assert_eq!(found.len(), expected.len());
        let most = limit.index(30);
        let limited = store.query(&query.limit(most)).unwrap();
        prop_assert_eq!(&limited[..], &found[..most.min(found.len())]);
        let ordered = |two: &[MElement]| two[0].name < two[1].name || two[0].tags != two[1].tags || two[0].at <= two[1].at;
        prop_assert_eq!(found.windows(2).position(|two| !ordered(two)), None);
    }
}
