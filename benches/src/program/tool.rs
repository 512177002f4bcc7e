//! [`Tool`]: who answers.

mod words;

use std::error::Error;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use self::words::{angle_grinder, miller};
use super::answer::Answer;
use super::input::Input;

/// Who answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// Ours.
    Metrix,
    /// The quickest of the awks.
    Mawk,
    /// Miller.
    Miller,
    /// DuckDB, with a thread for each core.
    DuckDb,
    /// angle-grinder.
    AngleGrinder,
}

/// A tool and a file, with all that the tool is to be told.
#[derive(Debug)]
pub struct Job {
    input: Input,
    tool: Tool,
    words: Vec<PathBuf>,
}

impl Tool {
    /// All of them, ours first.
    pub const ALL: [Self; 5] = [Self::Metrix, Self::Mawk, Self::Miller, Self::DuckDb, Self::AngleGrinder];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Metrix => "metrix",
            Self::Mawk => "mawk",
            Self::Miller => "miller",
            Self::DuckDb => "duckdb",
            Self::AngleGrinder => "angle-grinder",
        }
    }

    /// What it is told to answer about a file, if it is installed; `program` is ours, and in `folder` may be written.
    ///
    /// # Errors
    /// If what it is told can't be written.
    pub fn job(
        self,
        program: &Path,
        input: Input,
        file: &Path,
        (lines, cores): (u64, usize),
        folder: &Path,
    ) -> Result<Option<Job>, Box<dyn Error>> {
        let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tools");
        let source = |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("program").join(name);
        let filled = |kind: &str| -> Result<PathBuf, Box<dyn Error>> {
            let name = format!("{}.{kind}", input.name());
            let text =
                fs::read_to_string(source(&name))?.replace("{path}", file.to_str().ok_or("the path is no text")?);
            let text = text.replace("{lines}", &lines.to_string()).replace("{threads}", &cores.to_string());
            let path = folder.join(format!("{cores}.{name}"));
            fs::write(&path, text)?;
            Ok(path)
        };
        let mut words: Vec<PathBuf> = Vec::new();
        match self {
            Self::Metrix => words.extend([program.into(), "run".into(), "--quiet".into(), filled("toml")?]),
            Self::Mawk => {
                let awk = source(&format!("{}.awk", input.name()));
                words.extend(["mawk".into(), "-f".into(), awk, file.into()]);
            }
            Self::Miller => {
                words.push("mlr".into());
                words.extend(miller(input).iter().map(PathBuf::from));
                words.push(file.into());
            }
            Self::DuckDb => words.extend([tools.join("python/bin/python"), source("rows.py"), filled("sql")?]),
            Self::AngleGrinder => {
                let query = angle_grinder(input).into();
                words.extend([tools.join("bin/agrind"), "-o".into(), "json".into(), "-f".into(), file.into(), query]);
            }
        }
        let is_there = is_installed(words[0].as_os_str());
        Ok(is_there.then_some(Job { input, tool: self, words }))
    }
}

fn is_installed(program: &OsStr) -> bool {
    Path::new(program).is_file()
        || std::env::var_os("PATH")
            .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}

impl Job {
    /// Who it is for.
    pub fn tool(&self) -> Tool {
        self.tool
    }

    /// What it is, on all cores.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.words[0]);
        command.args(&self.words[1..]);
        command
    }

    /// Has it done by so many cores.
    ///
    /// # Errors
    /// If the tool can't be run, or fails.
    pub fn run(&self, cores: usize) -> Result<String, Box<dyn Error>> {
        let list = (0..cores).map(|core| core.to_string()).collect::<Vec<_>>().join(",");
        let output = Command::new("taskset").arg("-c").arg(list).args(&self.words).stdin(Stdio::null()).output()?;
        if !output.status.success() {
            return Err(format!(
                "{}: {}: {}",
                self.tool.name(),
                output.status,
                String::from_utf8_lossy(&output.stderr)
            )
            .into());
        }
        Ok(String::from_utf8(output.stdout)?)
    }

    /// What its output says.
    ///
    /// # Errors
    /// If that is nothing that can be read.
    pub fn answer(&self, output: &str) -> Result<Answer, Box<dyn Error>> {
        match self.tool {
            Tool::Metrix => Answer::of_elements(self.input, output),
            Tool::Mawk | Tool::Miller | Tool::DuckDb => {
                Answer::of_rows(self.input, output.lines().map(|line| line.split('\t').collect()))
            }
            Tool::AngleGrinder => {
                let records: Vec<Value> = serde_json::from_str(output)?;
                let names: &[&str] = match self.input {
                    Input::Statsd => &["tags", "n", "s", "a", "m"],
                    Input::Json => &["tags.page", "tags.shop", "n", "s", "a", "m"],
                    Input::Log => &["method", "status", "n", "c", "s", "m"],
                };
                let text = |value: &Value| match value {
                    Value::Null => String::new(),
                    Value::String(text) => text.clone(),
                    value => value.to_string(),
                };
                let cells = |name: &str, text: String| match text.split_once(",shop:") {
                    Some((page, shop)) if name == "tags" => vec![page.to_owned(), shop.to_owned()],
                    None if name == "tags" => vec![text, String::new()],
                    Some(_) | None => vec![text],
                };
                let row = |record: &Value| names.iter().flat_map(|name| cells(name, text(&record[name]))).collect();
                let rows: Vec<Vec<String>> = records.iter().map(row).collect();
                Answer::of_rows(self.input, rows.iter().map(|row| row.iter().map(String::as_str).collect()))
            }
        }
    }
}
