//! [`Input`]: the files that are read, of lines that are the same every time.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// How many series there are of StatsD and JSON.
const SERIES: u64 = 1000;

/// A kind of file, and with it what is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// Lines of StatsD with two tags: count, sum, mean and maximum by both.
    Statsd,
    /// The same as JSON lines, with times.
    Json,
    /// An access log as Apache's: how many by method and status, and the bytes by status.
    Log,
}

impl Input {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Statsd, Self::Json, Self::Log];

    /// What it is called, in tables and as a file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Statsd => "statsd",
            Self::Json => "json",
            Self::Log => "log",
        }
    }

    /// Writes so many lines to a file in this folder, unless it is there.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn write(self, folder: &Path, lines: u64) -> io::Result<PathBuf> {
        let path = folder.join(format!("{lines}.{}", self.name()));
        if path.exists() {
            return Ok(path);
        }
        // Half a file is under another name.
        let half = path.with_extension("half");
        let mut file = BufWriter::with_capacity(1 << 20, File::create(&half)?);
        let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
        for place in 0..lines {
            match self {
                Self::Statsd => statsd(&mut file, &mut dice)?,
                Self::Json => json(&mut file, &mut dice, place)?,
                Self::Log => log(&mut file, &mut dice, place)?,
            }
        }
        file.flush()?;
        std::fs::rename(half, &path)?;
        Ok(path)
    }
}

/// What is unusual about one line in a hundred, so that a tool's short way for the others isn't all that is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unusual {
    /// Something is written in a longer way than it need be: slashes or quotes with a backslash, or, as StatsD has none, a number
    /// with an exponent.
    Escape,
    /// A text isn't ASCII.
    Foreign,
    /// The last fields are missing.
    Short,
    /// The line ends as those of Windows do.
    Crlf,
}

impl Unusual {
    fn of(dice: &mut Dice) -> Option<Self> {
        const ALL: [Unusual; 4] = [Unusual::Escape, Unusual::Foreign, Unusual::Short, Unusual::Crlf];
        (dice.of(100) == 0).then(|| ALL[dice.of(4) as usize])
    }
}

/// How a line ends.
fn end(unusual: Option<Unusual>) -> &'static str {
    if unusual == Some(Unusual::Crlf) { "\r\n" } else { "\n" }
}

fn statsd(out: &mut impl Write, dice: &mut Dice) -> io::Result<()> {
    let (series, value, unusual) = (dice.of(SERIES), dice.of(1000), Unusual::of(dice));
    let exponent = if unusual == Some(Unusual::Escape) { "e0" } else { "" };
    let articles = if unusual == Some(Unusual::Foreign) { "müdürlük" } else { "articles" };
    write!(out, "requests:{value}{exponent}|c|#page:/{articles}/{}", series / 10)?;
    if unusual != Some(Unusual::Short) {
        write!(out, ",shop:{}", series % 10)?;
    }
    out.write_all(end(unusual).as_bytes())
}

fn json(out: &mut impl Write, dice: &mut Dice, place: u64) -> io::Result<()> {
    let (series, value, seconds) = (dice.of(SERIES), dice.of(4000) as f64 / 4.0, 1_431_857_103 + place / 100);
    let (page, shop, unusual) = (series / 10, series % 10, Unusual::of(dice));
    let articles = match unusual {
        Some(Unusual::Escape) => r"\/articles\/",
        Some(Unusual::Foreign) => "/müdürlük/",
        Some(Unusual::Short | Unusual::Crlf) | None => "/articles/",
    };
    write!(out, r#"{{"name":"requests","value":{value},"tags":{{"page":"{articles}{page}""#)?;
    if unusual != Some(Unusual::Short) {
        write!(out, r#","shop":"{shop}""#)?;
    }
    write!(out, r#"}},"at":{seconds}.{:02}}}{}"#, place % 100, end(unusual))
}

fn log(out: &mut impl Write, dice: &mut Dice, place: u64) -> io::Result<()> {
    const METHODS: [&str; 8] = ["GET", "GET", "GET", "GET", "GET", "HEAD", "POST", "OPTIONS"];
    const STATUSES: [u16; 10] = [200, 200, 200, 200, 200, 301, 304, 404, 404, 500];
    const AGENTS: [&str; 3] = [
        "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "curl/7.88.1",
    ];
    let (method, status) = (METHODS[dice.of(8) as usize], STATUSES[dice.of(10) as usize]);
    let second = place / 100;
    let (day, hour, minute, second) = (17 + second / 86400 % 10, second / 3600 % 24, second / 60 % 60, second % 60);
    let (a, b, page, unusual) = (dice.of(256), dice.of(256), dice.of(5000), Unusual::of(dice));
    let articles = if unusual == Some(Unusual::Foreign) { "müdürlük" } else { "articles" };
    write!(out, "10.0.{a}.{b} - - [{day}/May/2015:{hour:02}:{minute:02}:{second:02} +0000] ")?;
    write!(out, "\"{method} /{articles}/{page}/read.html HTTP/1.1\" {status} ")?;
    match status {
        304 => write!(out, "-")?,
        _ => write!(out, "{}", dice.of(200_000))?,
    }
    let agent = match unusual {
        Some(Unusual::Escape) => r#"The \"quoted\" one"#,
        Some(Unusual::Foreign | Unusual::Short | Unusual::Crlf) | None => AGENTS[dice.of(3) as usize],
    };
    if unusual != Some(Unusual::Short) {
        write!(out, " \"http://www.example.com/articles/{}\" \"{agent}\"", page / 7)?;
    }
    out.write_all(end(unusual).as_bytes())
}

/// Numbers that look like chance, the same every time.
struct Dice(u64);

impl Dice {
    /// A number below this one.
    fn of(&mut self, sides: u64) -> u64 {
        // The generator xorshift64 of Marsaglia (2003).
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 20) % sides
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines of an input, each with what is unusual about it.
    #[track_caller]
    fn check(input: Input, begin: &str, escape: &str, last: &str) {
        let folder = std::env::temp_dir().join(format!("metrix-{}-{}", input.name(), std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let text = std::fs::read_to_string(input.write(&folder, 10_000).unwrap()).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        let count = |is: &dyn Fn(&str) -> bool| text.split_terminator('\n').filter(|line| is(line)).count();
        assert_eq!(count(&|line| line.starts_with(begin)), 10_000);
        // A quarter of one in a hundred each.
        let unusual: [&dyn Fn(&str) -> bool; 4] =
            [&|line| line.contains(escape), &|line| !line.is_ascii(), &|line| !line.contains(last), &|line| {
                line.ends_with('\r')
            }];
        for (kind, is) in unusual.into_iter().enumerate() {
            assert!((10..50).contains(&count(is)), "{input:?} {kind}: {}", count(is));
        }
    }

    #[test]
    fn lines_are_as_they_should_be() {
        check(Input::Statsd, "requests:", "e0|c|", ",shop:");
        check(Input::Json, r#"{"name":"requests","value":"#, r#""\/articles\/"#, r#","shop":"#);
        check(Input::Log, "10.0.", r#"\"quoted\""#, r#" "http://"#);
    }

    #[test]
    fn the_dice_fall_everywhere() {
        let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
        let mut fell = [0_u32; 10];
        (0..10_000).for_each(|_| fell[dice.of(10) as usize] += 1);
        assert!(fell.iter().all(|times| (900..1100).contains(times)), "{fell:?}");
    }
}
