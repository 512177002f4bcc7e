//! `Tags` are a mapping: whatever is asked of them, a `BTreeMap` answers alike.

use std::collections::{BTreeMap, HashSet, hash_map::RandomState};
use std::hash::BuildHasher;

use metrix::{Tags, tags};
use proptest::prelude::*;

/// So few names that they come twice, and some of the letters by which texts of tags are joined.
fn pairs() -> impl Strategy<Value = Vec<(String, String)>> {
    prop::collection::vec(("[ab=,|:]{0,2}", "[ab=,|:]{0,2}"), 0..6)
}

/// What the pairs are as a mapping: the last value of a name is its value.
fn mapping(pairs: &[(String, String)]) -> BTreeMap<String, String> {
    pairs.iter().cloned().collect()
}

fn back(tags: &Tags) -> BTreeMap<String, String> {
    tags.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

proptest! {
    #[test]
    fn a_set_has_what_the_mapping_has(pairs in pairs(), absent in "[ab]{3}") {
        let (tags, map) = (Tags::from(pairs.clone()), mapping(&pairs));
        prop_assert!(tags.iter().eq(map.iter().map(|(name, value)| (name.as_str(), value.as_str()))));
        prop_assert_eq!((tags.len(), tags.is_empty()), (map.len(), map.is_empty()));
        for (name, value) in &map {
            prop_assert_eq!(tags.get(name), Some(value.as_str()));
        }
        prop_assert_eq!(tags.get(&absent), None);
        let text: usize = map.iter().map(|(name, value)| name.len() + value.len()).sum();
        prop_assert_eq!(tags.text_len(), text);
    }

    #[test]
    fn equality_order_and_hash_are_those_of_the_mapping(a in pairs(), b in pairs()) {
        let hasher = RandomState::new();
        let (left, right) = (Tags::from(a.clone()), Tags::from(b.clone()));
        prop_assert_eq!(left == right, mapping(&a) == mapping(&b));
        prop_assert_eq!(left.cmp(&right), mapping(&a).cmp(&mapping(&b)));
        if left == right {
            prop_assert_eq!(hasher.hash_one(&left), hasher.hash_one(&right));
        }
    }

    #[test]
    fn it_does_not_matter_how_a_set_was_made(pairs in pairs(), rotation in 0..6_usize) {
        let map = mapping(&pairs);
        let mut unique: Vec<(String, String)> = map.clone().into_iter().collect();
        let places = unique.len().max(1);
        unique.rotate_left(rotation % places);
        let (tags, others) = (Tags::from(pairs), [
            unique.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Tags>(),
            unique.iter().fold(Tags::NONE, |tags, (name, value)| tags.with(name, value)),
            Tags::from(map),
            unique.into_iter().rev().collect(),
        ]);
        let hasher = RandomState::new();
        for other in others {
            prop_assert_eq!(&tags, &other);
            prop_assert_eq!(hasher.hash_one(&tags), hasher.hash_one(&other));
        }
    }

    #[test]
    fn defaults_give_way(given in pairs(), defaults in pairs()) {
        let mut expected = mapping(&defaults);
        expected.extend(mapping(&given));
        prop_assert_eq!(back(&Tags::from(given).or(&Tags::from(defaults))), expected);
    }

    #[test]
    fn without_is_what_is_left(pairs in pairs(), names in prop::collection::vec("[ab=,|:]{0,2}", 0..4)) {
        let mut expected = mapping(&pairs);
        expected.retain(|name, _| !names.contains(name));
        prop_assert_eq!(back(&Tags::from(pairs).without(&names)), expected);
    }

    #[test]
    fn only_and_without_part_a_set(pairs in pairs(), names in prop::collection::vec("[ab=,|:]{0,2}", 0..4)) {
        let tags = Tags::from(pairs);
        let (only, without) = (tags.only(&names), tags.without(&names));
        prop_assert!(only.iter().all(|(name, _)| names.iter().any(|other| other == name)));
        prop_assert_eq!(only.len() + without.len(), tags.len());
        prop_assert_eq!(only.or(&without), tags);
    }
}

#[test]
fn what_reads_alike_is_not_equal() {
    let alike = [
        tags! { "a" => "1,b=2" },
        tags! { "a" => 1, "b" => 2 },
        tags! { "a=1,b" => 2 },
        tags! { "a" => "" },
        tags! { "" => "a" },
        tags! { "a\0" => "" },
        tags! { "a" => "\0" },
        tags! { "" => "" },
        Tags::NONE,
        tags! { "e\u{301}" => "" }, // an é of two characters
        tags! { "é" => "" },
    ];
    let set: HashSet<Tags> = alike.iter().cloned().collect();
    assert_eq!(set.len(), alike.len());
}

#[test]
fn names_may_be_of_different_types() {
    let (owned, borrowed) = (String::from("a"), "b");
    assert_eq!(tags! { owned => 1, borrowed => 2.5, "c" => 'x' }, Tags::from([("a", "1"), ("b", "2.5"), ("c", "x")]));
}

#[test]
fn a_set_left_without_tags_is_the_empty_one() {
    assert_eq!(tags! { "a" => 1 }.without(["a"]), Tags::NONE);
    assert!(tags! { "a" => 1 }.without(["a"]).is_empty());
    assert_eq!(Tags::from(Vec::<(String, String)>::new()), Tags::default());
}

#[test]
fn a_megabyte_of_text_is_legal_and_shared_by_clones() {
    let long = "x".repeat(1 << 20);
    let tags = tags! { "long" => long };
    assert_eq!(tags.text_len(), (1 << 20) + 4);
    let place = |tags: &Tags| tags.get("long").map(str::as_ptr);
    assert_eq!(place(&tags), place(&tags.clone()));
    assert_eq!(place(&tags), place(&tags.or(&Tags::NONE)));
    assert_eq!(place(&tags), place(&Tags::NONE.or(&tags)));
    assert_eq!(place(&tags), place(&tags.without(["short"])));
}

#[test]
fn a_set_goes_wherever_its_pointer_can() {
    fn anywhere<T: Send + Sync + Unpin + 'static>() {}
    anywhere::<Tags>();
    assert_eq!(size_of::<Tags>(), size_of::<usize>());
}
