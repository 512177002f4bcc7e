//! [`run`]: `metrix run`.

mod account;
mod ahead;
mod asked;
mod causes;
mod connections;
mod crew;
mod datagrams;
mod dials;
mod drained;
mod engine;
mod faults;
mod feed;
mod hand;
mod hashes;
mod host;
mod influx;
pub(crate) mod inputs;
mod kafka;
mod keys;
pub(crate) mod ledger;
mod live;
mod log;
mod names;
mod nats;
mod otlp;
mod own_counts;
mod parser;
mod progress;
mod quoting;
mod requests;
mod router;
mod scrape;
mod scribe;
mod series;
mod setup;
mod signals;
pub(crate) mod sinks;
mod sources;
mod steps;
mod stop;
pub(crate) mod streams;
mod summary;
mod text;
mod turns;
mod voice;

use std::io;
use std::thread::available_parallelism;

use tokio::runtime::{Builder, Runtime};

use self::voice::Voice;
use crate::args::RunArgs;
use crate::config::{self, Config, Origin};
use crate::exit::Exit;
use crate::stdout::say;

/// Takes measurements in, and gives aggregated ones out, until the inputs end or it is asked to stop.
pub(crate) fn run(args: &RunArgs) -> Exit {
    let mut config = match &args.config {
        Some(path) => match config::load(path) {
            Ok(config) => config,
            Err(problems) => return crate::check::say_problems(&problems),
        },
        None => config::built_in(),
    };
    config.warnings.iter().for_each(say);
    if let Err(wrong) = asked::apply(args, &mut config) {
        say(wrong);
        return Exit::Wrong;
    }
    let ends = ends(&config);
    let started = Voice::new(args.quiet, progress::hidden()).and_then(|voice| Ok((voice, runtime(ends)?)));
    let (voice, runtime) = match started {
        Ok(started) => started,
        Err(error) => {
            say(format_args!("the system has no threads to run on: {error}"));
            return Exit::Failed;
        }
    };
    log::start(&voice);
    let exit = runtime.block_on(engine::run(config, args, ends, &voice));
    // A write that hangs, or a line that never comes, is not waited for any more.
    runtime.shutdown_background();
    voice.finish();
    exit
}

/// Whether all inputs end by themselves.
fn ends(config: &Config) -> bool {
    config.sources.iter().all(|source| match source.origin() {
        Some(Origin::Text(input)) => !input.follow,
        Some(Origin::Listen(_)) | None => false,
    })
}

/// Where all inputs end, all tasks take turns on one thread: so a task that has been woken runs before the one that goes on
/// reading, and the order of all that happens is the same every time.
fn runtime(ends: bool) -> io::Result<Runtime> {
    if ends {
        return Builder::new_current_thread().enable_all().build();
    }
    let threads = available_parallelism().map_or(2, |threads| threads.get().clamp(2, 4));
    Builder::new_multi_thread().worker_threads(threads).enable_all().build()
}
