//! `agg`: the aggregates of a stream.

use std::collections::HashSet;
use std::time::Duration;

use metrix::{Agg, AggError, Aggs};

use crate::config::problem::Read;
use crate::config::value::{Value, all};

/// A list of aggregates, a table of them by the names that they are to have, or a list of both.
pub(super) fn read(value: &Value<'_>, window: Option<Duration>) -> Read<Vec<Agg>> {
    let Some(entries) = entries(value) else { return Err(value.is_no("a list of aggregates, or a table of them")) };
    if entries.is_empty() {
        return Err(value.wrong(AggError::Empty));
    }
    let mut names = HashSet::new();
    all(entries.iter().map(|(name, value)| {
        let agg = agg(value, *name, window)?;
        match names.insert(agg.name().to_owned()) {
            true => Ok(agg),
            false => Err(value.wrong(format!(
                "two aggregates are called `{}`: leave one out, or give it another name, as in {{ other = \"mean\" }}",
                agg.name()
            ))),
        }
    }))
}

/// Those, as they are written, that say nothing of a set.
pub(super) fn not_of_sets(value: &Value<'_>) -> Vec<String> {
    let entries = entries(value).unwrap_or_default();
    let texts = entries.iter().filter_map(|(_, value)| value.raw().as_str()).map(str::trim);
    texts.filter(|agg| !["count", "distinct"].contains(agg)).map(str::to_owned).collect()
}

/// The aggregates in their order, with the names that they are to have.
fn entries<'a>(value: &Value<'a>) -> Option<Vec<(Option<&'a str>, Value<'a>)>> {
    let named = |value: &Value<'a>| {
        let pairs = value.pairs()?.into_iter();
        Some(pairs.map(|(name, value)| (Some(name), value)).collect())
    };
    let Some(list) = value.entries() else { return named(value) };
    Some(list.into_iter().flat_map(|entry| named(&entry).unwrap_or_else(|| vec![(None, entry)])).collect())
}

fn agg(value: &Value<'_>, name: Option<&str>, window: Option<Duration>) -> Read<Agg> {
    let agg: Agg = value.text()?.parse().map_err(|error: AggError| value.wrong(error))?;
    let agg = match name {
        Some(name) => agg.named(name),
        None => agg,
    };
    // The name, and that a rate has a window, are only looked at when there is a list.
    Aggs::new([agg.clone()], window).map_err(|error| value.wrong(error))?;
    Ok(agg)
}
