//! [`columns`]: which columns there is room for.

/// Blanks between two columns.
pub(super) const GAP: u16 = 2;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Name,
    Tags,
    Value,
    PerSecond,
    Change,
    Windows,
}

/// The columns for a screen of so many characters, with their widths, where names and tags are so wide at most.
pub(super) fn columns(width: u16, names: usize, tags: usize) -> Vec<(Column, u16)> {
    let (values, windows_least, windows_most) = (11, 10, 60);
    // What says least goes first.
    let (has_rate, has_windows, has_change) = (width >= 90, width >= 60, width >= 44);
    let mut fixed = values + GAP;
    fixed += if has_rate { values + GAP } else { 0 };
    fixed += if has_change { 8 + GAP } else { 0 };
    fixed += if has_windows { windows_least + GAP } else { 0 };
    let left = width.saturating_sub(fixed);
    if left == 0 {
        return vec![(Column::Value, width.min(values))];
    }
    let clamp = |wanted: usize, least: u16, most: u16| u16::try_from(wanted).unwrap_or(u16::MAX).max(least).min(most);
    let has_tags = tags > 0 && left >= 14;
    let tags = if has_tags { clamp(tags, 4, u16::MAX - GAP) + GAP } else { 0 };
    // The half for the name, or more where the tags need less.
    let name = clamp(names, 6, left.saturating_sub(tags).max(left / 2));
    let tags = tags.min(left - name);
    let left = left - name - tags;
    let mut columns = vec![(Column::Name, name)];
    if has_tags {
        columns.push((Column::Tags, tags - GAP));
    }
    columns.push((Column::Value, values));
    if has_rate {
        columns.push((Column::PerSecond, values));
    }
    if has_change {
        columns.push((Column::Change, 8));
    }
    if has_windows {
        columns.push((Column::Windows, (windows_least + left).min(windows_most)));
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_there_is_no_room_for_is_left_out() {
        use Column::{Change, Name, PerSecond, Tags, Value, Windows};
        for (width, expected) in [
            (120, &[(Name, 20), (Tags, 12), (Value, 11), (PerSecond, 11), (Change, 8), (Windows, 48)][..]),
            (80, &[(Name, 20), (Tags, 12), (Value, 11), (Change, 8), (Windows, 21)]),
            (60, &[(Name, 12), (Tags, 11), (Value, 11), (Change, 8), (Windows, 10)]),
            (44, &[(Name, 10), (Tags, 9), (Value, 11), (Change, 8)]),
            (30, &[(Name, 8), (Tags, 7), (Value, 11)]),
            (20, &[(Name, 7), (Value, 11)]),
            (10, &[(Value, 10)]),
        ] {
            assert_eq!(columns(width, 20, 12), expected, "{width}");
        }
    }

    #[test]
    fn they_fit_whatever_the_width() {
        for width in 0..300 {
            for (names, tags) in [(0, 0), (5, 0), (20, 12), (200, 0), (200, 200), (1_000_000, 1_000_000)] {
                let columns = columns(width, names, tags);
                let taken: usize = columns.iter().map(|&(_, width)| usize::from(width + GAP)).sum();
                assert!(taken - usize::from(GAP) <= usize::from(width), "{width} {names} {tags} {columns:?}");
            }
        }
    }
}
