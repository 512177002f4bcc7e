//! [`peak_of`]: how much memory a run takes.

use std::fs;
use std::io;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use super::tool::Job;

/// The most memory that it takes, looked at each millisecond, in kB.
///
/// # Errors
/// If it can't be run or fails, or the system doesn't say.
pub fn peak_of(job: &Job) -> io::Result<u64> {
    let mut child = job.command().stdout(Stdio::piped()).spawn()?;
    let mut out = child.stdout.take().ok_or_else(|| io::Error::other("it has no standard output"))?;
    let answer = thread::spawn(move || io::copy(&mut out, &mut io::sink()));
    let mut peak = 0;
    // It is looked at while the program runs, as it is gone with it: a small answer is written at the very end.
    let status = loop {
        peak = peak_memory(child.id()).unwrap_or(peak).max(peak);
        match child.try_wait()? {
            Some(status) => break status,
            None => thread::sleep(Duration::from_millis(1)),
        }
    };
    answer.join().map_err(|_| io::Error::other("its answer can't be read"))??;
    match peak {
        _ if !status.success() => Err(io::Error::other(format!("it has ended with {status}"))),
        0 => Err(io::Error::other("the system doesn't say how much memory it takes")),
        peak => Ok(peak),
    }
}

fn peak_memory(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    peak.trim().strip_suffix(" kB")?.parse().ok()
}
