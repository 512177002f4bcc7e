//! [`Metric`]: a measurement that each line makes.

/// A measurement that each line makes: its name, where its value comes from, and which fields are its tags.
///
/// ```
/// use metrix_io::sources::Metric;
///
/// let requests = Metric::constant("requests", 1.0).tags(["method", "status"]);
/// let bytes = Metric::field("bytes", "/nginx/bytes").tag("agent", "/nginx/agent");
/// assert_ne!(requests, bytes);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    pub(super) name: String,
    pub(super) value: Value,
    pub(super) tags: Vec<Tag>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Constant(f64),
    Field(String),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tag {
    /// Without one, the tag is called as its field is.
    pub(super) name: Option<String>,
    pub(super) field: String,
}

impl Metric {
    /// A measurement that is the same for each line, 1 to count them.
    pub fn constant(name: impl Into<String>, value: f64) -> Self {
        Self { name: name.into(), value: Value::Constant(value), tags: Vec::new() }
    }

    /// A measurement whose value is a field. A line in which the field is missing, empty, `-`, or JSON's `null` makes none; that is
    /// [counted](crate::ParseLine::skipped). One in which it is something else than a finite number is at fault.
    pub fn field(name: impl Into<String>, field: impl Into<String>) -> Self {
        Self { name: name.into(), value: Value::Field(field.into()), tags: Vec::new() }
    }

    /// A tag of this name, with a field as its value. A line that doesn't have the field makes a measurement without the tag.
    #[must_use]
    pub fn tag(mut self, name: impl Into<String>, field: impl Into<String>) -> Self {
        self.tags.push(Tag { name: Some(name.into()), field: field.into() });
        self
    }

    /// Tags that are called as their fields: as the group, or as the last key of the pointer.
    #[must_use]
    pub fn tags<F: Into<String>>(mut self, fields: impl IntoIterator<Item = F>) -> Self {
        self.tags.extend(fields.into_iter().map(|field| Tag { name: None, field: field.into() }));
        self
    }
}
