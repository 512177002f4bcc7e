//! A window of 100 million items, counted, summed and searched for the largest in 100 groups: how much memory, how long.
#![allow(clippy::print_stdout)]

use std::time::{Duration, Instant};

use metrix_core::fold::{self, Count, Fold, Max, Sum};
use metrix_core::prelude::*;

const ITEMS: u32 = 100_000_000;
const KEYS: u32 = 100;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let summary = (Count, Sum, Max).premap(f64::from);
    let started = Instant::now();
    let window = runtime.block_on(async {
        let numbers = futures::stream::iter(0..ITEMS);
        let mut windows =
            numbers.timed_window_with(Duration::from_secs(24 * 60 * 60), fold::group_by(|x| x % KEYS, summary));
        windows.next().await.ok_or("there was no window")
    })?;
    let took = started.elapsed();

    let (key, (count, sum, max)) = window.value[7];
    assert_eq!((window.value.len(), key, count, max), (100, 7, 1_000_000, Some(99_999_907.0)));
    assert_eq!(sum, 49_999_957_000_000.0);
    println!("items        {ITEMS} in one window, under (Count, Sum, Max) of {KEYS} keys");
    println!("time         {:.2} s, {:.1} ns an item", took.as_secs_f64(), took.as_nanos() as f64 / f64::from(ITEMS));
    println!("peak memory  {}", peak_memory()?);
    Ok(())
}

/// The most memory that this process has had, as the kernel tells it.
fn peak_memory() -> Result<String, Box<dyn std::error::Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("/proc/self/status has no VmHWM")?;
    Ok(peak.trim().to_owned())
}
