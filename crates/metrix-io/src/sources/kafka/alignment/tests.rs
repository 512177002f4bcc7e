//! In which order items are given.

use proptest::collection::vec;
use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

use super::*;

fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(secs)
}

fn alignment(partitions: usize, bound: u64) -> Alignment<usize, i64> {
    let mut alignment = Alignment::new(Duration::from_secs(bound), Duration::from_secs(60));
    (0..partitions).for_each(|partition| alignment.add(partition, at(0)));
    alignment
}

#[test]
fn the_bound_lets_some_go_ahead() {
    let mut alignment = alignment(2, 10);
    alignment.put(&0, at(100), 100, at(0));
    assert_eq!(alignment.take(at(0)), None); // nothing is known of 1
    alignment.put(&1, at(95), 95, at(0));
    assert_eq!(alignment.take(at(0)), Some((1, 95)));
    assert_eq!(alignment.take(at(0)), Some((0, 100))); // 1 is no more than 10 s behind
    alignment.put(&0, at(106), 106, at(0));
    assert_eq!(alignment.take(at(0)), None);
}

#[test]
fn a_silent_partition_is_not_waited_for_for_ever() {
    let mut alignment = alignment(2, 0);
    alignment.put(&0, at(5), 5, at(10));
    assert_eq!((alignment.take(at(59)), alignment.deadline(at(59))), (None, Some(at(60))));
    assert_eq!((alignment.take(at(60)), alignment.overruled()), (Some((0, 5)), 1));
    assert_eq!(alignment.deadline(at(60)), None);
    // When it is back it counts again.
    alignment.put(&1, at(3), 3, at(61));
    assert_eq!(alignment.take(at(61)), Some((1, 3)));
    alignment.put(&0, at(6), 6, at(61));
    assert_eq!((alignment.take(at(120)), alignment.deadline(at(120))), (None, Some(at(121))));
    assert_eq!(alignment.remove(&1), None);
    assert_eq!(alignment.take(at(120)), Some((0, 6)));
}

proptest! {
    /// A partition that had one item far ahead is held as before, and holds others.
    #[test]
    fn one_item_far_ahead_changes_nothing(mut one in vec(0..1000_i64, 1..20), mut other in vec(0..1000_i64, 1..20)) {
        let mut alignment = alignment(2, 0);
        alignment.put(&0, at(1_000_000), 1_000_000, at(0));
        alignment.end(&1);
        prop_assert_eq!(alignment.take(at(0)), Some((0, 1_000_000)));
        one.sort_unstable();
        other.sort_unstable();
        let mut wanted = [one.clone(), other.clone()].concat();
        wanted.sort_unstable();
        let mut items = [one.into_iter(), other.into_iter()];
        let mut given = Vec::new();
        // Each has its next item as late as it may: when nothing can be given.
        let mut next = |alignment: &mut Alignment<usize, i64>, partition: usize| match items[partition].next() {
            Some(item) => drop(alignment.put(&partition, at(item), item, at(0))),
            None => alignment.end(&partition),
        };
        (0..2).for_each(|partition| next(&mut alignment, partition));
        let mut waits = std::collections::VecDeque::new();
        for _ in 0..100 {
            match alignment.take(at(0)) {
                Some((partition, item)) => {
                    given.push(item);
                    waits.push_back(partition);
                }
                None => match waits.pop_front() {
                    Some(partition) => next(&mut alignment, partition),
                    None => break,
                },
            }
        }
        prop_assert_eq!(given, wanted);
    }

    /// However the items of partitions come, those of partitions that are in order are given in order, but for the bound.
    #[test]
    fn items_are_given_in_order(
        mut partitions in vec(vec(0..1000_i64, 0..20), 1..5),
        comes in vec(0..5_usize, 0..400),
        bound in 0..50_i64,
    ) {
        let mut alignment = alignment(partitions.len(), bound as u64);
        let mut all: Vec<i64> = partitions.iter().flatten().copied().collect();
        partitions.iter_mut().for_each(|items| items.sort_unstable_by(|one, other| other.cmp(one)));
        let mut has = vec![false; partitions.len()];
        let mut given = Vec::new();
        let count = partitions.len();
        // If each comes once, the oldest item of all is given, or the ends are known.
        let rounds = (0..count * (all.len() + 1)).map(|round| round % count);
        for partition in comes.into_iter().filter(|comes| *comes < count).chain(rounds) {
            if !has[partition] {
                match partitions[partition].pop() {
                    Some(item) => {
                        has[partition] = true;
                        prop_assert!(alignment.put(&partition, at(item), item, at(0)).is_none());
                    }
                    None => alignment.end(&partition),
                }
            }
            while let Some((partition, item)) = alignment.take(at(0)) {
                has[partition] = false;
                given.push(item);
                if partitions[partition].is_empty() {
                    alignment.end(&partition);
                }
            }
        }
        let mut newest = i64::MIN;
        for item in &given {
            prop_assert!(*item >= newest.saturating_sub(bound), "{} after {}", item, newest);
            newest = newest.max(*item);
        }
        all.sort_unstable();
        given.sort_unstable();
        prop_assert_eq!(given, all);
    }
}
