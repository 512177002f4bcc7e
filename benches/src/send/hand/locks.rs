//! A lock a series, which nobody else takes.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::five::Five;
use crate::send::contestant::Contestant;
use crate::send::load::{Item, Load};

pub(super) fn bound(load: &Arc<Load>) -> Contestant {
    let total = Arc::new(AtomicU64::new(0));
    let lane = |_| {
        let places = Places(load.series.iter().map(|_| Mutex::new(Five::NONE)).collect(), Arc::clone(&total));
        move |items: &[Item]| items.iter().for_each(|item| places.add(item))
    };
    let counted = Arc::clone(&total);
    Contestant::new(load, lane, move || counted.load(Ordering::Relaxed))
}

/// The places of a thread, and where it says at its end how many values it has had.
struct Places(Vec<Mutex<Five>>, Arc<AtomicU64>);

impl Places {
    #[inline]
    fn add(&self, item: &Item) {
        self.0[item.series()].lock().unwrap_or_else(PoisonError::into_inner).add(item.value());
    }
}

impl Drop for Places {
    fn drop(&mut self) {
        let count = |place: &mut Mutex<Five>| place.get_mut().unwrap_or_else(PoisonError::into_inner).count();
        self.1.fetch_add(self.0.iter_mut().map(count).sum(), Ordering::Relaxed);
    }
}
