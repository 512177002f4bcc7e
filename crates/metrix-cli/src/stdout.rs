//! [`print`]: what the program prints, and says.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};

use crate::exit::Exit;

/// Prints on the standard output, as what the program was asked for. If nobody reads on, that is no fault.
pub(crate) fn print(bytes: &[u8]) -> Exit {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            say(format_args!("the standard output can't be written: {error}"));
            Exit::Failed
        }
        Ok(()) | Err(_) => Exit::Ok,
    }
}

/// Says a line to people, on the standard error.
pub(crate) fn say(message: impl Display) {
    // The standard error isn't buffered: as one text, the line is written at once, and not cut by those of others.
    let line = format!("{message}\n");
    // There is nowhere left to say that it failed.
    let _ = io::stderr().lock().write_all(line.as_bytes());
}
