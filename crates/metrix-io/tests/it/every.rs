//! Even intervals, on the paused clock.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use metrix::{Timestamp, tags};
use metrix_io::Reading;
use metrix_io::sources::every::{Every, Sample};
use tokio::sync::Notify;
use tokio::time::{Instant, advance, sleep};

const TEN: Duration = Duration::from_secs(10);

/// Counts its samples.
struct Counts(f64);

impl Sample for Counts {
    fn sample(&mut self, emit: &mut dyn FnMut(Reading<'_>)) {
        self.0 += 1.0;
        let text = String::from("a text of its own");
        let mut reading = Reading::new(&*text, self.0);
        reading.tags.push(("k".into(), (&*text).into()));
        emit(reading);
    }
}

#[tokio::test(start_paused = true)]
async fn samples_come_when_they_are_due_with_their_time() {
    let (start, origin) = (Instant::now(), Timestamp::now());
    let mut every = Every::new(TEN, Counts(0.0));
    for number in 1..=100 {
        let mut visited = 0;
        every
            .sample(|reading| {
                visited += 1;
                assert_eq!((&*reading.name, reading.value), ("a text of its own", f64::from(number)));
                assert_eq!(reading.to_tags(), tags! { "k" => "a text of its own" });
                assert_eq!(reading.at, Some(origin + TEN * number));
            })
            .await;
        assert_eq!(visited, 1);
        assert_eq!(start.elapsed(), TEN * number);
    }
    assert_eq!(every.missed(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_was_missed_is_counted_and_shifts_nothing() {
    let start = Instant::now();
    let mut every = Every::new(TEN, Counts(0.0));
    every.sample(|_| ()).await;
    // 20, 30 and 40 pass; the last of them is made up for at 47.
    advance(Duration::from_secs(37)).await;
    let mut values = Vec::new();
    let mut visit = |reading: Reading<'_>| values.push((start.elapsed().as_secs(), reading.value));
    every.sample(&mut visit).await;
    every.sample(&mut visit).await;
    assert_eq!(values, [(47, 2.0), (50, 3.0)]);
    assert_eq!(every.missed(), 2);
}

/// Says that it has begun, and has its reading when it is told.
struct Told(Arc<Notify>, Receiver<f64>);

impl Sample for Told {
    fn sample(&mut self, emit: &mut dyn FnMut(Reading<'_>)) {
        self.0.notify_one();
        emit(Reading::new("told", self.1.recv().expect("the test goes on")));
    }
}

#[tokio::test(start_paused = true)]
async fn a_sample_that_was_cut_off_is_given_by_the_next_call() {
    let (begun, (tell, told)) = (Arc::new(Notify::new()), channel());
    let mut every = Every::new(TEN, Told(Arc::clone(&begun), told));
    every.run(begun.notified(), |_| panic!("nothing was told yet")).await;
    tell.send(1.5).unwrap();
    tell.send(2.5).unwrap();
    let mut values = Vec::new();
    every.sample(|reading| values.push(reading.value)).await;
    every.sample(|reading| values.push(reading.value)).await;
    assert_eq!(values, [1.5, 2.5]);
}

#[tokio::test(start_paused = true)]
async fn it_ends_when_it_is_told_to() {
    let start = Instant::now();
    let mut every = Every::new(TEN, Counts(0.0));
    let mut values = Vec::new();
    every.run(sleep(Duration::from_secs(29)), |reading| values.push(reading.value)).await;
    assert_eq!((start.elapsed().as_secs(), &values[..]), (29, &[1.0, 2.0][..]));
    // It can go on.
    every.run(sleep(Duration::from_secs(29)), |reading| values.push(reading.value)).await;
    assert_eq!((start.elapsed().as_secs(), &values[..]), (58, &[1.0, 2.0, 3.0, 4.0, 5.0][..]));
}

struct Panics;

impl Sample for Panics {
    fn sample(&mut self, _: &mut dyn FnMut(Reading<'_>)) {
        panic!("a fault of the sampler")
    }
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_passed_on() {
    let panic = tokio::spawn(async { Every::new(TEN, Panics).sample(|_| ()).await }).await.unwrap_err().into_panic();
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"a fault of the sampler"));
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "an interval of 0 s is not possible")]
async fn an_interval_of_nothing_is_refused() {
    let _ = Every::new(Duration::ZERO, Counts(0.0));
}
