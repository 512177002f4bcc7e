//! Whatever tags are given as with a value, they are what the `Tags` made of them are.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};

use futures::{FutureExt, StreamExt};
use metrix::{MElement, MStream, StaticTags, TagSet, Tags, size, static_tags, tags};
use proptest::prelude::*;

type Pairs = Vec<(String, String)>;

/// So few that names are given twice and are among the defaults, on both sides of the lengths at which texts are read otherwise.
fn pairs(most: usize) -> impl Strategy<Value = Pairs> {
    prop::collection::vec(("[ab]{0,2}|[ab]{4}|a{15}[ab]{1,3}", "[01]{0,2}|0{7}[01]{1,2}|0{15}[01]{1,3}"), 0..most)
}

/// Pairs, defaults, and a set that is mostly nearly the one which they make.
fn cases() -> impl Strategy<Value = (Pairs, Pairs, Tags)> {
    (pairs(6), pairs(4), pairs(6), pairs(2), 0..4_usize).prop_map(|(given, defaults, other, changes, how)| {
        let made = given.to_tags().or(&defaults.to_tags());
        let tags = match how {
            0 => made,
            1 => changes.to_tags().or(&made),
            2 => made.without(made.iter().next().map(|(name, _)| name)),
            _ => other.to_tags(),
        };
        (given, defaults, tags)
    })
}

fn is_each_once(pairs: &Pairs) -> bool {
    pairs.to_tags().len() == pairs.len()
}

/// Of names that are each given once.
#[track_caller]
fn check(given: impl TagSet, defaults: &Tags, tags: &Tags) {
    let made = given.to_tags().or(defaults);
    assert_eq!(given.is_over(defaults, tags), made == *tags, "{made:?} and {tags:?}, over {defaults:?}");
    assert!(given.is_over(defaults, &made), "{made:?} over {defaults:?}");
    assert_eq!(given.hash_over(defaults), made.hash_over(&Tags::NONE), "{made:?} over {defaults:?}");
    assert_eq!(given.text_len(), given.to_tags().text_len());
    assert_eq!(given.into_tags().or(defaults), made);
}

proptest! {
    #[test]
    fn all_that_is_given_is_as_its_set((given, defaults, tags) in cases()) {
        prop_assume!(is_each_once(&given));
        for defaults in [defaults.to_tags(), Tags::NONE] {
            check(given.as_slice(), &defaults, &tags);
            check(given.iter().rev().cloned().collect::<Pairs>(), &defaults, &tags);
            check(given.to_tags(), &defaults, &tags);
            check(Some(&given.to_tags()), &defaults, &tags);
            check(given.iter().cloned().collect::<BTreeMap<String, String>>(), &defaults, &tags);
            check(given.iter().cloned().collect::<HashMap<String, String>>(), &defaults, &tags);
            if let [a, b, c] = given.iter().map(|(name, value)| (name.as_str(), value)).collect::<Vec<_>>()[..] {
                check([a, b, c], &defaults, &tags);
                let reversed: &[_; 3] = &[c, b, a];
                check(reversed, &defaults, &tags);
                check(Some([b, a, c]), &defaults, &tags);
            }
            check(None::<Tags>, &defaults, &tags);
        }
    }

    #[test]
    fn the_last_of_a_name_wins_and_no_other_set_is_taken_for_it((given, defaults, tags) in cases()) {
        let defaults = defaults.to_tags();
        let made = given.iter().cloned().collect::<BTreeMap<_, _>>();
        prop_assert_eq!(given.to_tags(), Tags::from(made));
        for defaults in [&defaults, &Tags::NONE] {
            let made = given.to_tags().or(defaults);
            prop_assert!(!given.is_over(defaults, &tags) || made == tags);
        }
    }
}

#[test]
fn hundreds_of_tags_in_any_order_are_as_their_set() {
    let given: Pairs = (0..300).rev().map(|number| (number.to_string(), format!("value {number}"))).collect();
    let defaults = (200..400).map(|number| (number.to_string(), "default")).collect::<Tags>();
    for defaults in [Tags::NONE, defaults] {
        check(&given, &defaults, &Tags::NONE);
        check(given.to_tags(), &defaults, &given.to_tags().or(&defaults).with("7", "another"));
    }
}

#[test]
fn sets_are_the_same_on_both_sides_of_where_they_are_kept_otherwise() {
    for (tags, bytes) in [7, 8, 9].into_iter().flat_map(|tags| [254, 255, 256, 511].map(|bytes| (tags, bytes))) {
        let pair = |number: usize| (format!("name {number}"), "v".repeat(bytes - number % 2));
        let given: Pairs = (0..tags).rev().map(pair).collect();
        let other = given.to_tags().with("name 3", "w");
        for defaults in [Tags::NONE, tags! { "a" => 1 }, tags! { "name 3" => "v".repeat(bytes) }] {
            check(&given, &defaults, &other);
            check(given.iter().rev().cloned().collect::<Pairs>(), &defaults, &other);
            check(given.to_tags(), &defaults, &other);
        }
        let sorted = given.iter().cloned().collect::<BTreeMap<_, _>>();
        let pairs = sorted.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        assert!(given.to_tags().iter().eq(pairs), "{tags} tags of {bytes} bytes");
        assert!(sorted.iter().all(|(name, value)| given.to_tags().get(name) == Some(value)));
    }
}

#[test]
fn a_set_known_at_compile_time_is_one() {
    const LANG: &str = "lang";
    fn article() -> &'static StaticTags {
        static_tags! { "section" => "politics", LANG => "en" }
    }
    let expected = tags! { "lang" => "en", "section" => "politics" };
    for defaults in [Tags::NONE, tags! { "host" => "a", "lang" => "NA" }] {
        check(article(), &defaults, &expected);
        check(Some(article()), &defaults, &Tags::NONE);
        check(static_tags! {}, &defaults, &expected);
    }
    assert_eq!(Tags::from(article()), expected);
    assert_eq!(format!("{:?}", article()), format!("{expected:?}"));
    // Made once, and never copied.
    let place = |tags: Tags| tags.get("lang").map(str::as_ptr);
    assert_eq!(place(article().to_tags()), place(article().into_tags().or(&Tags::NONE)));
    assert_ne!(place(article().to_tags()), place(expected));
}

#[test]
fn the_first_use_of_static_tags_may_be_on_many_threads() {
    static SET: StaticTags = StaticTags::new(&[("a", "1"), ("b", "2")]);
    let place = || SET.tags().get("a").map_or(0, |text| text.as_ptr().addr());
    let places: Vec<usize> = std::thread::scope(|scope| {
        let threads = [(); 4].map(|()| scope.spawn(place));
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(places, [place(); 4]);
}

#[test]
fn a_text_that_changes_from_look_to_look_costs_no_value() {
    /// A new text each time.
    struct Fickle(Cell<usize>);
    impl AsRef<str> for Fickle {
        fn as_ref(&self) -> &str {
            self.0.set(self.0.get() + 1);
            ["", "a", "bb", "long enough to be read in steps"][self.0.get() % 4]
        }
    }
    let given = [(Fickle(Cell::new(0)), Fickle(Cell::new(1))), (Fickle(Cell::new(2)), Fickle(Cell::new(0)))];
    let (sender, stream) = MStream::builder("m").batch(size(100)).agg("count").build().unwrap();
    let bound = sender.with(tags! { "a" => 1 });
    for _ in 0..50 {
        sender.try_send_with(1.0, &given).unwrap();
        bound.try_send_with(1.0, given.as_slice()).unwrap();
        let made = given.to_tags();
        given.is_over(&Tags::NONE, &made);
        given.is_over(&made, &tags! { "a" => 1, "" => 2, "bb" => 3 });
    }
    drop((sender, bound));
    let elements: Vec<MElement> = stream.collect().now_or_never().unwrap();
    assert_eq!(elements.iter().map(|element| element.value).sum::<f64>(), 100.0);
}
