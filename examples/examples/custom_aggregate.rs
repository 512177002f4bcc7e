//! Aggregates of our own: a fold, a closure over all values, and one that comes to several values.
//!
//! A wind farm sends its turbines' power every ten minutes; each hour is summed up in three ways that have no name yet.
//! Run it with `cargo run -p examples --example custom_aggregate`.

use metrix::{Agg, MElement, MStream, Tags, tags};
use metrix_core::fold::Count;
use metrix_core::prelude::*;

/// How far a value has fallen below the highest before it, at most. Two numbers a group, however many values there are.
#[derive(Clone, Copy, Debug)]
struct Fall;

impl Fold<f64> for Fall {
    /// The highest value and the largest fall; nothing before the first value.
    type State = Option<(f64, f64)>;
    type Out = Option<f64>;

    fn init(&self) -> Self::State {
        None
    }

    fn step(&self, state: &mut Self::State, value: f64) {
        let (highest, fall) = state.get_or_insert((value, 0.0));
        *highest = highest.max(value);
        *fall = fall.max(*highest - value);
    }

    fn finish(&self, state: Self::State) -> Option<f64> {
        state.map(|(_, fall)| fall)
    }
}

/// The mean without the smallest and the largest value. It has to see all of them, so they are kept: 8 bytes each.
fn trimmed(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let inner = sorted.get(1..sorted.len().checked_sub(1)?)?;
    (!inner.is_empty()).then(|| inner.iter().sum::<f64>() / inner.len() as f64)
}

/// How many values lie in each of two ranges: two values, which a tag tells apart. A tuple of folds is one fold.
fn load() -> impl Fold<f64, Out = Vec<(Tags, u64)>, State: Send> + Send + Sync {
    let idle = Count.filter(|kilowatts: &f64| *kilowatts < 100.0);
    let busy = Count.filter(|kilowatts: &f64| *kilowatts >= 100.0);
    (idle, busy).map(|(idle, busy)| vec![(tags! { "load" => "idle" }, idle), (tags! { "load" => "busy" }, busy)])
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (power, stream) = MStream::builder("power")
        .batch(size(8))
        .agg(Agg::fold("fall", Fall))
        .agg(Agg::values("trimmed", trimmed))
        .agg(Agg::fold("readings", load()))
        .agg(("highest", "max")) // and a built-in one, under a name of our own
        .build()?;

    let (north, south) = (power.with(tags! { "turbine" => "north" }), power.with(tags! { "turbine" => "south" }));
    [420.0, 460.0, 90.0, 430.0, 440.0, 450.0].into_iter().for_each(|kilowatts| north.send(kilowatts));
    // Two values leave nothing to trim: `trimmed` gives no value for this turbine, and the others do.
    [80.0, 60.0].into_iter().for_each(|kilowatts| south.send(kilowatts));
    power.close();

    let elements: Vec<MElement> = stream.collect().await;
    for element in &elements {
        println!("{element}");
    }
    assert_eq!(elements[0].to_string(), "power.fall turbine=north 370");
    assert_eq!(elements.iter().filter(|element| &*element.name == "power.trimmed").count(), 1);
    assert_eq!(elements.len(), 2 + 1 + 4 + 2);
    Ok(())
}
