//! Event time: readings that arrive out of order are counted in the minute in which they were taken.
//!
//! A sensor sends its temperature by a radio that holds readings back now and then. No clock takes part: the same
//! readings always give the same windows. Run it with `cargo run -p examples --example late_data`.

use std::cell::RefCell;
use std::time::Duration;

use metrix_core::fold::{Count, Fold, Max};
use metrix_core::ops::TimedWindow;
use metrix_core::{Late, prelude::*};

/// A temperature, and the second at which it was taken.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Reading {
    second: i64,
    celsius: f64,
}

/// In the order of their arrival. The one of second 50 comes after one of the next minute, but soon enough; the one of
/// second 20 comes more than 30 s behind the newest.
const ARRIVED: [(i64, f64); 8] =
    [(10, 20.5), (40, 21.0), (65, 21.4), (50, 22.5), (95, 21.8), (20, 19.0), (130, 22.1), (185, 22.0)];

fn seconds(time: Timestamp) -> u64 {
    (time - Timestamp::EPOCH).as_secs()
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let readings = futures::stream::iter(ARRIVED).map(|(second, celsius)| Reading { second, celsius });

    let late = RefCell::new(Vec::new());
    let event_time = EventTime::new(|reading: &Reading| Timestamp::from_secs(reading.second))
        .lateness(Duration::from_secs(30))
        .on_late(|reading: Late<Reading>| late.borrow_mut().push(reading));
    let late_count = event_time.late_counter();

    let count_and_highest = (Count, Max.premap(|reading: Reading| reading.celsius));
    let minutes = readings.operate_at(TimedWindow::with(Duration::from_secs(60), count_and_highest), event_time);

    let minutes: Vec<Window<(u64, Option<f64>)>> = minutes.collect().await;
    for Window { start, value: (count, highest), .. } in &minutes {
        println!("from second {:3}: readings {count}, highest {:.1} °C", seconds(*start), highest.unwrap());
    }
    for Late { item, watermark, .. } in late.borrow().iter() {
        let Reading { second, celsius } = item;
        println!("too late: {celsius:.1} °C of second {second}, when time had gone on to {}", seconds(*watermark));
    }

    let values: Vec<_> = minutes.iter().map(|minute| minute.value).collect();
    assert_eq!(values, [(3, Some(22.5)), (2, Some(21.8)), (1, Some(22.1)), (1, Some(22.0))]);
    assert_eq!(late.borrow().len(), 1);
    assert_eq!(late_count.get(), 1);
}
