//! [`Description`]: what a crate says about its metrics, and the [`Descriptions`] that are kept.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use metrics::Unit;

use super::MetricKind;
use super::refusals::Refusal;
use super::streams::can_be_named;

/// What a crate says about one of its metrics, with the facade's `describe_counter!` and its like.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Description {
    /// The metric's name.
    pub name: Arc<str>,
    /// What it is described as.
    pub kind: MetricKind,
    /// In what it is measured, if that was said.
    pub unit: Option<Unit>,
    /// What it is, for humans.
    pub text: Arc<str>,
}

/// At most so many; of a metric that is described again, the last.
#[derive(Debug)]
pub(super) struct Descriptions {
    kept: Mutex<BTreeMap<(Arc<str>, MetricKind), Description>>,
    most: NonZeroUsize,
}

impl Descriptions {
    pub(super) fn new(most: NonZeroUsize) -> Self {
        Self { kept: Mutex::default(), most }
    }

    pub(super) fn add(&self, kind: MetricKind, name: &str, unit: Option<Unit>, text: &str) -> Result<(), Refusal> {
        if !can_be_named(name) {
            return Err(Refusal::Name);
        }
        let name: Arc<str> = name.into();
        let key = (Arc::clone(&name), kind);
        let mut kept = self.lock();
        if kept.len() >= self.most.get() && !kept.contains_key(&key) {
            return Err(Refusal::TooMany);
        }
        kept.insert(key, Description { name, kind, unit, text: text.into() });
        Ok(())
    }

    pub(super) fn get(&self, name: &str) -> Option<Description> {
        let kept = self.lock();
        let (_, description) = kept.range((Arc::from(name), MetricKind::Counter)..).next()?;
        (*description.name == *name).then(|| description.clone())
    }

    pub(super) fn all(&self) -> Vec<Description> {
        self.lock().values().cloned().collect()
    }

    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<(Arc<str>, MetricKind), Description>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
