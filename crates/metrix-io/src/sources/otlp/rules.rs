//! [`Rules`]: what becomes of points, as far as that can be chosen.

use crate::Glob;

/// What becomes of the buckets of histograms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Histograms {
    /// Each bucket is a reading in the middle of it, under the metric's own name, that stands for as many measurements as are in the
    /// bucket: for percentiles and all other aggregates.
    #[default]
    Values,
    /// Each bucket is a counter, `.bucket`, of what is at most its bound, which is the tag `le`: as Prometheus has them. Those of
    /// exponential histograms are always values, as their bounds change.
    Buckets,
}

#[derive(Clone, Debug)]
pub(super) struct Rules {
    /// Attributes of resources that become tags.
    pub(super) resource: Vec<Glob>,
    /// What the tag is called that has the unit.
    pub(super) unit_tag: Option<String>,
    pub(super) histograms: Histograms,
}

impl Default for Rules {
    fn default() -> Self {
        let resource = ["service.name", "service.namespace", "service.instance.id"];
        Self { resource: resource.map(Glob::new).into(), unit_tag: None, histograms: Histograms::default() }
    }
}
