//! `metrix query`: a store in all forms, and what is said when there is nothing to show.

mod formats;
mod nothing;
mod outputs;
mod plots;

use std::process::Command;

use metrix::{MElement, Sink, Tags, Timestamp, tags};
use metrix_io::sinks::sqlite::Sqlite;

use crate::program::{Ended, Running, Scene};

/// A scene with a store in it.
struct Filled(Scene);

const STORE: &str = "metrix.db";

impl Filled {
    fn with(elements: &[MElement]) -> Self {
        let scene = Scene::new();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut sink = Sqlite::open(scene.path(STORE)).unwrap();
            for batch in elements.chunks(10_000) {
                sink.write(batch).await.unwrap();
            }
            sink.close().await.unwrap();
        });
        Self(scene)
    }

    /// The program on this store, not started yet.
    fn command(&self, args: &[&str]) -> Command {
        let mut command = self.0.command();
        command.args(["query", "--store"]).arg(self.0.path(STORE)).args(args);
        command
    }

    fn query(&self, args: &[&str]) -> Ended {
        Running::start(self.command(args)).end()
    }

    /// What it shows, where all goes well.
    #[track_caller]
    fn check(&self, args: &[&str], expected: &str) {
        self.query(args).printed(expected);
    }
}

const DAY: i64 = 1_431_820_800;

/// At so many seconds of 17 May 2015.
fn element(name: &str, tags: Tags, secs: i64, value: f64) -> MElement {
    MElement::new(name, value, tags, Timestamp::from_secs(DAY + secs))
}

/// The end of windows of ten seconds, of two processors and the load.
fn small() -> Filled {
    let window = |element: MElement| {
        let start = Timestamp::from_nanos(element.at.as_nanos() - 10_000_000_000);
        element.since(start)
    };
    let cpu = |core, secs, value| window(element("cpu.usage.mean", tags! { "core" => core }, secs, value));
    Filled::with(&[
        cpu(0, 10, 12.5),
        cpu(0, 20, 100.0),
        cpu(1, 10, 0.1),
        window(element("cpu.usage.max", tags! { "core" => 0 }, 10, 99.0)),
        element("load.1.mean", Tags::NONE, 20, 0.25),
    ])
}
