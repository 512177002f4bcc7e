//! Batches of all threads, behind one lock.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::five::Table;
use crate::send::contestant::Contestant;
use crate::send::load::{Item, Load};

pub(super) fn bound(load: &Arc<Load>) -> Contestant {
    let total = Arc::new(AtomicU64::new(0));
    let size = load.setup.batch();
    let batch = Arc::new(Mutex::new((Table::new(load, &total), size)));
    let lane = |_| {
        let batch = Arc::clone(&batch);
        move |items: &[Item]| {
            for item in items {
                let (table, left) = &mut *batch.lock().unwrap_or_else(PoisonError::into_inner);
                table.add(item.series(), item.value());
                *left -= 1;
                if *left == 0 {
                    table.emit();
                    *left = size;
                }
            }
        }
    };
    Contestant::new(load, lane, {
        let batch = Arc::clone(&batch);
        move || {
            drop(batch);
            total.load(Ordering::Relaxed)
        }
    })
}
