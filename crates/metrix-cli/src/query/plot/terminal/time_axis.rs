//! [`TimeAxis`]: the times below a plot of characters.

use super::super::scale::TimeScale;

/// The room of a label, with some around it.
const ROOM: usize = 14;

pub(super) struct TimeAxis {
    pub(super) scale: TimeScale,
    /// Where the ticks are.
    pub(super) columns: Vec<u16>,
    /// The times of the day, and the dates.
    pub(super) rows: Vec<String>,
}

impl TimeAxis {
    /// Of a plot whose columns are those after `left` and before `right`.
    pub(super) fn new(times: (i64, i64), left: usize, right: usize) -> Self {
        let wide = right.saturating_sub(left + 1);
        let scale = TimeScale::new(times, (wide / ROOM).max(2));
        let column = |at| left + (scale.place(at) * wide as f64).round() as usize;
        let columns: Vec<usize> = scale.ticks.iter().map(|tick| column(tick.at)).collect();
        let (mut labels, mut dates) = (String::new(), String::new());
        let mut zone = " UTC";
        for (&column, tick) in columns.iter().zip(&scale.ticks) {
            put(&tick.label, column, right, &mut labels);
            if let Some(date) = &tick.date {
                put(&format!("{date}{zone}"), column, right, &mut dates);
                zone = "";
            }
        }
        let rows = [labels, dates].into_iter().filter(|row| !row.is_empty()).collect();
        let columns = columns.into_iter().filter_map(|column| u16::try_from(column).ok()).collect();
        Self { scale, columns, rows }
    }
}

/// Puts a label below a column, if there is room for it. Labels have only ASCII characters.
fn put(label: &str, column: usize, right: usize, row: &mut String) {
    let start = column.saturating_sub(label.len() / 2).min(right.saturating_sub(label.len()));
    if start > row.len() || row.is_empty() {
        row.extend(std::iter::repeat_n(' ', start - row.len()));
        row.push_str(label);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_stand_below_their_ticks() {
        let day = 86_400_000_000_000;
        let axis = TimeAxis::new((day * 3 / 4, day * 5 / 4), 4, 61);
        assert_eq!(axis.columns, [4, 18, 32, 46, 60]);
        assert_eq!(
            axis.rows,
            ["  18:00         21:00         00:00         03:00       06:00", "1970-01-01 UTC             1970-01-02",]
        );
    }

    #[test]
    fn labels_without_room_are_left_out() {
        let mut row = String::new();
        for column in [2, 6, 20] {
            put("00:00", column, 21, &mut row);
        }
        assert_eq!(row, "00:00           00:00");
    }
}
