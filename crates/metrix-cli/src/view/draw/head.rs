//! [`head`]: how much came and went.

use std::time::Duration;

use ratatui::style::{Color, Stylize};
use ratatui::text::{Line, Span};

use crate::view::amount::{Unit, amount};
use crate::view::pulse::{Phase, Pulse};
use crate::view::series_set::SeriesSet;

/// The line at the top.
pub(super) fn head(pulse: &Pulse, series: &SeriesSet, is_paused: bool) -> Line<'static> {
    let number = |value: f64| Span::from(amount(value, Unit::Other)).bold();
    // A tenth is near enough.
    let rate = |value: f64| number((value * 10.0).round() / 10.0);
    let health = &pulse.health;
    let mut spans = vec![" metrix ".bold().fg(Color::Black).bg(Color::Cyan)];
    let state = match pulse.phase {
        Phase::Ended => Some(" ended: q leaves "),
        Phase::Ending => Some(" ending "),
        Phase::Running => is_paused.then_some(" paused "),
    };
    spans.extend(state.map(|state| state.bold().fg(Color::Black).bg(Color::Yellow)));
    spans.extend(["  up ".dim(), Span::from(clock(pulse.uptime)).bold()]);
    spans.extend(["  in ".dim(), rate(pulse.readings_per_second()), "/s, ".dim(), number(health.readings() as f64)]);
    spans.extend(["  out ".dim(), rate(pulse.emitted_per_second()), "/s, ".dim(), number(health.emitted() as f64)]);
    spans.extend(["  series ".dim(), number(series.len() as f64)]);
    if series.let_go() > 0 {
        let let_go = format!(", {} let go", amount(series.let_go() as f64, Unit::Other));
        spans.push(let_go.fg(Color::Yellow));
    }
    Line::from(spans)
}

/// As `1:02:03`.
fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_go_on_after_a_day() {
        let times = [0, 59, 3_661, 360_000].map(|seconds| clock(Duration::from_secs(seconds)));
        assert_eq!(times, ["0:00:00", "0:00:59", "1:01:01", "100:00:00"]);
    }
}
