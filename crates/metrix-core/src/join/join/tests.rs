use std::time::Duration;

use super::{Either, Join};
use crate::{Operator, Timestamp, size};

type Item = (char, i64);
type Key = fn(&Item) -> char;

const WITHIN: Duration = Duration::from_secs(5);

fn join(max_items: usize) -> Join<Item, Item, char, Key, Key> {
    Join::new(WITHIN, |left: &Item| left.0, |right: &Item| right.0, size(max_items))
}

/// Tells the operator of these items in turn, at their times, and gives the times of the pairs.
fn run(join: &mut Join<Item, Item, char, Key, Key>, items: &[Either<Item, Item>]) -> Vec<(i64, i64)> {
    let mut pairs = Vec::new();
    for &item in items {
        let (Either::Left((_, at)) | Either::Right((_, at))) = item;
        join.on_item(item, Timestamp::from_secs(at), &mut |(left, right): (Item, Item)| {
            assert_eq!(left.0, right.0);
            pairs.push((left.1, right.1));
        });
    }
    pairs
}

fn l(key: char, at: i64) -> Either<Item, Item> {
    Either::Left((key, at))
}

fn r(key: char, at: i64) -> Either<Item, Item> {
    Either::Right((key, at))
}

#[test]
fn joins_all_pairs_of_a_key_that_are_near_enough() {
    let pairs = run(&mut join(9), &[l('a', 0), l('b', 1), l('a', 3), r('a', 5), r('b', 7), r('a', 8), l('a', 13)]);
    assert_eq!(pairs, [(0, 5), (3, 5), (3, 8), (13, 8)]);
}

#[test]
fn times_that_run_backwards_lose_nothing() {
    let pairs = run(&mut join(9), &[l('a', 20), l('a', 10), l('a', 15), r('a', 14), r('a', 17)]);
    assert_eq!(pairs, [(10, 14), (15, 14), (15, 17), (20, 17)]);
}

#[test]
fn an_item_expires_when_no_partner_can_come() {
    let mut join = join(9);
    run(&mut join, &[l('a', 0), r('b', 2)]);
    let first = Timestamp::from_secs(5) + Duration::from_nanos(1);
    assert_eq!(join.deadline(), Some(first));
    join.on_time(first, &mut drop);
    assert_eq!(join.left.len(), 0);
    assert_eq!(join.deadline(), Some(first + Duration::from_secs(2)));
    join.on_end(first, &mut drop);
    assert_eq!(join.deadline(), None);
}

#[test]
fn holds_no_more_than_it_may_and_counts_the_others() {
    let mut join = join(2);
    let pairs = run(&mut join, &[l('a', 0), l('b', 1), l('a', 2), r('a', 3), r('b', 3), r('a', 4)]);
    assert_eq!(pairs, [(2, 3), (1, 3), (2, 4)]);
    assert_eq!(join.evicted(), 2);
}

#[test]
fn at_the_end_of_time_its_deadlines_end_too() {
    let mut join = join(9);
    join.on_item(l('a', 0), Timestamp::MAX, &mut drop);
    join.on_item(r('b', 0), Timestamp::MIN, &mut drop);
    join.on_time(Timestamp::MAX, &mut drop);
    assert_eq!(join.deadline(), None);
}

#[test]
fn without_a_limit_of_time_all_of_a_key_meet() {
    let mut join = Join::new(Duration::MAX, |left: &Item| left.0, |right: &Item| right.0, size(9));
    let mut pairs = 0;
    for at in [Timestamp::MIN, Timestamp::EPOCH, Timestamp::MAX] {
        join.on_item(l('a', 0), at, &mut |_| pairs += 1);
        join.on_item(r('a', 0), at, &mut |_| pairs += 1);
    }
    assert_eq!(pairs, 9);
}

/// Against the definition, on many items with few keys, in no order.
#[test]
fn gives_what_comparing_all_with_all_gives() {
    let mut seed = 1_u64;
    let mut random = move |n: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % n
    };
    let items: Vec<_> = (0..600)
        .map(|_| {
            let item = (char::from(b'a' + random(5) as u8), random(100) as i64);
            if random(2) == 0 { Either::Left(item) } else { Either::Right(item) }
        })
        .collect();
    let mut expected = Vec::new();
    for left in &items {
        for right in &items {
            if let (Either::Left(left), Either::Right(right)) = (left, right) {
                if left.0 == right.0 && (left.1 - right.1).abs() <= 5 {
                    expected.push((left.1, right.1));
                }
            }
        }
    }
    let mut pairs = run(&mut join(600), &items);
    expected.sort();
    pairs.sort();
    assert_eq!(pairs, expected);
}
