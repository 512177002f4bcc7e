//! [`MElement`]: what a metric stream gives out.

use std::fmt;
use std::sync::Arc;

use metrix_core::Timestamp;

use crate::Tags;

/// One aggregated value: what a metric stream gives out and a sink takes.
///
/// A clone of it copies no text.
///
/// ```
/// use metrix::{MElement, Timestamp, tags};
///
/// let element = MElement::new("requests.mean", 12.5, tags! { "page" => "/" }, Timestamp::from_secs(60));
/// assert_eq!(element.tags.get("page"), Some("/"));
/// assert_eq!(element.to_string(), "requests.mean page=/ 12.5");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct MElement {
    /// The stream's name, a dot and the aggregate's.
    pub name: Arc<str>,
    /// The value; always finite when a metric stream has made it.
    pub value: f64,
    /// What the value is of.
    pub tags: Tags,
    /// The end of the window that the value sums up; of a batch, the time of its last measurement.
    pub at: Timestamp,
    /// The start of the window; `None` where there is none.
    pub start: Option<Timestamp>,
}

impl MElement {
    /// An element that sums up no window.
    pub fn new(name: impl Into<Arc<str>>, value: f64, tags: impl Into<Tags>, at: Timestamp) -> Self {
        Self { name: name.into(), value, tags: tags.into(), at, start: None }
    }

    /// The same, of the window from `start` to its time.
    pub fn since(self, start: Timestamp) -> Self {
        Self { start: Some(start), ..self }
    }
}

/// The name, the tags if there are any, and the value. Texts stand there as they are: for a terminal or a log take a sink,
/// which escapes what could forge a line.
impl fmt::Display for MElement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let space = if self.tags.is_empty() { "" } else { " " };
        write!(f, "{}{space}{} {}", self.name, self.tags, self.value)
    }
}
