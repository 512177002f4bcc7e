//! The program on files of ten million lines, against what a user would take instead: seconds, ratios and how long processors
//! worked, on one core and on two. Tools that aren't installed are left out, and named; `benches/tools` installs them.
//!
//! With an argument the files have so many lines, with a second one each tool runs so many times, and with a third one, such as
//! `log`, there is only that file. It says so if a tool is quicker than ours, or our pace or memory isn't what is promised, and
//! fails if an answer differs.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::error::Error;
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::time::Instant;

use benches::program::cpu::of_children;
use benches::program::input::Input;
use benches::program::made::made;
use benches::program::memory::peak_of;
use benches::program::tool::{Job, Tool};
use benches::race::turns;

const LINES: u64 = 10_000_000;
const ROUNDS: usize = 3;

/// A tool that takes so many times as long as ours in the first round, which counts for nobody else, runs only once.
const SLOW: f64 = 5.0;

/// What is promised: so many lines of StatsD a second at least, and so many MB at most.
const LEAST_LINES: f64 = 3e6;
const MOST_MEMORY: f64 = 50.0;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let lines = args.next().map_or(Ok(LINES), |lines| lines.parse())?;
    let rounds = args.next().map_or(Ok(ROUNDS), |rounds| rounds.parse())?;
    let only = args.next();
    let program = made()?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/program");
    fs::create_dir_all(&folder)?;
    let folder = folder.canonicalize()?;
    let mut remarks = Vec::new();
    println!("{lines} lines, medians of {rounds} rounds\n");
    println!("| input | cores | tool | seconds | metrix takes, times | processor seconds |");
    println!("| --- | ---: | --- | ---: | ---: | ---: |");
    for input in Input::ALL.into_iter().filter(|input| only.as_ref().is_none_or(|only| only == input.name())) {
        let file = input.write(&folder, lines)?;
        for cores in [1, 2] {
            let jobs = |tool: Tool| tool.job(&program, input, &file, (lines, cores), &folder);
            let jobs: Vec<Option<Job>> = Tool::ALL.into_iter().map(jobs).collect::<Result<_, _>>()?;
            let jobs: Vec<Job> = jobs.into_iter().flatten().collect();
            remarks.extend(compare(input, (&file, &jobs), (lines, cores), rounds)?);
            if cores == 2 {
                remarks.push(measure(input, &jobs[0], lines)?);
            }
        }
    }
    println!("\n{}", remarks.join("\n"));
    Ok(())
}

/// Has all of them do the same, some times, and prints how long it took; tells of those that are quicker than ours.
fn compare(
    input: Input,
    (file, jobs): (&Path, &[Job]),
    (lines, cores): (u64, usize),
    rounds: usize,
) -> Result<Vec<String>, Box<dyn Error>> {
    let tools: Vec<Tool> = jobs.iter().map(Job::tool).collect();
    let mut outputs = vec![Ok(String::new()); jobs.len()];
    let mut runs: Vec<Vec<Run>> = vec![Vec::new(); jobs.len()];
    let mut once = vec![false; jobs.len()];
    let times = turns(input.name(), &tools, rounds, |place| {
        if once[place] {
            return runs[place][0].seconds;
        }
        eprintln!("{} on {cores}: {} ...", input.name(), tools[place].name());
        // Whoever comes first would read it from the disk for the others. If it can't be read, the tool says so.
        let _is_in_memory = File::open(file).and_then(|mut file| io::copy(&mut file, &mut io::sink()));
        let (started, before) = (Instant::now(), of_children());
        outputs[place] = jobs[place].run(cores).map_err(|error| error.to_string());
        let seconds = started.elapsed().as_secs_f64();
        runs[place].push(Run { seconds, worked: (of_children() - before).as_secs_f64() });
        // Ours is the first of the first round.
        once[place] = runs[place].len() == 1 && seconds > SLOW * runs[0][0].seconds;
        seconds
    });
    let mut answers = Vec::new();
    for (job, output) in jobs.iter().zip(outputs) {
        answers.push(job.answer(&output?)?);
    }
    let read = answers[0].lines(input);
    if read != lines as f64 {
        return Err(format!("{read} of {lines} lines were read").into());
    }
    for (tool, answer) in tools.iter().zip(&answers) {
        answer.check(&answers[0]).map_err(|error| format!("{}: {error}", tool.name()))?;
    }
    let mut quicker = Vec::new();
    for (place, (tool, seconds)) in times.medians().enumerate() {
        let (ratio, worked, note) = match &runs[place][..] {
            [only] if once[place] => (runs[0][0].seconds / only.seconds, only.worked, ", once"),
            // The first round doesn't count.
            runs => (times.ratio(Tool::Metrix, tool).unwrap_or(1.0), middle(&runs[1..]), ""),
        };
        let row = format!("{} | {cores} | {}{note}", input.name(), tool.name());
        println!("| {row} | {seconds:.2} | {ratio:.2} | {worked:.2} |");
        if ratio > 1.0 {
            let (input, tool) = (input.name(), tool.name());
            quicker.push(format!(
                "- {input} on {cores}: {tool} is quicker than metrix, which takes {ratio:.2} times as long."
            ));
        }
    }
    for tool in Tool::ALL.iter().filter(|tool| !tools.contains(tool)) {
        println!("| {} | {cores} | {} | not installed | | |", input.name(), tool.name());
    }
    Ok(quicker)
}

/// What a run took.
#[derive(Clone, Copy, Debug)]
struct Run {
    seconds: f64,
    /// Of processors.
    worked: f64,
}

/// The processor seconds of the run in the middle.
fn middle(runs: &[Run]) -> f64 {
    let mut worked: Vec<f64> = runs.iter().map(|run| run.worked).collect();
    worked.sort_by(f64::total_cmp);
    worked[worked.len() / 2]
}

/// Tells how quick ours is on all cores and how much memory it takes, and whether that is what is promised.
fn measure(input: Input, job: &Job, lines: u64) -> Result<String, Box<dyn Error>> {
    let started = Instant::now();
    let peak = peak_of(job)?;
    let (pace, memory) = (lines as f64 / started.elapsed().as_secs_f64(), peak as f64 / 1024.0);
    let is_quick = input != Input::Statsd || pace >= LEAST_LINES;
    let kept = match (is_quick, memory <= MOST_MEMORY) {
        (true, true) => String::new(),
        (false, true) => format!(", which is less than {LEAST_LINES:e}"),
        (_, false) => format!(", which is more than {MOST_MEMORY} MB"),
    };
    let (input, pace) = (input.name(), pace / 1e6);
    Ok(format!("- {input}: metrix reads {pace:.2} million lines a second in at most {memory:.1} MB{kept}."))
}
