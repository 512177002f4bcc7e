//! [`Dials`]: what can be read off a run while it runs.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use metrix::MCoordinator;
use metrix_io::sources::DatagramMeter;

use super::router::Router;
use super::setup::Setup;
use super::signals::INTERRUPT;
use super::stop::{Stop, Why};
use crate::view::{Health, Screen, View, Wish, give_back_terminal};

/// What can be read off a run while it runs.
#[derive(Debug)]
pub(crate) struct Dials {
    pub(crate) coordinator: Arc<MCoordinator>,
    pub(crate) router: Arc<Router>,
    pub(crate) wrong: Arc<AtomicU64>,
    pub(crate) ahead: Arc<AtomicU64>,
    /// By the names of the sources.
    pub(crate) meters: Vec<(String, DatagramMeter)>,
    pub(crate) stop: Stop,
}

impl Dials {
    fn health(&self) -> Health {
        Health {
            unmatched: self.router.all_unmatched().map_or(0, |(count, _)| count),
            ahead: self.ahead.load(Ordering::Relaxed),
            faults: self.wrong.load(Ordering::Relaxed),
            lost: self.meters.iter().filter_map(|(_, meter)| meter.stats().dropped).sum(),
            is_ending: self.stop.why().is_some(),
            report: self.coordinator.stats(),
        }
    }

    /// Takes the terminal for the view. Its keys do what SIGINT does.
    pub(crate) fn show(self, view: View, setup: &Setup) -> io::Result<Screen> {
        let stop = setup.stop.clone();
        let ask = move |wish| {
            let is_first = stop.ask(Why::Asked(INTERRUPT));
            if wish == Wish::EndAtOnce && !is_first {
                give_back_terminal();
                std::process::exit(128 + i32::from(INTERRUPT));
            }
        };
        view.show(setup.voice.logs().clone(), move || self.health(), ask)
    }
}

/// Lets the view stand until it is read, if the run has come to its end by itself, and gives the terminal back.
pub(crate) async fn leave(screen: Screen, setup: &Setup) {
    if setup.stop.why().is_none() {
        screen.run_has_ended();
        setup.stop.asked().await;
    }
    if let Err(error) = screen.end() {
        setup.voice.say(format_args!("the live view has failed: {error}: run with --plain to do without"));
    }
}
