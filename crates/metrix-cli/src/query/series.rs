//! [`SeriesList`]: which series there are.

use std::io::{self, Write};
use std::sync::Arc;

use metrix::{MElement, Tags, Timestamp};

use super::columns::{Align, Columns};
use super::show::Show;
use super::time::seconds;
use crate::printable::{printable, printable_tags};

/// A row for each name and tags, with how many elements there are, and the times of the first and the last.
pub(super) struct SeriesList<W> {
    columns: Columns<W, 5>,
    /// Elements come series by series, so that one is open at a time.
    open: Option<Counted>,
}

struct Counted {
    name: Arc<str>,
    tags: Tags,
    count: u64,
    first: Timestamp,
    last: Timestamp,
}

impl<W: Write> SeriesList<W> {
    pub(super) fn new(out: W) -> Self {
        let align = [Align::Left, Align::Left, Align::Right, Align::Left, Align::Left];
        Self { columns: Columns::new(out, ["name", "tags", "elements", "first", "last"], align), open: None }
    }

    fn close(&mut self) -> io::Result<()> {
        let Some(Counted { name, tags, count, first, last }) = self.open.take() else { return Ok(()) };
        let (name, tags) = (printable(&name).into_owned(), printable_tags(&tags));
        self.columns.row([name, tags, count.to_string(), seconds(first), seconds(last)])
    }
}

impl<W: Write> Show for SeriesList<W> {
    fn element(&mut self, MElement { name, tags, at, .. }: MElement) -> io::Result<()> {
        match &mut self.open {
            Some(open) if open.name == name && open.tags == tags => {
                open.count += 1;
                open.last = at;
                Ok(())
            }
            _ => {
                self.close()?;
                self.open = Some(Counted { name, tags, count: 1, first: at, last: at });
                Ok(())
            }
        }
    }

    fn finish(&mut self) -> io::Result<()> {
        self.close()?;
        self.columns.finish()
    }
}
