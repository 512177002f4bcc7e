//! [`Parquet`]: elements in Parquet files.

mod columns;
mod counts;
mod error;
mod folder;
mod frame;
mod journal;
mod options;
mod writer;

use std::io;
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::Arc;

use metrix::{MElement, Sink, WriteError};
use tokio::sync::Mutex;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::{Instant, sleep_until};

use self::options::Limits;
use self::writer::Writer;

pub use self::counts::ParquetCounts;
pub use self::error::FolderError;
pub use self::options::Compression;

/// Writes elements into Parquet files in a folder: for DuckDB, pandas, Polars, Spark, and what else reads tables.
///
/// | column | type |
/// | --- | --- |
/// | `name` | a string |
/// | `at` | a timestamp in UTC, in microseconds, to which times are rounded down |
/// | `start` | the same; null where there is no window |
/// | `value` | a double, which may be not finite |
/// | `tags` | a map of strings to strings |
///
/// Any text is a name or a tag. In DuckDB, which has a meaning of its own for `at`, `SELECT name, "at", value FROM 'metrics/*.parquet'
/// WHERE tags['page'] = '/'` gives the elements of a page.
///
/// # Files
///
/// A file is called `metrix-20231114T221320.000000Z.parquet`, by the time of its first element in UTC. Names sort in the order in which the
/// files were begun, also if the clock was set back, and never come again. A file is ended when it is [old](Self::every),
/// [long](Self::rows) or [large](Self::bytes) enough, or the sink is closed. It is written under another name, brought to the disk and
/// then renamed: who reads `*.parquet` never sees half a file.
///
/// Until then its elements stand in a journal, `.metrix-20231114T221320.000000Z.rows`. A folder is of one sink at a time, which holds a lock
/// on `.metrix.lock`; another one is refused. On Windows it isn't, so see to it yourself.
///
/// # Delivery
///
/// What `Ok` says was written stands in the journal, and outlives the process, however that ends. A flush brings it to the disk;
/// if the machine fails, what was written since the last flush may be lost. A coordinator flushes whenever it has nothing more to write.
///
/// When a folder is [opened](Self::open), what a process has left behind in it is cleaned up: of each journal a file is made, of its name and
/// with all batches that are whole, which is [counted](ParquetCounts::recovered) and logged; unless the file is there, as then the
/// process was about to remove the journal. Files that were being written, `.metrix-*.part`, are removed, since their journals
/// have all that they have.
///
/// A write that took longer than its caller waited is done all the same, so a batch that is written again for that reason is there twice.
///
/// # Errors
///
/// A write fails with an error that is worth a retry if there is no room on the disk, the folder is away, or else something is wrong
/// with it. Nothing is lost while that lasts: if the folder was deleted or moved, the journal is written anew into the one that is put
/// in its place, which this sink doesn't make. A file that can't be ended takes no more elements until it can.
///
/// # Cancel safety
///
/// A write that is dropped may still be done, in the background; the next call waits for it.
///
/// # Memory
///
/// The largest batch so far, twice; and while a file is ended, a row group of at most 131 072 elements and 16 MiB of text, or one element that
/// has more.
///
/// # Panics
///
/// It must be used within a tokio runtime whose time is enabled.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use metrix::{MElement, Sink, Timestamp, tags};
/// use metrix_io::sinks::parquet::Parquet;
///
/// # let folder = tempfile::tempdir()?;
/// # let folder = folder.path();
/// let mut sink = Parquet::open(folder)?;
/// let element = MElement::new("requests.mean", 12.5, tags! { "page" => "/" }, Timestamp::from_secs(1_700_000_000));
/// sink.write(&[element]).await?;
/// sink.close().await?;
///
/// let names = std::fs::read_dir(folder)?.map(|file| file.map(|file| file.file_name().to_string_lossy().into_owned()));
/// assert!(names.collect::<Result<Vec<_>, _>>()?.iter().any(|name| name.ends_with(".parquet")));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Parquet {
    limits: Limits,
    compression: Compression,
    /// `None` when it is closed. Locked across the work in the background, so that only one thread at a time has it.
    writer: Shared,
    counts: Arc<ParquetCounts>,
    /// Ends the file when it is old.
    timer: Option<Timer>,
}

type Shared = Arc<Mutex<Option<Writer>>>;

/// A task that ends with the sink.
#[derive(Debug)]
struct Timer(JoinHandle<()>);

impl Drop for Timer {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Parquet {
    /// Takes a folder, which is made if it is missing and what it lies in isn't, and cleans up what was left behind in it. It does so at
    /// once, in the calling thread.
    ///
    /// # Errors
    /// If it can't be made or written to, or another sink or program has it.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, FolderError> {
        let counts = Arc::<ParquetCounts>::default();
        let writer = Writer::open(folder.as_ref(), Arc::clone(&counts));
        let writer = writer.map_err(|error| FolderError::new(folder.as_ref(), error))?;
        let (limits, compression) = (Limits::default(), Compression::default());
        Ok(Self { limits, compression, writer: Arc::new(Mutex::new(Some(writer))), counts, timer: None })
    }

    /// What the sink has done so far, to be read while a coordinator has the sink.
    pub fn counts(&self) -> Arc<ParquetCounts> {
        Arc::clone(&self.counts)
    }

    /// Has a task end the file at a time, when no write may come to do it.
    fn end_at(&mut self, due: Instant) {
        let (writer, limits, compression) = (Arc::downgrade(&self.writer), self.limits, self.compression);
        self.timer = Some(Timer(tokio::spawn(async move {
            sleep_until(due).await;
            let Some(writer) = writer.upgrade() else { return };
            let ended = blocking(&writer, move |writer| match writer {
                Some(writer) => writer.end_if_full(&limits, compression),
                None => Ok(()),
            });
            if let Err(error) = ended.await {
                tracing::warn!(%error, "a Parquet file can't be ended, and is tried again with the next write");
            }
        })));
    }
}

/// Does work with the writer on a thread for what blocks.
async fn blocking<T: Send + 'static>(
    writer: &Shared,
    work: impl FnOnce(&mut Option<Writer>) -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let mut writer = Arc::clone(writer).lock_owned().await;
    match spawn_blocking(move || work(&mut writer)).await {
        Ok(result) => result,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            Err(error) => Err(io::Error::other(error)),
        },
    }
}

impl Sink for Parquet {
    async fn write(&mut self, batch: &[MElement]) -> Result<(), WriteError> {
        let (batch, limits, compression) = (batch.to_vec(), self.limits, self.compression);
        let work = move |writer: &mut Option<Writer>| match writer {
            Some(writer) => writer.write(&batch, &limits, compression).map(Some),
            None => Ok(None),
        };
        let Some((due, ended)) = blocking(&self.writer, work).await? else {
            return Err(WriteError::refused("the sink is closed; make a new one"));
        };
        if let Some(due) = due {
            self.end_at(due);
        }
        // The batch is written, whatever became of the file.
        ended.map_err(|error| WriteError::retryable(error).only([]))
    }

    async fn flush(&mut self) -> Result<(), WriteError> {
        Ok(blocking(&self.writer, |writer| writer.as_mut().map_or(Ok(()), Writer::sync)).await?)
    }

    async fn close(&mut self) -> Result<(), WriteError> {
        self.timer = None;
        let compression = self.compression;
        let work = move |writer: &mut Option<Writer>| {
            if let Some(open) = writer {
                open.end(compression)?;
                *writer = None;
            }
            Ok(())
        };
        Ok(blocking(&self.writer, work).await?)
    }
}
