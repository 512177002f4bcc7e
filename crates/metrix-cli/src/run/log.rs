//! What is logged: the library's warnings, and the elements of a sink `log`.

use tracing::Level;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::layer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::voice::Voice;

/// The target of the elements, which are logged even if nothing else is.
pub(crate) const ELEMENTS: &str = "element";

/// Logs on the standard error from now on.
pub(crate) fn start(voice: &Voice) {
    let least = if voice.is_quiet() { Level::WARN } else { Level::INFO };
    let targets = Targets::new().with_default(least).with_target(ELEMENTS, Level::INFO);
    // What it logs of its connections is told by those that have them.
    let targets = targets.with_target("async_nats", LevelFilter::OFF);
    // Where it can't be written, there is nowhere to say so.
    let lines = layer().compact().with_ansi(false).log_internal_errors(false).with_writer(voice.clone());
    // Nothing else in the program logs anywhere, so that there is no other one.
    let _first = tracing_subscriber::registry().with(targets).with(lines).try_init();
}
