//! The book as a machine: what is held, and what is settled when.

use super::stream::MOST_BUCKETS;
use super::*;

fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(secs)
}

fn window(stream: usize, end: i64) -> Touch {
    Touch { stream, window: Some(at(end)) }
}

fn other(stream: usize) -> Touch {
    Touch { stream, window: None }
}

/// Real marks, in order: they are a stream's own.
fn marks(count: usize) -> Vec<Mark> {
    let (sender, _stream) = metrix::MStream::builder("m").batch(metrix::size(1)).agg("sum").build().unwrap();
    let mark = |_| {
        sender.send(1.0);
        sender.mark().unwrap()
    };
    (0..count).map(mark).collect()
}

fn message(book: &mut Book, message: (Partition, Position), touched: impl IntoIterator<Item = Touch>) {
    assert!(book.begin(message));
    book.end(message, touched);
}

fn resume(book: &mut Book, partition: Partition, from: Option<Position>, floors: Vec<Option<Timestamp>>) {
    book.resume(partition, from, Limits { floors, over: Vec::new() }, false);
}

#[track_caller]
fn check(book: &Book, expected: &[(Partition, Position)]) {
    assert_eq!(book.positions().into_iter().collect::<Vec<_>>(), expected);
}

const NOTHING: Reached = Reached::Until(None);

fn until(end: i64) -> Reached {
    Reached::Until(Some(at(end)))
}

#[test]
fn a_message_is_settled_with_the_last_of_its_windows() {
    let mut book = Book::new([true], false);
    check(&book, &[]);
    message(&mut book, (0, 5), [window(0, 10)]);
    message(&mut book, (0, 6), [window(0, 10), window(0, 20)]);
    message(&mut book, (0, 7), [window(0, 20)]);
    message(&mut book, (1, 3), [window(0, 30)]);
    message(&mut book, (2, 9), []);
    check(&book, &[(0, 5), (1, 3), (2, 10)]);
    book.settle(&[NOTHING]);
    check(&book, &[(0, 5), (1, 3), (2, 10)]);
    book.settle(&[until(19)]);
    check(&book, &[(0, 6), (1, 3), (2, 10)]);
    book.settle(&[until(20)]);
    check(&book, &[(0, 8), (1, 3), (2, 10)]);
    message(&mut book, (0, 8), [window(0, 20)]);
    check(&book, &[(0, 9), (1, 3), (2, 10)]);
    assert_eq!(book.until(0).collect::<Vec<_>>(), [(0, at(20))]);
    book.settle(&[until(15)]);
    assert_eq!(book.until(0).collect::<Vec<_>>(), [(0, at(20))], "it never goes back");
}

#[test]
fn what_is_being_sent_is_not_settled() {
    let mut book = Book::new([true], false);
    assert!(book.begin((0, 5)));
    check(&book, &[(0, 5)]);
    book.settle(&[until(100)]);
    check(&book, &[(0, 5)]);
    assert!(book.begin((0, 6)));
    book.end((0, 6), []);
    check(&book, &[(0, 5)]);
    book.end((0, 5), [window(0, 110)]);
    check(&book, &[(0, 5)]);
    book.settle(&[until(110)]);
    check(&book, &[(0, 7)]);
}

#[test]
fn a_mark_settles_what_was_sent_before_it() {
    let marks = marks(3);
    let mut book = Book::new([false, true], false);
    message(&mut book, (0, 1), [other(0)]);
    book.mark(0, marks[0]);
    message(&mut book, (0, 2), [other(0)]);
    book.mark(0, marks[0]);
    message(&mut book, (0, 3), [other(0), window(1, 10)]);
    book.mark(0, marks[1]);
    message(&mut book, (0, 4), [other(0)]);
    assert_eq!(book.marks(0).collect::<Vec<_>>(), [marks[1], marks[0]]);
    book.settle(&[Reached::Mark(None), until(10)]);
    check(&book, &[(0, 1)]);
    book.settle(&[Reached::Mark(Some(marks[0])), NOTHING]);
    check(&book, &[(0, 3)]);
    book.settle(&[Reached::Mark(Some(marks[2])), NOTHING]);
    check(&book, &[(0, 4)]);
    book.settle_marked();
    check(&book, &[(0, 5)]);
    assert_eq!(book.until(0).collect::<Vec<_>>(), [(1, at(10))]);
}

#[test]
fn a_stream_that_this_source_sends_nothing_to_has_no_time() {
    let mut book = Book::new([true, true, true], false);
    resume(&mut book, 0, None, vec![None, Some(at(50))]);
    message(&mut book, (0, 1), [window(2, 10)]);
    book.settle(&[until(100), until(40), until(70)]);
    assert_eq!(book.until(0).collect::<Vec<_>>(), [(1, at(50)), (2, at(70))]);
}

#[test]
fn the_time_of_a_partition_is_nothing_to_others() {
    let mut book = Book::new([true], false);
    resume(&mut book, 0, Some(1), vec![Some(at(100))]);
    message(&mut book, (0, 1), [window(0, 110)]);
    // It was read elsewhere, and further.
    resume(&mut book, 1, Some(40), vec![Some(at(500))]);
    message(&mut book, (0, 2), [window(0, 120)]);
    message(&mut book, (0, 3), [window(0, 400)]);
    check(&book, &[(0, 1), (1, 40)]);
    book.settle(&[until(110)]);
    check(&book, &[(0, 2), (1, 40)]);
    assert_eq!(book.until(0).collect::<Vec<_>>(), [(0, at(110))]);
    assert_eq!(book.until(1).collect::<Vec<_>>(), [(0, at(500))]);
    assert_eq!((book.limits(0).floor(0), book.limits(1).floor(0)), (Some(at(100)), Some(at(500))));
}

#[test]
fn what_comes_back_from_elsewhere_begins_where_it_was_committed() {
    let mut book = Book::new([true, false], false);
    resume(&mut book, 0, Some(0), Vec::new());
    message(&mut book, (0, 0), [window(0, 10), other(1)]);
    book.revoke(0, Vec::new());
    resume(&mut book, 0, Some(100), Vec::new());
    check(&book, &[(0, 100)]);
    message(&mut book, (0, 100), [window(0, 20)]);
    book.revoke(0, Vec::new());
    // The topic was made anew.
    resume(&mut book, 0, Some(3), Vec::new());
    check(&book, &[(0, 3)]);
    message(&mut book, (0, 3), [window(0, 20)]);
    check(&book, &[(0, 3)]);
    book.settle(&[until(20), Reached::Mark(None)]);
    check(&book, &[(0, 4)]);
}

#[test]
fn what_comes_again_is_held_already() {
    let mut book = Book::new([true], false);
    resume(&mut book, 0, None, Vec::new());
    for position in 1..=3 {
        message(&mut book, (0, position), [window(0, 10)]);
    }
    book.revoke(0, Vec::new());
    check(&book, &[]);
    book.resume(0, Some(1), Limits::default(), true);
    check(&book, &[(0, 1)]);
    assert!((1..=3).all(|position| !book.begin((0, position))));
    assert!(book.begin((0, 4)) && book.begin((1, 1)));
}

#[test]
fn single_messages_are_told_once() {
    let mark = marks(1)[0];
    let mut book = Book::new([true, false], true);
    message(&mut book, (0, 9), [window(0, 10), window(0, 20)]);
    message(&mut book, (0, 3), [window(0, 10)]);
    message(&mut book, (0, 5), [window(0, 10), other(1)]);
    message(&mut book, (0, 7), []);
    assert_eq!(book.take_settled(), [(0, 7)]);
    assert!(!book.begin((0, 3)), "it is in a window");
    book.mark(1, mark);
    book.settle(&[until(10), Reached::Mark(None)]);
    assert_eq!(book.take_settled(), [(0, 3)]);
    assert!(book.begin((0, 3)), "it was acknowledged in vain");
    assert!(!book.begin((0, 3)), "it is being sent");
    book.end((0, 3), [window(0, 10)]);
    assert_eq!(book.take_settled(), [(0, 3)]);
    book.settle(&[until(20), Reached::Mark(Some(mark))]);
    assert_eq!(book.take_settled(), [(0, 5), (0, 9)]);
    assert_eq!(book.take_settled(), []);
    check(&book, &[(0, 10)]);
}

#[test]
fn too_many_windows_hold_longer_and_never_less() {
    for keeps_each in [false, true] {
        let mut book = Book::new([true], keeps_each);
        let all = 3 * MOST_BUCKETS as u64;
        for position in 0..all {
            message(&mut book, (0, position), [window(0, 10 * (1 + position as i64))]);
        }
        let windows = book.streams[0].buckets().count();
        assert_eq!(windows, MOST_BUCKETS);
        book.settle(&[until(10)]);
        check(&book, &[(0, 0)]);
        book.settle(&[until(10 * (all as i64 - 2))]);
        check(&book, &[(0, all - 2)]);
        assert_eq!(book.take_settled().len() as u64, if keeps_each { all - 2 } else { 0 });
    }
}
