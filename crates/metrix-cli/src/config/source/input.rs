//! [`TextInput`], as it is read.

use crate::config::problem::Read;
use crate::config::table::Table;
use crate::config::value::Value;

use super::{FOLLOW, PATH, STDIN, TextInput};

pub(super) fn read(table: &Table<'_>) -> Read<TextInput> {
    let path = table.optional(PATH, Value::word);
    let follow = table.optional(FOLLOW, Value::flag);
    let (path, follow) = (path?.unwrap_or(STDIN), follow?.unwrap_or(false));
    if follow && path == STDIN {
        let message = "the standard input can't be followed, and is read until it ends: leave `follow` out";
        return Err(table.wrong_key(FOLLOW.name, message));
    }
    if follow && [".gz", ".zst"].iter().any(|end| path.ends_with(end)) {
        let message = "what is compressed can't be followed: leave `follow` out, or follow what it is made of";
        return Err(table.wrong_key(FOLLOW.name, message));
    }
    Ok(TextInput { path: path.into(), follow })
}
