//! [`stages`]: the stages of a stream of the configuration.

use metrix::{BuildError, Stage};

use crate::config::{StreamConfig, TagsKept};
use crate::run::inputs::Inputs;
use crate::run::streams;

/// What becomes of its measurements, one after the other.
pub(super) fn stages(config: &StreamConfig) -> Result<Vec<Stage>, BuildError> {
    let name = &*config.name;
    let tags = match &config.tags {
        TagsKept::All => None,
        TagsKept::Only(names) => Some(format!("tags: only {}", names.join(", "))),
        TagsKept::Without(names) => Some(format!("tags: without {}", names.join(", "))),
    };
    let defaults = (!config.default_tags.is_empty()).then(|| format!("default tags: {}", config.default_tags));
    let before = [("tags", tags), ("defaults", defaults)];
    let mut stages: Vec<Stage> =
        before.into_iter().filter_map(|(stage, label)| Some(Stage::new(name, stage, label?))).collect();

    // When they come and whether they end changes nothing that is drawn.
    let (_, stream) = streams::builder(config, Inputs::End).build()?;
    stages.extend_from_slice(stream.stages());
    if !config.names.is_plain() {
        // Within a pattern each name is a series of its own.
        stages.push(Stage::new(name, "names", "map(names of the elements)"));
    }
    Ok(stages)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use metrix::{Agg, Tags, size, tags};
    use metrix_io::Glob;

    use super::*;
    use crate::config::Grouping;

    fn stream(name: &str, grouping: Grouping, default_tags: Tags, tags: TagsKept) -> StreamConfig {
        let aggs: Vec<Agg> = ["count", "p99"].map(|agg| agg.parse().unwrap()).into();
        StreamConfig {
            name: name.to_owned(),
            names: Glob::new(name),
            kind: None,
            aggs,
            grouping,
            default_tags,
            tags,
            max_series: None,
        }
    }

    #[track_caller]
    fn check(config: &StreamConfig, expected: &[&str]) {
        let stages = stages(config).unwrap();
        let labels: Vec<&str> = stages.iter().map(|stage| &*stage.label).collect();
        assert_eq!(labels, expected);
    }

    #[test]
    fn it_needs_no_runtime_and_has_all_that_happens() {
        check(
            &stream("requests", Grouping::Batch(size(10)), Tags::NONE, TagsKept::All),
            &["partition(10)", "group_by(tags, [count, p99])", "filter(not empty)", "map(to elements)", "flatten"],
        );
        let event = Grouping::Event { every: Duration::from_secs(3600), lateness: Duration::from_secs(5) };
        let without = TagsKept::Without(vec!["ip".to_owned()]);
        check(
            &stream("cpu.*", event, tags! { "section" => "NA" }, without),
            &[
                "tags: without ip",
                "default tags: section=NA",
                "timed_window(3600s), event time, lateness 5s",
                "group_by(tags, [count, p99])",
                "filter(not empty)",
                "map(to elements)",
                "flatten",
                "map(names of the elements)",
            ],
        );
    }
}
