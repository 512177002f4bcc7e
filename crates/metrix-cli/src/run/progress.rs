//! How far files have been read, as a bar on a terminal.

use std::future::pending;
use std::io::{IsTerminal, stderr, stdin, stdout};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use metrix_io::Progress;
use tokio::time::interval;

use super::voice::Voice;

/// How often the bar is drawn.
const PERIOD: Duration = Duration::from_millis(200);

const TEMPLATE: &str =
    "{bar:32} {percent:>3} %  {binary_bytes} of {binary_total_bytes}, {binary_bytes_per_sec}, {eta} left";

/// Where the end isn't known.
const ENDLESS: &str = "{spinner} {binary_bytes}, {binary_bytes_per_sec}";

/// A bar that nobody sees yet.
pub(crate) fn hidden() -> ProgressBar {
    ProgressBar::hidden()
}

/// Draws the bar for as long as it is polled, if something is read that isn't typed, and the standard error is a terminal
/// that nothing else is written to; `prints` says that a sink writes to the standard output.
pub(crate) async fn draw(voice: &Voice, inputs: Vec<Progress>, prints: bool) {
    let is_free = stderr().is_terminal() && !(prints && stdout().is_terminal());
    let has_room = is_free && !voice.is_quiet() && !voice.logs().are_held();
    let total: Option<u64> = inputs.iter().map(Progress::total).sum();
    let template = match total {
        Some(0) => None,
        Some(_) => Some(TEMPLATE),
        // What somebody types is there to be seen.
        None => (!stdin().is_terminal()).then_some(ENDLESS),
    };
    let Some(template) = template.filter(|_| has_room) else { return pending().await };
    let bar = voice.bar();
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    match total {
        Some(total) => bar.set_length(total),
        None => bar.unset_length(),
    }
    bar.set_draw_target(ProgressDrawTarget::stderr());
    let mut ticks = interval(PERIOD);
    loop {
        ticks.tick().await;
        bar.set_position(inputs.iter().map(Progress::bytes).sum());
        bar.tick();
    }
}
