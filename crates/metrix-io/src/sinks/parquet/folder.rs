//! [`Folder`]: where the files are, and what they are called.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDateTime};
use metrix::Timestamp;

/// Who has it locked writes into the folder.
const LOCK: &str = ".metrix.lock";
const PREFIX: &str = "metrix-";
/// Of a time in UTC, with which names sort as times do.
const TIME: &str = "%Y%m%dT%H%M%S%.6fZ";

/// A folder that nobody else writes into.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    lock: Lock,
    /// The time of the newest name, in microseconds since the Unix epoch.
    newest: i64,
}

/// What a name is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A Parquet file, for everybody to read.
    Whole,
    /// One that is being written.
    Part,
    /// A journal.
    Journal,
    /// A journal, parts of which could not be read, for who may make something of it.
    Damaged,
}

impl Folder {
    /// Takes a folder, which is made if there is none, and gives the names of what was left behind in it.
    pub(super) fn open(path: &Path) -> io::Result<(Self, Vec<(Kind, String)>)> {
        match fs::create_dir(path) {
            Ok(()) => sync_parent(path)?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
        let mut folder = Self { path: path.to_owned(), lock: Lock::on(path)?, newest: i64::MIN };
        let mut leftovers = folder.names()?;
        // In the order of their times.
        leftovers.sort_by(|one, other| one.1.cmp(&other.1));
        Ok((folder, leftovers))
    }

    /// The names of what isn't whole, in any order. New names sort after all that are there.
    fn names(&mut self) -> io::Result<Vec<(Kind, String)>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            let name = entry?.file_name();
            let Some((kind, name, time)) = name.to_str().and_then(parse) else { continue };
            self.newest = self.newest.max(time);
            if kind != Kind::Whole {
                names.push((kind, name.to_owned()));
            }
        }
        Ok(names)
    }

    /// The name of a file that begins now. It sorts after all that are there, also if the clock was set back.
    pub(super) fn new_name(&mut self, now: Timestamp) -> String {
        let micros = now.as_nanos().div_euclid(1000).max(self.newest.saturating_add(1));
        self.newest = micros;
        let time = DateTime::from_timestamp_micros(micros).unwrap_or_default();
        format!("{PREFIX}{}", time.format(TIME))
    }

    pub(super) fn file(&self, kind: Kind, name: &str) -> PathBuf {
        self.path.join(match kind {
            Kind::Whole => format!("{name}.parquet"),
            Kind::Part => format!(".{name}.part"),
            Kind::Journal => format!(".{name}.rows"),
            Kind::Damaged => format!(".{name}.damaged"),
        })
    }

    /// Fails if it is away. If another is in its place, takes that.
    pub(super) fn check(&mut self) -> io::Result<()> {
        if !is_at(&self.lock.0, &self.path.join(LOCK)) {
            let lock = Lock::on(&self.path)?;
            self.names()?;
            sync_parent(&self.path)?;
            self.lock = lock;
        }
        Ok(())
    }

    /// Has the disk keep the names in it.
    pub(super) fn sync(&self) -> io::Result<()> {
        sync(&self.path)
    }
}

fn sync(folder: &Path) -> io::Result<()> {
    // Elsewhere folders can't be opened.
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Has the disk keep the name of a folder.
fn sync_parent(folder: &Path) -> io::Result<()> {
    let synced = match folder.parent() {
        // It lies in the working folder.
        Some(parent) if parent.as_os_str().is_empty() => sync(Path::new(".")),
        Some(parent) => sync(parent),
        None => Ok(()),
    };
    match synced {
        // Who may not read it can't.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        synced => synced,
    }
}

/// What a file of this name is, the name without that, and its time.
fn parse(file: &str) -> Option<(Kind, &str, i64)> {
    let kinds = [
        (Kind::Whole, "", ".parquet"),
        (Kind::Part, ".", ".part"),
        (Kind::Journal, ".", ".rows"),
        (Kind::Damaged, ".", ".damaged"),
    ];
    kinds.into_iter().find_map(|(kind, before, after)| {
        let name = file.strip_prefix(before)?.strip_suffix(after)?;
        let time = NaiveDateTime::parse_from_str(name.strip_prefix(PREFIX)?, TIME).ok()?;
        Some((kind, name, time.and_utc().timestamp_micros()))
    })
}

/// The file by which a folder is locked.
#[derive(Debug)]
struct Lock(File);

impl Lock {
    fn on(folder: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(folder.join(LOCK))?;
        #[cfg(unix)]
        rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive).map_err(
            |error| match error {
                rustix::io::Errno::WOULDBLOCK => io::Error::new(
                    io::ErrorKind::ResourceBusy,
                    "another sink or program writes into this folder: give each a folder of its own",
                ),
                error => error.into(),
            },
        )?;
        Ok(Self(file))
    }
}

impl Drop for Lock {
    /// A program that this one has begun to start has the file open too until it runs, and would keep the lock as long.
    fn drop(&mut self) {
        #[cfg(unix)]
        let _ = rustix::fs::flock(&self.0, rustix::fs::FlockOperation::Unlock);
    }
}

/// Whether an open file is still the one at a path.
pub(super) fn is_at(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let of = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
        file.metadata().map(of).ok() == fs::metadata(path).map(of).ok()
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        path.exists()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_sort_by_time_and_never_come_again() {
        let place = tempfile::tempdir().unwrap();
        let (mut folder, _) = Folder::open(place.path()).unwrap();
        let at = |nanos: i64| Timestamp::from_nanos(1_700_000_000_000_000_000 + nanos);
        assert_eq!(folder.new_name(at(0)), "metrix-20231114T221320.000000Z");
        assert_eq!(folder.new_name(at(1_999)), "metrix-20231114T221320.000001Z");
        assert_eq!(folder.new_name(at(-5)), "metrix-20231114T221320.000002Z");
        fs::write(folder.file(Kind::Whole, "metrix-20231114T221320.000007Z"), "").unwrap();
        for (kind, name) in
            [(Kind::Journal, "metrix-20231114T221320.000009Z"), (Kind::Part, "metrix-20231114T221320.000008Z")]
        {
            fs::write(folder.file(kind, name), "").unwrap();
        }
        for other in ["x.parquet", ".metrix-1.rows", ".metrix-.part", "metrix-20231114T221320.000000Z.csv"] {
            fs::write(place.path().join(other), "").unwrap();
        }
        drop(folder);
        let (mut folder, leftovers) = Folder::open(place.path()).unwrap();
        assert_eq!(folder.new_name(at(0)), "metrix-20231114T221320.000010Z");
        let names = ["metrix-20231114T221320.000008Z", "metrix-20231114T221320.000009Z"].map(str::to_owned);
        assert_eq!(leftovers, [(Kind::Part, names[0].clone()), (Kind::Journal, names[1].clone())]);
    }

    #[test]
    fn a_folder_is_of_one() {
        let place = tempfile::tempdir().unwrap();
        let first = Folder::open(place.path()).unwrap();
        let error = Folder::open(place.path()).unwrap_err();
        assert!(error.to_string().contains("another sink or program"), "{error}");
        drop(first);
        Folder::open(place.path()).unwrap();
    }

    #[test]
    fn it_is_free_though_a_program_that_starts_has_the_file_too() {
        let place = tempfile::tempdir().unwrap();
        let (folder, _) = Folder::open(place.path()).unwrap();
        let inherited = folder.lock.0.try_clone().unwrap();
        drop(folder);
        Folder::open(place.path()).unwrap();
        drop(inherited);
    }
}
