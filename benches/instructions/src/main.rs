//! How many instructions an element takes, counted by valgrind: `bash .ci/instructions`.
//!
//! Times differ from run to run on a shared machine; instructions don't, so they tell when something has become slower
//! that was not meant to. What is counted is compared with `benches/instructions.txt`. More than 5 % above it fails; 5 %
//! below it is told, for the file to be written anew with `--bless`. The counts depend on the compiler, and a little on
//! which vector instructions libraries find: the file says what it was made with, and with anything else 15 % are allowed.
//!
//! ```text
//! instructions                    counts, and compares with the file
//! instructions --bless            counts, and writes the file
//! instructions run NAME ELEMENTS  does one piece of work, for valgrind
//! ```
#![allow(clippy::print_stdout)]

mod count;
mod kept;
mod maker;
mod work;

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use kept::Kept;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match &args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["run", name, elements] => {
            let work = work::ALL.iter().find(|(other, _)| other == name);
            let (_, work) = work.ok_or_else(|| format!("there is no work `{name}`"))?;
            work(elements.parse().map_err(|_| format!("`{elements}` is no number of elements"))?);
            Ok(ExitCode::SUCCESS)
        }
        [] => check(false),
        ["--bless"] => check(true),
        _ => Err(format!("`{}` is not understood: give nothing, or `--bless`", args.join(" ")).into()),
    }
}

/// Counts all work, and compares it with the file, or writes the file.
fn check(bless: bool) -> Result<ExitCode, Box<dyn Error>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../instructions.txt");
    let mut counted = Kept { maker: maker::this()?, counts: Vec::new() };
    for (name, _) in work::ALL {
        let count = count::an_element(name)?;
        println!("{count:10.1}  {name}");
        counted.counts.push(((*name).to_owned(), count));
    }
    if bless {
        fs::write(&path, counted.to_string())?;
        return Ok(ExitCode::SUCCESS);
    }
    let kept: Kept = fs::read_to_string(&path)?.parse()?;
    let findings = kept.compare(&counted);
    findings.iter().for_each(|finding| println!("{finding}"));
    Ok(if findings.iter().any(|finding| finding.fails) { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
