//! [`GraphArgs`]: what `metrix graph` takes.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

#[derive(Args, Debug)]
pub(crate) struct GraphArgs {
    /// The configuration, a TOML file; `-` for the standard input. What `metrix run` does without one, if it is left out.
    pub(crate) config: Option<PathBuf>,
    /// As what to draw it; by the output's extension unless set, and else SVG.
    #[arg(long, short, value_enum)]
    pub(crate) format: Option<GraphFormat>,
    /// The file to write; the standard output unless set.
    #[arg(long, short, value_name = "PATH")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphFormat {
    /// A picture.
    Svg,
    /// The language of Graphviz.
    Dot,
    /// A Mermaid flowchart, which forges draw in Markdown.
    Mermaid,
}
