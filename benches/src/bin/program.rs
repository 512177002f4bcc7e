//! The program on a file of ten million StatsD lines with a thousand series, in batches and in windows: lines a second, and
//! the most memory it takes. It fails if one of them is too slow or takes too much.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const LINES: u64 = 10_000_000;
const SERIES: u64 = 1000;
const ROUNDS: usize = 5;

/// What is promised: so many lines a second at least, and so many MB at most.
const LEAST_LINES: f64 = 3e6;
const MOST_MEMORY: f64 = 50.0;

/// How the stream groups.
const GROUPINGS: [(&str, &str); 2] = [("batches", "batch = 1000000"), ("windows of 1 s", "window = \"1s\"")];

fn main() -> Result<(), Box<dyn Error>> {
    let program = build()?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/program");
    fs::create_dir_all(&folder)?;
    let (lines, sum) = generate(&folder.join("lines.statsd"))?;
    let config = folder.join("config.toml");
    println!("lines        {LINES} of {SERIES} series, {:.0} MB", lines as f64 / 1e6);
    let mut is_kept = true;
    for (name, grouping) in GROUPINGS {
        fs::write(&config, configuration(&folder.join("lines.statsd"), grouping))?;
        println!("{name}");
        is_kept &= measure(&program, &config, sum)?;
    }
    match is_kept {
        true => Ok(()),
        false => Err(format!("less than {LEAST_LINES:e} lines a second, or more than {MOST_MEMORY} MB").into()),
    }
}

/// Runs a configuration some times; tells whether the promise is kept.
fn measure(program: &Path, config: &Path, sum: u64) -> Result<bool, Box<dyn Error>> {
    let mut times = Vec::new();
    let mut most = 0;
    for _ in 0..ROUNDS {
        let run = run(program, config, sum)?;
        println!("  round        {:.2} s, {} kB", run.took.as_secs_f64(), run.peak);
        times.push(run.took);
        most = most.max(run.peak);
    }
    times.sort_unstable();
    let (pace, memory) = (LINES as f64 / times[ROUNDS / 2].as_secs_f64(), most as f64 / 1024.0);
    println!("  lines/s      {:.2} million (median of {ROUNDS})", pace / 1e6);
    println!("  peak memory  {memory:.1} MB");
    Ok(pace >= LEAST_LINES && memory <= MOST_MEMORY)
}

/// Builds the program as it is released.
fn build() -> Result<PathBuf, Box<dyn Error>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--release", "--package", "metrix-cli", "--message-format", "json"])
        .stderr(Stdio::inherit())
        .output()?;
    let messages = String::from_utf8(built.stdout)?;
    let program = messages.lines().rev().find_map(|message| message.split_once(r#""executable":""#));
    let path = program.and_then(|(_, rest)| rest.split_once('"')).ok_or("the program can't be built")?.0;
    Ok(path.into())
}

/// Writes the lines, the same ones every time; tells how long they are, and the sum of their values.
fn generate(path: &Path) -> io::Result<(u64, u64)> {
    let mut file = BufWriter::new(File::create(path)?);
    let (mut state, mut sum) = (0x9e37_79b9_7f4a_7c15_u64, 0);
    for _ in 0..LINES {
        // The generator xorshift64 of Marsaglia (2003).
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let (series, value) = ((state >> 11) % SERIES, (state >> 40) % 1000);
        sum += value;
        let (page, shop) = (series / 10, series % 10);
        writeln!(file, "requests:{value}|c|#page:/articles/{page},shop:{shop}")?;
    }
    file.flush()?;
    Ok((file.get_ref().metadata()?.len(), sum))
}

fn configuration(lines: &Path, grouping: &str) -> String {
    format!(
        r#"
[[source]]
type = "statsd"
path = "{}"
[[stream]]
name = "requests"
agg = ["count", "sum", "mean", "max"]
{grouping}
[[sink]]
type = "jsonl"
"#,
        lines.display()
    )
}

struct Run {
    took: Duration,
    /// In kB, as the kernel says.
    peak: u64,
}

/// Runs the program, and checks that nothing was lost.
fn run(program: &Path, config: &Path, sum: u64) -> Result<Run, Box<dyn Error>> {
    let started = Instant::now();
    let mut child = Command::new(program).arg("run").arg("--quiet").arg(config).stdout(Stdio::piped()).spawn()?;
    let mut out = child.stdout.take().ok_or("it has a standard output")?;
    let (mut text, mut peak) = (Vec::new(), 0);
    let mut buffer = vec![0; 1 << 16];
    // It is looked at while the program runs, as it is gone with it: at the end of each batch, and of all.
    loop {
        let read = out.read(&mut buffer)?;
        peak = peak_memory(child.id()).unwrap_or(peak).max(peak);
        if read == 0 {
            break;
        }
        text.extend_from_slice(&buffer[..read]);
    }
    let status = child.wait()?;
    let took = started.elapsed();
    assert!(status.success(), "{status}");
    let (mut lines, mut values) = (0.0, 0.0);
    for line in String::from_utf8(text)?.lines() {
        let value = || -> Option<f64> { line.split_once(r#""value":"#)?.1.split_once(',')?.0.parse().ok() };
        let value = value().ok_or("a line has no value")?;
        if line.contains("requests.count") {
            lines += value;
        } else if line.contains("requests.sum") {
            values += value;
        }
    }
    assert_eq!((lines, values), (LINES as f64, sum as f64));
    Ok(Run { took, peak })
}

fn peak_memory(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    peak.trim().strip_suffix(" kB")?.parse().ok()
}
