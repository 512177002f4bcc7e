//! [`Table`]: elements for people.

use std::io::{self, Write};

use metrix::MElement;
use metrix::sink::Number;

use super::columns::{Align, Columns};
use super::show::Show;
use super::time::seconds;
use crate::printable::{printable, printable_tags};

pub(super) struct Table<W>(Columns<W, 4>);

impl<W: Write> Table<W> {
    pub(super) fn new(out: W) -> Self {
        let align = [Align::Left, Align::Left, Align::Left, Align::Right];
        Self(Columns::new(out, ["time", "name", "tags", "value"], align))
    }
}

impl<W: Write> Show for Table<W> {
    fn element(&mut self, element: MElement) -> io::Result<()> {
        let name = printable(&element.name).into_owned();
        self.0.row([seconds(element.at), name, printable_tags(&element.tags), Number(element.value).to_string()])
    }

    fn finish(&mut self) -> io::Result<()> {
        self.0.finish()
    }
}
