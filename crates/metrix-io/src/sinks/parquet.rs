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
use std::time::Duration;

use metrix::{MElement, Sink, WriteError};
use tokio::sync::Mutex;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::{Instant, sleep, sleep_until};

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
/// A file is called `metrix-20231114T221320.000000Z.parquet`, by the time in UTC at which it was begun. Names sort in the order in which the
/// files were begun, also if the clock was set back, and never come again. A file is ended when it is [old](Self::every),
/// [long](Self::rows) or [large](Self::bytes) enough, or the sink is closed. That is done in the background, while the next write waits.
/// It is written under another name, brought to the disk and then renamed: who reads `*.parquet` never sees half a file.
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
/// Each batch has a checksum. If a journal has more that isn't whole than one unfinished batch at its end, as by a faulty disk, the file
/// has what stands before and behind that, and the journal is kept as `.metrix-*.damaged`, which is [counted](ParquetCounts::damaged) and
/// logged as an error.
///
/// A write that took longer than its caller waited is done all the same, so a batch that is written again for that reason is there twice.
///
/// # Errors
///
/// A write fails with an error that is worth a retry if there is no room on the disk, the folder is away, or else something is wrong
/// with it. Nothing is lost while that lasts: if the folder was deleted or moved, the journal is written anew into the one that is put
/// in its place, which this sink doesn't make. A file that can't be ended takes no more elements until it can, which is tried every
/// 5 seconds and by each write.
///
/// # Cancel safety
///
/// A write that is dropped may still be done, in the background; the next call waits for it.
///
/// # Memory
///
/// A batch three times; and while a file is ended, a row group of at most 131 072 elements and 32 MiB of texts, each of which counts for 96
/// bytes more than it has, or one element that has more. A process that
/// did nothing else took 35 MB, with three million texts of two bytes.
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
    /// `None` when it is closed. Locked across the work in the background, so that only one thread at a time has it.
    writer: Shared,
    counts: Arc<ParquetCounts>,
    /// Ends the file when it is old.
    timer: Option<Timer>,
}

type Shared = Arc<Mutex<Option<Writer>>>;

/// What could not be ended is tried again so much later.
const PAUSE: Duration = Duration::from_secs(5);

/// A task that ends with the sink, and has something to do then.
#[derive(Debug)]
struct Timer(Instant, JoinHandle<()>);

impl Drop for Timer {
    fn drop(&mut self) {
        self.1.abort();
    }
}

impl Parquet {
    /// Takes a folder, which is made if it is missing and what it lies in isn't, and cleans up what was left behind in it. It does so at
    /// once, in the calling thread.
    ///
    /// # Errors
    /// If it can't be made or written to, or another sink or program has it.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, FolderError> {
        Self::open_compressed(folder, Compression::default())
    }

    /// As [`open`](Self::open) does, with files of another compression than by Zstandard: those of what was left behind too.
    ///
    /// # Errors
    /// The same.
    ///
    /// ```
    /// use metrix_io::sinks::parquet::{Compression, Parquet};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let folder = folder.path();
    /// let sink = Parquet::open_compressed(folder, Compression::Snappy)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn open_compressed(folder: impl AsRef<Path>, compression: Compression) -> Result<Self, FolderError> {
        let counts = Arc::<ParquetCounts>::default();
        let writer = Writer::open(folder.as_ref(), compression, Arc::clone(&counts));
        let writer = writer.map_err(|error| FolderError::new(folder.as_ref(), error))?;
        Ok(Self { limits: Limits::default(), writer: Arc::new(Mutex::new(Some(writer))), counts, timer: None })
    }

    /// What the sink has done so far, to be read while a coordinator has the sink.
    pub fn counts(&self) -> Arc<ParquetCounts> {
        Arc::clone(&self.counts)
    }

    /// Has a task end the file at a time, when no write may come to do it.
    fn end_at(&mut self, due: Instant) {
        if self.timer.as_ref().is_some_and(|timer| timer.0 == due && !timer.1.is_finished()) {
            return;
        }
        let (writer, limits) = (Arc::downgrade(&self.writer), self.limits);
        let task = tokio::spawn(async move {
            sleep_until(due).await;
            while let Some(writer) = writer.upgrade() {
                let ended = blocking(&writer, move |writer| match writer {
                    Some(writer) => writer.end_if_full(&limits),
                    None => Ok(()),
                });
                let Err(error) = ended.await else { return };
                tracing::warn!(%error, "a Parquet file can't be ended, and is tried again");
                drop(writer);
                sleep(PAUSE).await;
            }
        });
        self.timer = Some(Timer(due, task));
    }
}

impl Drop for Parquet {
    /// The folder is free at once if nothing goes on in the background, where a thread that is done may still hold its part of the writer.
    fn drop(&mut self) {
        if let Ok(mut writer) = self.writer.try_lock() {
            *writer = None;
        }
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
        let (batch, limits) = (batch.to_vec(), self.limits);
        // A file that could not be ended takes nothing more, so that it is bounded. If that takes longer than the caller waits, the
        // batch isn't written after all.
        blocking(&self.writer, move |writer| writer.as_mut().map_or(Ok(()), |writer| writer.end_if_full(&limits)))
            .await?;
        let work = move |writer: &mut Option<Writer>| {
            Ok(writer.as_mut().map(|writer| (writer.write(&batch), writer.due(&limits))))
        };
        let Some((written, due)) = blocking(&self.writer, work).await? else {
            return Err(WriteError::refused("the sink is closed; make a new one"));
        };
        if let Some(due) = due {
            self.end_at(due);
        }
        Ok(written?)
    }

    async fn flush(&mut self) -> Result<(), WriteError> {
        Ok(blocking(&self.writer, |writer| writer.as_mut().map_or(Ok(()), Writer::sync)).await?)
    }

    async fn close(&mut self) -> Result<(), WriteError> {
        self.timer = None;
        let work = |writer: &mut Option<Writer>| {
            if let Some(open) = writer {
                open.end()?;
                *writer = None;
            }
            Ok(())
        };
        Ok(blocking(&self.writer, work).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_sink_frees_its_folder_though_a_thread_has_yet_to_let_go() {
        let folder = tempfile::tempdir().unwrap();
        let sink = Parquet::open(folder.path()).unwrap();
        let done = Arc::clone(&sink.writer);
        drop(sink);
        Parquet::open(folder.path()).unwrap();
        drop(done);
    }
}
