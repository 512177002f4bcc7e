//! The functions that the cases name, over JSON values: numbers are Python's integers, arrays its tuples and lists.

use serde_json::{Value, json};

/// `{"f": name, "k": number}`, `{"item": index or key}`, or null, which is the element itself.
pub(super) fn call(f: &Value, x: &Value) -> Value {
    if f.is_null() {
        return x.clone();
    }
    if let Some(pick) = f.get("item") {
        return pluck(pick, x);
    }
    match name(f) {
        "identity" => x.clone(),
        "add" => json!(int(x) + int(&f["k"])),
        "mul" => json!(int(x) * int(&f["k"])),
        "mod" => json!(int(x) % int(&f["k"])),
        "neg" => json!(-int(x)),
        "square" => json!(int(x) * int(x)),
        "pair" => json!([x, x]),
        "str" => json!(int(x).to_string()),
        "len" => json!(text(x).chars().count()),
        "sum" => json!(elements(x).iter().map(int).sum::<i64>()),
        "first" => elements(x)[0].clone(),
        unknown => panic!("the function {unknown} is not known"),
    }
}

/// The same as a condition.
pub(super) fn holds(f: &Value, x: &Value) -> bool {
    match name(f) {
        "true" => true,
        "false" => false,
        "even" => int(x) % 2 == 0,
        "odd" => int(x) % 2 != 0,
        "gt" => int(x) > int(&f["k"]),
        "lt" => int(x) < int(&f["k"]),
        "divisible" => int(x) % int(&f["k"]) == 0,
        "nonempty" => !text(x).is_empty(),
        "truthy" => x.as_str().map_or_else(|| int(x) != 0, |text| !text.is_empty()),
        unknown => panic!("the condition {unknown} is not known"),
    }
}

/// One step of `accumulate`: the state after it, and its output.
pub(super) fn accumulate(f: &Value, state: &Value, x: &Value) -> (Value, Value) {
    let same = |state: Value| (state.clone(), state);
    match name(f) {
        "sum" => same(json!(int(state) + int(x))),
        "max" => same(json!(int(state).max(int(x)))),
        "min" => same(json!(int(state).min(int(x)))),
        "count" => same(json!(int(state) + 1)),
        "concat" => same(json!(format!("{}{}", text(state), text(x)))),
        "append" => same(elements(state).iter().chain([x]).cloned().collect()),
        "last" => same(x.clone()),
        "rs_prev" => (x.clone(), json!([state, x])),
        "rs_running_sum_and_item" => {
            let sum = int(state) + int(x);
            (json!(sum), json!([sum, x]))
        }
        "rs_enumerate" => (json!(int(state) + 1), json!([state, x])),
        "rs_delta" => (x.clone(), json!(int(x) - int(state))),
        unknown => panic!("the accumulation {unknown} is not known"),
    }
}

/// The element at an index or key; of a list of those, all the elements.
pub(super) fn pluck(pick: &Value, x: &Value) -> Value {
    match pick {
        Value::Array(picks) => picks.iter().map(|pick| pluck(pick, x)).collect(),
        Value::String(key) => x[key].clone(),
        index => elements(x)[number(index)].clone(),
    }
}

pub(super) fn name(f: &Value) -> &str {
    text(&f["f"])
}

pub(super) fn text(x: &Value) -> &str {
    x.as_str().unwrap_or_else(|| panic!("{x} is not a text"))
}

pub(super) fn elements(x: &Value) -> &[Value] {
    x.as_array().unwrap_or_else(|| panic!("{x} is not an array"))
}

pub(super) fn number(x: &Value) -> usize {
    int(x).try_into().unwrap_or_else(|_| panic!("{x} is negative"))
}

fn int(x: &Value) -> i64 {
    x.as_i64().unwrap_or_else(|| panic!("{x} is not an integer"))
}
