//! Scales: where the ticks of the axes are.

mod times;
mod values;

pub(super) use self::times::TimeScale;
pub(super) use self::values::ValueScale;
