use proptest::prelude::{Just, Strategy, any, prop, prop_assert_eq, prop_oneof, proptest};
use serde_json::Value;

use super::*;

fn picked(pointers: &[&[&str]], line: &str) -> Result<Vec<Option<String>>, LineError> {
    let mut all = Pointers::default();
    let slots: Vec<_> = pointers.iter().map(|keys| all.add(keys.iter().copied())).collect();
    let picked = all.pick(line.as_bytes())?;
    Ok(slots.into_iter().map(|slot| picked[slot].map(|raw| raw.get().to_owned())).collect())
}

#[track_caller]
fn check(line: &str, keys: &[&str], expected: Option<&str>) {
    assert_eq!(picked(&[keys], line), Ok(vec![expected.map(str::to_owned)]), "{line}");
}

#[test]
fn a_place_is_found_as_it_is_written() {
    check(r#"{"a": {"b": 1.50}}"#, &["a", "b"], Some("1.50"));
    check(r#"{"x": [1, {"b": 2}], "a": [7, [8, "9"]]}"#, &["a", "1", "1"], Some(r#""9""#));
    check(r#"{"a": {"1": 5}}"#, &["a", "1"], Some("5"));
    check(r#"{"a": [5]}"#, &["a", "00"], None);
    check(r#"{"": {"": 5}}"#, &["", ""], Some("5"));
    check(r#"{"\u0061": 5}"#, &["a"], Some("5"));
    for line in ["{}", "[]", r#"{"a": "b"}"#, r#"{"a": null}"#, r#"{"a": 1}"#, r#"{"a": true}"#, r#"{"a": -1.5}"#] {
        check(line, &["a", "b"], None);
    }
}

#[test]
fn of_equal_keys_the_last_holds() {
    check(r#"{"a": 1, "a": 2}"#, &["a"], Some("2"));
    check(r#"{"a": {"b": 1}, "a": {"c": 2}}"#, &["a", "b"], None);
    check(r#"{"a": {"b": 1}, "a": 2}"#, &["a", "b"], None);
    check(r#"{"a": {"b": 1}, "a": [2]}"#, &["a", "b"], None);
}

#[test]
fn a_place_within_another_is_found_too() {
    let found = picked(&[&["a"], &["a", "b"], &["a"]], r#"{"a": {"b": 1}}"#).unwrap();
    let all = Some(r#"{"b": 1}"#.to_owned());
    assert_eq!(found, [all.clone(), Some("1".to_owned()), all]);
}

#[test]
fn a_fault_is_told_with_its_place() {
    let error = picked(&[&["a"]], r#"{"a": 1,, "b": 2}"#).unwrap_err();
    assert_eq!((error.kind, error.column), ("json", 8));
    assert!(error.message.starts_with("key must be a string: "), "{error}");
    let error = picked(&[&["a"]], r#"{"a": 1} x"#).unwrap_err();
    assert!(error.message.starts_with("trailing characters: "), "{error}");
    assert_eq!(picked(&[&["a"]], r#"{"a": 1"#).unwrap_err().column, 6);
}

fn value() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-c\"\\\\\n€]{0,3}".prop_map(Value::from),
    ];
    scalar.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-c~/0]{0,2}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn places_are_where_serde_json_says(
        value in value(),
        places in prop::collection::vec(prop::collection::vec("[a-c0-3~/]{0,2}", 1..4), 1..6),
    ) {
        let mut all = Pointers::default();
        let slots: Vec<_> = places.iter().map(|keys| all.add(keys.iter().map(|key| &**key))).collect();
        let line = value.to_string();
        let picked = all.pick(line.as_bytes()).unwrap();
        for (keys, slot) in places.iter().zip(slots) {
            let pointer: String = keys.iter().map(|key| format!("/{}", key.replace('~', "~0").replace('/', "~1"))).collect();
            let found = picked[slot].map(|raw| serde_json::from_str(raw.get()).unwrap());
            prop_assert_eq!(found.as_ref(), value.pointer(&pointer), "{}", pointer);
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(line in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut pointers = Pointers::default();
        pointers.add(["a", "0"]);
        let _ = pointers.pick(&line);
    }
}
