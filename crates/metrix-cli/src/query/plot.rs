//! Plots: series over time, in as many points as can be seen.

mod lines;
mod scale;
mod svg;
mod terminal;
mod thin;

use self::lines::{Drawn, Lines};
pub(super) use self::svg::SvgPlot;
pub(super) use self::terminal::TerminalPlot;
