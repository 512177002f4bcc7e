//! [`of_children`]: how long the processors have worked.

use std::fs;
use std::time::Duration;

/// A tick of the clock by which Linux says such times to programs.
const TICK: Duration = Duration::from_millis(10);

/// How long the processors have worked for the processes that this one has started, and that have ended: unlike the time that has
/// gone by, it is not longer if others work beside them. Zero if the system doesn't say.
pub fn of_children() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    ticks(&stat).map_or(Duration::ZERO, |ticks| TICK * ticks)
}

fn ticks(stat: &str) -> Option<u32> {
    // The second field, in brackets, may hold anything; the sixteenth and seventeenth are times of the user and the system.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(13);
    Some(fields.next()?.parse::<u32>().ok()? + fields.next()?.parse::<u32>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_times_of_children_are_added() {
        let stat = "1234 (a) b) S 1 2 3 4 5 6 7 8 9 10 11 12 130 14 20 0 1";
        assert_eq!(ticks(stat), Some(144));
        assert_eq!(ticks("1234 (a"), None);
    }
}
