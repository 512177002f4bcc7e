//! [`Table`]: where rows go, and what is said about it in SQL.

use std::error::Error;
use std::fmt;

/// Longer names are cut by PostgreSQL, in bytes.
const LONGEST: usize = 63;

/// The rows of a batch wait here, in a table that each session has for itself.
const WAITING: &str = "metrix_batch";
/// It would hide a table of its own name, so then it has this one.
const WAITING_OTHERWISE: &str = "metrix_batch_rows";

const COLUMNS: &str = "\"name\", \"at\", \"start\", \"tags\", \"value\"";
const KEY: &str = "\"name\", \"at\", \"start\", \"tags\"";

/// The table of the elements.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) schema: Option<Name>,
    pub(super) name: Name,
}

/// The name of a table or a schema.
#[derive(Clone, Debug)]
pub(super) struct Name(String);

impl Name {
    pub(super) fn new(name: &str) -> Result<Self, NameError> {
        let is_name = (1..=LONGEST).contains(&name.len()) && !name.contains('\0');
        if is_name { Ok(Self(name.to_owned())) } else { Err(NameError { name: name.to_owned() }) }
    }
}

/// As SQL has it.
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.replace('"', "\"\""))
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{schema}.")?;
        }
        self.name.fmt(f)
    }
}

impl Table {
    /// Makes it.
    pub(super) fn create(&self) -> String {
        format!(
            "CREATE TABLE IF NOT EXISTS {self} (\
             \"name\" text NOT NULL, \"at\" timestamptz NOT NULL, \"start\" timestamptz NOT NULL, \
             \"tags\" jsonb NOT NULL, \"value\" double precision NOT NULL, PRIMARY KEY ({KEY}))"
        )
    }

    /// The other table, in which rows wait.
    fn waiting(&self) -> String {
        let name = if self.name.0 == WAITING { WAITING_OTHERWISE } else { WAITING };
        format!("pg_temp.{name}")
    }

    /// Makes the other table.
    pub(super) fn create_waiting(&self) -> String {
        format!(
            "CREATE TEMPORARY TABLE {} (\"name\" text, \"at\" timestamptz, \"start\" timestamptz, \
             \"tags\" jsonb, \"value\" double precision) ON COMMIT DELETE ROWS",
            self.waiting()
        )
    }

    /// Takes rows into the other table.
    pub(super) fn copy(&self) -> String {
        format!("COPY {} ({COLUMNS}) FROM STDIN (FORMAT binary)", self.waiting())
    }

    /// Takes them from there into this one. A row that is there as it is isn't written again.
    pub(super) fn insert(&self) -> String {
        format!(
            "INSERT INTO {self} AS kept ({COLUMNS}) SELECT {COLUMNS} FROM {} \
             ON CONFLICT ({KEY}) DO UPDATE SET \"value\" = EXCLUDED.\"value\" \
             WHERE kept.\"value\" IS DISTINCT FROM EXCLUDED.\"value\"",
            self.waiting()
        )
    }
}

/// A name that no table or schema can have.
///
/// ```
/// use metrix_io::sinks::postgres::Postgres;
///
/// let sink = Postgres::new("postgres://metrix@127.0.0.1/metrics")?;
/// let error = sink.table("").unwrap_err();
/// assert_eq!(error.to_string(), r#"no table or schema can be called "": a name has 1 to 63 bytes, and no NUL"#);
/// # Ok::<(), metrix_io::AddressError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NameError {
    name: String,
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no table or schema can be called {:?}: a name has 1 to {LONGEST} bytes, and no NUL", self.name)
    }
}

impl Error for NameError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted() {
        let table =
            Table { schema: Some(Name::new("a.b").unwrap()), name: Name::new("x\"; DROP TABLE y; --").unwrap() };
        assert_eq!(table.to_string(), "\"a.b\".\"x\"\"; DROP TABLE y; --\"");
        for name in ["", "a\0b", &"é".repeat(32)] {
            assert!(Name::new(name).is_err(), "{name}");
        }
    }
}
