//! [`Origin`], as it is read.

use crate::config::key::Key;
use crate::config::problem::Read;
use crate::config::table::Table;
use crate::config::value::Value;

use super::{FOLLOW, Listen, Origin, PATH, STDIN, TextInput, listen, tcp};

/// Where lines come from: what `listen` or `path` say; or where nothing is said, as `usual` has it, or the standard input.
pub(super) fn read(table: &Table<'_>, listen: Key, usual: Option<Listen>) -> Read<Origin> {
    table.exclusive(listen, PATH);
    let place = table.optional(listen, listen::read);
    let is_text = table.get(PATH).is_some() || table.get(listen).is_none() && usual.is_none();
    if is_text {
        let text = text(table);
        // What is wrong with them is told, too.
        tcp::read(table)?;
        tcp::refuse(table);
        place?;
        return text.map(Origin::Text);
    }
    if table.optional(FOLLOW, Value::flag)?.is_some() {
        let message = "only a file can be followed: leave `follow` out, or have a `path` in the place of `listen`";
        return Err(table.wrong_key(FOLLOW.name, message));
    }
    let bounds = tcp::read(table);
    match place?.or(usual) {
        Some(Listen::Tcp(address, _)) => Ok(Origin::Listen(Listen::Tcp(address, bounds?))),
        Some(listen) => {
            bounds?;
            tcp::refuse(table);
            Ok(Origin::Listen(listen))
        }
        // There is a `listen`, or it would be a text.
        None => text(table).map(Origin::Text),
    }
}

fn text(table: &Table<'_>) -> Read<TextInput> {
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
