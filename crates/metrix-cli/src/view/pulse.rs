//! [`Pulse`]: what stands above and below the series.

use std::time::Duration;

use super::health::Health;
use super::meter::Meter;

/// How the run goes, as it was asked last.
#[derive(Debug, Default)]
pub(super) struct Pulse {
    pub(super) uptime: Duration,
    pub(super) health: Health,
    readings: Meter,
    emitted: Meter,
    /// The last line of the log.
    pub(super) log: Option<String>,
    pub(super) phase: Phase,
}

/// How far the run is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    #[default]
    Running,
    /// It has been asked to end.
    Ending,
    /// All has come that will.
    Ended,
}

impl Pulse {
    /// Takes how things are so long after the start.
    pub(super) fn beat(&mut self, uptime: Duration, health: Health) {
        self.uptime = uptime;
        if health.is_ending {
            self.phase = self.phase.max(Phase::Ending);
        }
        self.readings.push(uptime, health.readings());
        self.emitted.push(uptime, health.emitted());
        self.health = health;
    }

    pub(super) fn readings_per_second(&self) -> f64 {
        self.readings.per_second()
    }

    pub(super) fn emitted_per_second(&self) -> f64 {
        self.emitted.per_second()
    }
}
