//! Lines of StatsD over UDP on loopback: how many a second the program receives, understands and aggregates on one core without losing any,
//! and how many StatsD of npm does. The sender has another core to itself.
//!
//! It needs two cores and `taskset`, and StatsD of npm where `bash .ci/peers` puts it; without that only the program is asked. It writes the section
//! of `docs/performance.md` anew, and fails if the program takes fewer than are promised. With an argument each trial takes so many
//! seconds, and nothing is written.
//!
//! With the arguments `check` and the path of the program both get some metrics, as quickly as they read them; it fails if one of them isn't counted.
#![allow(clippy::print_stdout)]

mod check;
mod pace;
mod packets;
mod receiver;

use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use benches::page::{STATSD_UDP, with_section};
use benches::program::made::made;
use benches::report::machine;
use metrix_core::Timestamp;

use self::check::check;
use self::pace::{Load, most};
use self::packets::packets;
use self::receiver::Receiver;

/// So many metrics a second are promised.
const PROMISED: f64 = 1e6;
const SECONDS: f64 = 3.0;
const PATIENCE: Duration = Duration::from_secs(60);
/// That the sender has its own core already.
const PINNED: &str = "STATSD_UDP_PINNED";

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?;
    let folder = root.join("target/statsd_udp");
    fs::create_dir_all(&folder)?;
    let statsd = Receiver::StatsD(root.join("target/npm/node_modules/statsd/stats.js"));
    if args.first().is_some_and(|first| first == "check") {
        let program =
            args.get(1).ok_or("check what? Name the program too, as in `statsd_udp check target/debug/metrix`")?;
        for receiver in [Receiver::Metrix(program.into()), statsd] {
            check(&receiver, &packets(), &folder)?;
            println!("{}: each metric is counted", receiver.name());
        }
        return Ok(());
    }
    if std::env::var_os(PINNED).is_none() {
        let again = Command::new("taskset")
            .args(["-c", "1"])
            .arg(std::env::current_exe()?)
            .args(&args)
            .env(PINNED, "")
            .status();
        return if again?.success() { Ok(()) } else { Err("it has failed".into()) };
    }
    let seconds = args.first().map_or(Ok(SECONDS), |seconds| seconds.parse())?;
    let receivers = [Receiver::Metrix(made()?), statsd];
    let load = Load { packets: &packets(), seconds, folder: &folder };
    let mut best = Vec::new();
    for receiver in receivers.iter().filter(|receiver| receiver.is_there()) {
        best.push((receiver.name(), most(receiver, &load)?));
    }
    let text = text(&best)?;
    println!("{text}");
    if args.is_empty() {
        let page = root.join("docs/performance.md");
        let anew = with_section(&fs::read_to_string(&page)?, STATSD_UDP, &text).ok_or("the page lacks the section")?;
        fs::write(page, anew)?;
    }
    if best[0].1 < PROMISED { Err(format!("fewer than {PROMISED:e} a second").into()) } else { Ok(()) }
}

/// The section of the page.
fn text(best: &[(&str, f64)]) -> Result<String, std::fmt::Error> {
    let (now, machine) = (Timestamp::now().to_string(), machine());
    let date = now.split('T').next().unwrap_or_default();
    let mut text = format!("Measured on {date}, on a machine of {machine}.\n\n");
    text += "| receiver, on one core | metrics a second without loss |\n| --- | ---: |\n";
    for (name, most) in best {
        writeln!(text, "| {name} | {most:.0} |")?;
    }
    let (metrix, met) = (best[0].1, if best[0].1 < PROMISED { "**missed**" } else { "met" });
    write!(text, "\nAsked of metrix are {PROMISED:.0}: {met}.")?;
    if let [_, (_, statsd)] = best {
        write!(text, " It takes {:.0} times as many as StatsD.", metrix / statsd)?;
    }
    Ok(text)
}
