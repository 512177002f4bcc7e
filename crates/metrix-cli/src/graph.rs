//! [`run`]: `metrix graph`, which draws a configuration.

mod labels;
mod stages;

use std::io::Write as _;
use std::path::Path;

use metrix::{BuildError, Graph, Stage};

use crate::args::{GraphArgs, GraphFormat};
use crate::check::say_problems;
use crate::config::{self, Config, OWN_METRICS};
use crate::exit::Exit;
use crate::output::{Output, OutputError, replaces};
use crate::run::sinks;
use crate::stdout::say;

/// Draws the network of a configuration. Nothing is read, listened to or written that it names.
pub(crate) fn run(args: &GraphArgs) -> Exit {
    let config = match &args.config {
        Some(path) => config::load(path),
        None => Ok(config::built_in()),
    };
    if let Some(path) = args.config.as_deref().filter(|path| replaces(args.output.as_deref(), path)) {
        say(format_args!("{} is the configuration, which would be lost: name another --output", path.display()));
        return Exit::Wrong;
    }
    let config = match config {
        Ok(config) => config,
        Err(problems) => return say_problems(&problems),
    };
    let graph = match graph(&config) {
        Ok(graph) => graph,
        Err(error) => {
            say(error);
            return Exit::Wrong;
        }
    };
    let text = match args.format.unwrap_or_else(|| by_extension(args.output.as_deref())) {
        GraphFormat::Svg => graph.svg(),
        GraphFormat::Dot => graph.dot(),
        GraphFormat::Mermaid => graph.mermaid(),
    };
    match write(&text, args.output.as_deref()) {
        Err(error) if !error.is_closed_pipe() => {
            say(error);
            Exit::Failed
        }
        Ok(()) | Err(_) => Exit::Ok,
    }
}

fn write(text: &str, path: Option<&Path>) -> Result<(), OutputError> {
    let (mut output, unpublished) = Output::open(path)?;
    output.write_all(text.as_bytes()).and_then(|()| output.flush()).map_err(|error| OutputError::new(path, error))?;
    drop(output);
    unpublished.publish()
}

fn by_extension(output: Option<&Path>) -> GraphFormat {
    match output.and_then(Path::extension).and_then(|extension| extension.to_str()) {
        Some("dot" | "gv") => GraphFormat::Dot,
        Some("mmd" | "mermaid") => GraphFormat::Mermaid,
        _ => GraphFormat::Svg,
    }
}

fn graph(config: &Config) -> Result<Graph, BuildError> {
    let mut graph = Graph::default();
    for source in &config.sources {
        let (name, label) = labels::source(source);
        graph = graph.source(name, &label);
    }
    for stream in &config.streams {
        graph = graph.stream(&stream.name, &stages::stages(stream)?);
    }
    if let Some(every) = config.own_metrics {
        let stage = Stage::new(OWN_METRICS, "own", format!("own metrics every {every:?}"));
        graph = graph.stream(OWN_METRICS, &[stage]);
    }
    for (sink, name) in config.sinks.iter().zip(sinks::names(&config.sinks)) {
        graph = graph.sink(&name, &labels::sink(sink));
    }
    Ok(graph)
}
