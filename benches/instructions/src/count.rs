//! [`an_element`]: how many instructions an element of some work takes.

use std::error::Error;
use std::process::Command;

/// Enough for all that happens once to have happened, such as a table that has grown.
const FEW: u64 = 20_000;
const MANY: u64 = 100_000;

/// The difference between two runs, so that what comes before and after the elements is not counted.
pub(crate) fn an_element(name: &str) -> Result<f64, Box<dyn Error>> {
    let (few, many) = (run(name, FEW)?, run(name, MANY)?);
    Ok((many as f64 - few as f64) / (MANY - FEW) as f64)
}

/// The instructions of a run of this program under valgrind.
fn run(name: &str, elements: u64) -> Result<u64, Box<dyn Error>> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe()?)
        .args(["run", name, &elements.to_string()])
        .output()
        .map_err(|error| format!("valgrind does not start, is it installed? {error}"))?;
    let told = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(format!("`{name}` with {elements} elements: {}\n{told}", output.status).into());
    }
    collected(&told).ok_or_else(|| format!("valgrind says nowhere how much it has collected:\n{told}").into())
}

/// What valgrind says in `==42== Collected : 1234`.
fn collected(told: &str) -> Option<u64> {
    told.lines().find_map(|line| line.split_once("Collected :")?.1.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_is_found_among_what_valgrind_says() {
        let told = "==7== Events    : Ir\n==7== Collected : 23166412\n==7== \n==7== I   refs:      23,166,412\n";
        assert_eq!((collected(told), collected("==7== Events    : Ir")), (Some(23_166_412), None));
    }
}
