//! [`Sqlite`]: a store of elements in one SQLite file, and [`Store`], which reads it.

mod query;
mod retention;
mod schema;
mod store;
mod store_error;
mod tags;
mod writer;

use std::panic::resume_unwind;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use metrix::{MElement, Sink, Timestamp, WriteError};
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;

pub use self::query::Query;
pub use self::store::{Series, Store};
pub use self::store_error::{StoreError, StoreErrorKind};
use self::writer::Writer;

/// A sink that keeps elements in one SQLite file, from which a [`Store`] reads them back.
///
/// A batch is one transaction: all of it is in the file when its write is answered, or none of it. That holds when the
/// process is killed; when the machine itself fails, the file opens as well, but the last seconds may be missing. Beside the
/// file stand two others while it is open, of its name and `-wal` and `-shm`; the first has what was written last.
///
/// Elements are a set: one that is there already, with the same name, tags, times and value, is not stored again. So a
/// batch may be written twice with the effect of once. A value that is not a number is refused; -0 becomes 0. Any text is a
/// name or a tag.
///
/// Several programs may read the file while this writes, and may write to it in turn. One that has to wait for longer than
/// a second gets an error that says so; another try may help.
///
/// The tables are made for other programs too, `sqlite3` for one:
///
/// | table | columns |
/// | --- | --- |
/// | `series` | `id`, `name`, `tags` (a JSON object) |
/// | `points` | `series` (an id), `at` and `start` (nanoseconds since the Unix epoch; an empty text where there is no window), `value` |
///
/// ```
/// use metrix::{MElement, Sink, Timestamp, tags};
/// use metrix_io::sinks::sqlite::{Query, Sqlite, Store};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let path = std::env::temp_dir().join(format!("metrix-sqlite-{}.db", std::process::id()));
/// let element = MElement::new("cpu.usage.mean", 12.5, tags! { "core" => 0 }, Timestamp::from_secs(60));
/// let mut sink = Sqlite::open(&path)?;
/// sink.write(&[element.clone()]).await?;
/// sink.close().await?;
///
/// let store = Store::open_read_only(&path)?;
/// assert_eq!(store.query(&Query::names("cpu.*").tag("core", "0"))?, [element]);
/// # drop(store);
/// # std::fs::remove_file(&path)?;
/// # Ok(())
/// # }
/// ```
///
/// # Cancel safety
/// A write that is dropped may still be done, in the background; the next call waits for it.
///
/// Memory: one batch, SQLite's 2 MB, and up to 64 Ki series that it knows the ids of, of at most 1 KiB each.
#[derive(Debug)]
pub struct Sqlite {
    keep: Option<Duration>,
    /// `None` when it is closed. Locked across the work in the background, so that only one thread at a time has it.
    writer: Arc<Mutex<Option<Writer>>>,
}

impl Sqlite {
    /// Opens the store in a file, which is created if it does not exist. It does so at once, in the calling thread.
    ///
    /// # Errors
    /// If the file can't be opened and written, or is no store: [`StoreError`] says why.
    ///
    /// ```
    /// use metrix_io::sinks::sqlite::{Sqlite, StoreErrorKind};
    ///
    /// let error = Sqlite::open("/no/such/folder/metrix.db").unwrap_err();
    /// assert_eq!(error.kind, StoreErrorKind::Unopenable);
    /// assert!(!error.is_retryable());
    /// ```
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let writer = Writer::open(path.as_ref())?;
        Ok(Self { keep: None, writer: Arc::new(Mutex::new(Some(writer))) })
    }

    /// Deletes elements whose time is longer ago than this by the clock, whoever wrote them. Logs of the past, read by their
    /// own times, belong in a store without it.
    ///
    /// Once a minute it looks for such elements, when a batch is written, and deletes up to 1000 with the batch, or twice as
    /// many as the batch has; the rest with the next batches. Where nothing is written, nothing is deleted. The file does not
    /// become smaller, but room that was freed in it is used again.
    ///
    /// ```
    /// use metrix::{MElement, Sink, Timestamp, tags};
    /// use metrix_io::sinks::sqlite::{Query, Sqlite, Store};
    /// use std::time::Duration;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let path = std::env::temp_dir().join(format!("metrix-retention-{}.db", std::process::id()));
    /// let month = Duration::from_secs(30 * 86_400);
    /// let element = |at| MElement::new("load.1.mean", 0.5, tags! {}, at);
    /// Sqlite::open(&path)?.write(&[element(Timestamp::EPOCH)]).await?;
    ///
    /// let new = element(Timestamp::now());
    /// Sqlite::open(&path)?.retention(month).write(&[new.clone()]).await?;
    /// assert_eq!(Store::open_read_only(&path)?.query(&Query::default())?, [new]);
    /// # std::fs::remove_file(&path)?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn retention(self, keep: Duration) -> Self {
        Self { keep: Some(keep), ..self }
    }

    /// Does work with the writer on a thread for what blocks.
    async fn blocking<T, F>(&self, work: F) -> Result<T, WriteError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Option<Writer>) -> Result<T, WriteError> + Send + 'static,
    {
        let mut writer = Arc::clone(&self.writer).lock_owned().await;
        match spawn_blocking(move || work(&mut writer)).await {
            Ok(result) => result,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => resume_unwind(panic),
                Err(error) => Err(WriteError::retryable(error)),
            },
        }
    }
}

impl Sink for Sqlite {
    async fn write(&mut self, batch: &[MElement]) -> Result<(), WriteError> {
        let (batch, keep, now) = (batch.to_vec(), self.keep, Timestamp::now());
        let work = move |writer: &mut Option<Writer>| {
            let closed = || WriteError::refused("the SQLite sink is closed: write before `close`, or open a new one");
            let writer = writer.as_mut().ok_or_else(closed)?;
            let oldest = keep.map(|keep| now.saturating_sub(keep));
            writer.write(&batch, now, oldest)
        };
        self.blocking(work).await
    }

    async fn flush(&mut self) -> Result<(), WriteError> {
        // A write that was dropped may still go on.
        drop(self.writer.lock().await);
        Ok(())
    }

    async fn close(&mut self) -> Result<(), WriteError> {
        self.blocking(|writer| writer.take().map_or(Ok(()), Writer::close)).await
    }
}
