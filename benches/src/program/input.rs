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

fn statsd(out: &mut impl Write, dice: &mut Dice) -> io::Result<()> {
    let (series, value) = (dice.of(SERIES), dice.of(1000));
    writeln!(out, "requests:{value}|c|#page:/articles/{},shop:{}", series / 10, series % 10)
}

fn json(out: &mut impl Write, dice: &mut Dice, place: u64) -> io::Result<()> {
    let (series, value, seconds) = (dice.of(SERIES), dice.of(4000) as f64 / 4.0, 1_431_857_103 + place / 100);
    let (page, shop) = (series / 10, series % 10);
    writeln!(
        out,
        r#"{{"name":"requests","value":{value},"tags":{{"page":"/articles/{page}","shop":"{shop}"}},"at":{seconds}.{:02}}}"#,
        place % 100
    )
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
    let (a, b, page) = (dice.of(256), dice.of(256), dice.of(5000));
    write!(out, "10.0.{a}.{b} - - [{day}/May/2015:{hour:02}:{minute:02}:{second:02} +0000] ")?;
    write!(out, "\"{method} /articles/{page}/read.html HTTP/1.1\" {status} ")?;
    match status {
        304 => write!(out, "-")?,
        _ => write!(out, "{}", dice.of(200_000))?,
    }
    writeln!(out, " \"http://www.example.com/articles/{}\" \"{}\"", page / 7, AGENTS[dice.of(3) as usize])
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

    #[test]
    fn lines_are_as_they_should_be() {
        let mut dice = Dice(1);
        for (line, expected) in [
            (line(|out| statsd(out, &mut dice)), "requests:"),
            (line(|out| json(out, &mut dice, 7)), r#"{"name":"requests","value":"#),
            (line(|out| log(out, &mut dice, 360_000)), "10.0."),
        ] {
            assert!(line.starts_with(expected) && line.ends_with('\n') && line.lines().count() == 1, "{line}");
        }
    }

    fn line(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_dice_fall_everywhere() {
        let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
        let mut fell = [0_u32; 10];
        (0..10_000).for_each(|_| fell[dice.of(10) as usize] += 1);
        assert!(fell.iter().all(|times| (900..1100).contains(times)), "{fell:?}");
    }
}
