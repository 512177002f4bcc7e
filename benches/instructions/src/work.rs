//! [`ALL`]: the work that is counted, a row each.

mod aggregates;
mod lines;
mod send;
mod streams;

/// A name, and what does the work on so many elements.
pub(crate) type Work = (&'static str, fn(usize));

/// All work, in the order of the file.
pub(crate) const ALL: &[Work] = &[
    ("send, bound: five aggregates", |n| send::bound(send::window().aggs(send::FIVE), n)),
    ("send, bound: five aggregates and p99", |n| send::bound(send::window().aggs(send::FIVE).agg("p99"), n)),
    ("send, bound: count", |n| send::bound(send::window().agg("count"), n)),
    ("send, bound: five aggregates, batches of 1000", |n| send::bound(send::batch().aggs(send::FIVE), n)),
    ("send, bound: five aggregates, a window for each value a series", |n| send::a_window_a_round(send::FIVE, n)),
    ("send, bound: five aggregates, while a window is given", |n| send::while_given(send::FIVE, n)),
    ("send, no tags: five aggregates", |n| send::no_tags(send::window().aggs(send::FIVE), n)),
    ("send, 3 names declared: five aggregates", |n| send::three_names(send::window().aggs(send::FIVE), n)),
    ("send, 3 tags each call: five aggregates", |n| send::three_tags(send::window().aggs(send::FIVE), n)),
    ("aggregates: count, sum, min, max, mean", |n| aggregates::step(&send::FIVE, n)),
    ("aggregates: count, mean, stdev", |n| aggregates::step(&["count", "mean", "stdev"], n)),
    ("aggregates: p99", |n| aggregates::step(&["p99"], n)),
    ("streams: map, filter, partition, sum", streams::chain),
    ("streams: the same, fused", streams::fused),
    ("streams: a window, sum by 100 keys", streams::group_by),
    ("lines: StatsD", lines::statsd),
    ("lines: JSON", lines::jsonl),
    ("lines: a pattern", lines::pattern),
];

/// Numbers in no order: xorshift, Marsaglia 2003.
fn random() -> impl FnMut() -> u32 {
    let mut state: u32 = 2_463_534_242;
    move || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_work_is_done() {
        // What checks that nothing is lost is in the work.
        ALL.iter().for_each(|(_, work)| work(3000));
    }

    #[test]
    fn no_name_is_there_twice() {
        assert!(ALL.iter().enumerate().all(|(place, (name, _))| ALL[..place].iter().all(|(other, _)| other != name)));
    }
}
