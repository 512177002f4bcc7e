//! [`run`]: `metrix query`, which reads the store.

mod columns;
mod nothing;
mod plot;
mod records;
mod series;
mod show;
mod table;
mod time;

use std::fmt;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use metrix::Timestamp;
use metrix_io::sinks::sqlite::{Query, Store, StoreError, StoreErrorKind};

use self::nothing::Nothing;
use self::plot::{SvgPlot, TerminalPlot};
use self::records::Records;
use self::series::SeriesList;
use self::show::Show;
use self::table::Table;
use crate::args::{QueryArgs, QueryFormat, TagArg};
use crate::exit::Exit;
use crate::output::{Output, OutputError, replaces};
use crate::place::place;
use crate::stdout::say;
use crate::store::{self, NoDataDirectory};

/// Shows what the store has. That there is nothing is a failure, as `grep` has it.
pub(crate) fn run(args: &QueryArgs) -> Exit {
    match shown(args) {
        Ok(()) => Exit::Ok,
        Err(error) => {
            let exit = match error {
                QueryError::OverStore(_) => Exit::Wrong,
                QueryError::NoDataDirectory(_)
                | QueryError::Store(_)
                | QueryError::Nothing(_)
                | QueryError::Output(_)
                | QueryError::LeftOut(_) => Exit::Failed,
            };
            say(error);
            exit
        }
    }
}

fn shown(args: &QueryArgs) -> Result<(), QueryError> {
    let path = match &args.store {
        Some(path) => path.clone(),
        None => store::default_path().map_err(QueryError::NoDataDirectory)?,
    };
    if let Some(output) = args.output.as_deref().filter(|output| is_of_store(output, &path)) {
        return Err(QueryError::OverStore(output.to_owned()));
    }
    let store = Store::open_read_only(&path).map_err(QueryError::Store)?;
    let query = query(args);
    // Before a file is made anew, of which nothing would come.
    if store.query(&query.clone().limit(1)).map_err(QueryError::Store)?.is_empty() {
        return Err(QueryError::Nothing(Nothing::of(args, path, &store).map_err(QueryError::Store)?));
    }

    let (out, unpublished) = Output::open(args.output.as_deref()).map_err(QueryError::Output)?;
    let mut show = show(args, out);
    let mut shown = Ok(());
    let read = store.each_while(&query, |element| {
        shown = show.element(element);
        if shown.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    // What was read stands, also where the rest could not be read.
    match shown.and_then(|()| show.finish()).map_err(|error| OutputError::new(args.output.as_deref(), error)) {
        Err(error) if error.is_closed_pipe() => return Ok(()),
        written => written.map_err(QueryError::Output)?,
    }
    let left_out = show.left_out();
    // With the file in it, which is closed so.
    drop(show);
    unpublished.publish().map_err(QueryError::Output)?;
    read.map_err(QueryError::Store)?;
    match left_out {
        0 => Ok(()),
        count => Err(QueryError::LeftOut(count)),
    }
}

fn query(args: &QueryArgs) -> Query {
    let mut query = Query::names(args.names.clone());
    for TagArg { name, value } in &args.tags {
        query = query.tag(name, value);
    }
    if let Some(since) = since(args) {
        query = query.since(since);
    }
    if let Some(until) = args.until {
        query = query.before(until.0);
    }
    match args.limit {
        Some(limit) => query.limit(limit.get()),
        None => query,
    }
}

fn since(args: &QueryArgs) -> Option<Timestamp> {
    let ago = |last| Timestamp::from(SystemTime::now()).saturating_sub(last);
    args.last.map(ago).or(args.since.map(|since| since.0))
}

/// What was asked for, above a picture.
fn title(args: &QueryArgs) -> String {
    let tags = args.tags.iter().map(|TagArg { name, value }| format!("{name}={value}"));
    let names = if args.names == "*" { "all series" } else { &args.names };
    [names.to_owned()].into_iter().chain(tags).collect::<Vec<_>>().join(" ")
}

/// Whether it is the store, or one of the files that SQLite has beside it.
fn is_of_store(output: &Path, store: &Path) -> bool {
    let store = place(store);
    ["", "-wal", "-shm", "-journal"].iter().any(|end| {
        let mut file = store.clone().into_os_string();
        file.push(end);
        replaces(Some(output), Path::new(&file))
    })
}

fn show(args: &QueryArgs, out: Output) -> Box<dyn Show> {
    if args.series {
        return Box::new(SeriesList::new(out));
    }
    match args.format.unwrap_or_else(|| by_extension(args.output.as_deref())) {
        QueryFormat::Table => Box::new(Table::new(out)),
        QueryFormat::Csv => Box::new(Records::csv(out)),
        QueryFormat::Json => Box::new(Records::json(out)),
        QueryFormat::Plot => Box::new(TerminalPlot::new(out)),
        QueryFormat::Svg => Box::new(SvgPlot::new(out, title(args))),
    }
}

fn by_extension(output: Option<&Path>) -> QueryFormat {
    match output.and_then(Path::extension).and_then(|extension| extension.to_str()) {
        Some("csv") => QueryFormat::Csv,
        Some("json" | "jsonl") => QueryFormat::Json,
        Some("svg") => QueryFormat::Svg,
        _ => QueryFormat::Table,
    }
}

/// Why a query gives not all that was asked for.
#[derive(Debug)]
enum QueryError {
    NoDataDirectory(NoDataDirectory),
    Store(StoreError),
    Nothing(Nothing),
    Output(OutputError),
    /// The output would take the place of what is read.
    OverStore(PathBuf),
    /// So many elements have no form in the output.
    LeftOut(u64),
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoDataDirectory(error) => write!(f, "{error}"),
            Self::Store(error) if error.kind == StoreErrorKind::Missing => {
                let path = error.path.display();
                write!(f, "there is no store {path}: `metrix run` makes one, or name another with --store")
            }
            Self::Store(error) => write!(f, "{error}"),
            Self::Nothing(nothing) => write!(f, "{nothing}"),
            Self::Output(error) => write!(f, "{error}"),
            Self::OverStore(path) => {
                write!(f, "{} is the store, which would be lost: name another file with --output", path.display())
            }
            Self::LeftOut(count) => {
                let (values, them) = if *count == 1 { ("value is", "it") } else { ("values are", "them") };
                let be = if *count == 1 { "it is" } else { "they are" };
                write!(
                    f,
                    "{count} {values} left out, as {be} not finite and this format has no form for {them}: CSV has one"
                )
            }
        }
    }
}
