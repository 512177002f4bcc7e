//! [`Tool`]: who answers.

use std::error::Error;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

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

/// What Miller is told.
fn miller(input: Input) -> &'static [&'static str] {
    match input {
        Input::Statsd => &[
            // Plain separators, which are quicker than a regular expression: the tags are cut when they are summed up.
            "--idkvp",
            "--ifs",
            "|",
            "--ips",
            ":",
            "--onidx",
            "--ofs",
            "tab",
            "stats1",
            "-a",
            "count,sum,mean,max",
            "-f",
            "requests",
            "-g",
            "#page",
            "then",
            "put",
            "-q",
            r##"tags = splitax($["#page"], ",shop:");
            print tags[1]."\t".(tags[2] ?? "")."\t".$requests_count."\t".$requests_sum."\t".$requests_mean."\t".$requests_max"##,
        ],
        Input::Json => &[
            "--ijsonl",
            "--onidx",
            "--ofs",
            "tab",
            "flatten",
            "then",
            // It passes over what has not all the fields by which it groups.
            "unsparsify",
            "-f",
            "tags.shop",
            "then",
            "stats1",
            "-a",
            "count,sum,mean,max",
            "-f",
            "value",
            "-g",
            "tags.page,tags.shop",
        ],
        Input::Log => &[
            "--inidx",
            "--ifs",
            " ",
            "--onidx",
            "--ofs",
            "tab",
            "cut",
            "-f",
            "6,9,10",
            "then",
            "put",
            r#"$10 == "-" { $10 = "" }"#,
            "then",
            "put",
            "-q",
            r#"@requests[$6][$9] += 1; if ($10 != "") { @count[$6][$9] += 1; @sum[$6][$9] += $10; @max[$6][$9] = max(@max[$6][$9], $10) }
            end { for ((method, status), requests in @requests) {
                print substr(method, 1, -1)."\t".status."\t".requests."\t".(@count[method][status] ?? 0)."\t".(@sum[method][status] ?? 0)."\t".(@max[method][status] ?? 0)
            } }"#,
        ],
    }
}

fn angle_grinder(input: Input) -> &'static str {
    match input {
        Input::Statsd => {
            // It passes over what has not all the fields of a pattern, so that both tags are one here.
            r#"* | parse "requests:*|c|#page:*" as value, tags | count as n, sum(value) as s, avg(value) as a, max(value) as m by tags"#
        }
        Input::Json => {
            "* | json | count as n, sum(value) as s, avg(value) as a, max(value) as m by tags.page, tags.shop"
        }
        Input::Log => {
            r#"* | parse "* * * [*] \"* * HTTP/*\" *" as ip, ident, user, ts, method, url, version, rest | parse regex "^(?P<status>\d+) (?P<bytes>\S+)" from rest | count as n, count(bytes != "-") as c, sum(bytes) as s, max(bytes) as m by method, status"#
        }
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
