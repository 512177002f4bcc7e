//! [`Show`]: what is made of the elements of a query.

use std::io;

use metrix::MElement;

/// Shows elements, which come by name, tags and time.
pub(super) trait Show {
    fn element(&mut self, element: MElement) -> io::Result<()>;

    /// After the last one.
    fn finish(&mut self) -> io::Result<()>;

    /// How many elements could not be shown, because the format has no form for them.
    fn left_out(&self) -> u64 {
        0
    }
}
