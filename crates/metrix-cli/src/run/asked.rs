//! [`apply`]: what the command line says about a configuration.

use std::path::Path;

use crate::args::RunArgs;
use crate::config::{Config, SinkConfig, SinkKind};
use crate::place::place;

/// Puts what the command line says above what the configuration says; refuses what could have no effect.
pub(crate) fn apply(args: &RunArgs, config: &mut Config) -> Result<(), String> {
    if args.config.as_deref() == Some(Path::new("-")) && config.sources.iter().any(|source| source.is_stdin()) {
        let message = "a source reads the standard input, from which the configuration comes: \
                       name a file as the configuration, or as the source's `path`";
        return Err(message.to_owned());
    }
    let stores = config.sinks.iter().filter(|sink| is_store(sink)).count();
    let flags = [("--store", args.store.is_some()), ("--retention", args.retention.is_some())];
    if let Some((flag, _)) = flags.into_iter().find(|(_, given)| *given && stores == 0) {
        return Err(format!(
            "{flag} has no effect, as the configuration has no store: add a [[sink]] with type = \"sqlite\", or leave {flag} out"
        ));
    }
    let Some(path) = &args.store else { return Ok(()) };
    if stores > 1 {
        return Err(format!(
            "--store is one file, and the configuration has {stores} stores: leave --store out, or all of them but one"
        ));
    }
    if path.as_os_str() == "-" {
        return Err("a store can't be the standard output: name a file with --store".to_owned());
    }
    let others = config.sinks.iter().filter_map(|sink| file(&sink.kind));
    let taken = config.sources.iter().filter_map(|source| source.path()).chain(others);
    if taken.map(place).any(|taken| taken == place(path)) {
        let path = path.display();
        return Err(format!("--store, {path}, is a file that the configuration has for something else: name another"));
    }
    for sink in config.sinks.iter_mut().filter(|sink| is_store(sink)) {
        sink.kind = SinkKind::Sqlite { path: Some(path.clone()) };
    }
    Ok(())
}

fn is_store(sink: &SinkConfig) -> bool {
    matches!(sink.kind, SinkKind::Sqlite { .. })
}

/// The file of a sink that is no store.
fn file(kind: &SinkKind) -> Option<&Path> {
    match kind {
        SinkKind::Print { path } | SinkKind::Jsonl { path } | SinkKind::Csv { path } => Some(path),
        SinkKind::Log | SinkKind::Sqlite { .. } | SinkKind::Table => None,
        SinkKind::Opentsdb { .. } | SinkKind::Influx(_) | SinkKind::Statsd(_) | SinkKind::Graphite(_) => None,
        SinkKind::Kafka(_) | SinkKind::Nats(_) | SinkKind::Prometheus(_) | SinkKind::RemoteWrite(_) => None,
    }
}
