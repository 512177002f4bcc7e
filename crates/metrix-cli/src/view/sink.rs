//! [`ViewSink`]: the way of the elements to the screen.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use metrix::{MElement, Sink, WriteError};

use super::series_set::SeriesSet;

/// A sink that shows elements in the live view.
///
/// Memory: that of the series that the view keeps.
#[derive(Debug)]
pub(crate) struct ViewSink {
    series: Arc<Mutex<SeriesSet>>,
    closed: bool,
}

impl ViewSink {
    pub(super) fn new(series: Arc<Mutex<SeriesSet>>) -> Self {
        Self { series, closed: false }
    }
}

impl Sink for ViewSink {
    async fn write(&mut self, batch: &[MElement]) -> Result<(), WriteError> {
        if self.closed {
            return Err(WriteError::refused("the view is closed: write before `close`, or make a new one"));
        }
        let mut series = lock(&self.series);
        batch.iter().for_each(|element| series.push(element));
        Ok(())
    }

    async fn close(&mut self) -> Result<(), WriteError> {
        self.closed = true;
        Ok(())
    }
}

/// No panic can leave the series in a state that is not one.
pub(super) fn lock(series: &Mutex<SeriesSet>) -> MutexGuard<'_, SeriesSet> {
    series.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use metrix::testing::SinkConformance;
    use metrix::{MElement, size};

    use super::*;
    use crate::view::series::Series;

    type Shared = Arc<Mutex<SeriesSet>>;

    /// Names, tags and last values in the order in which they came, which is all of the elements if each is the only
    /// one of its series.
    fn seen(series: &SeriesSet) -> Vec<String> {
        let mut all: Vec<&Series> = series.iter().collect();
        all.sort_by_key(|series| series.turn);
        let row = |series: &&Series| series.values(100).map(|value| row(series, value)).collect::<Vec<_>>();
        all.iter().flat_map(row).collect()
    }

    fn row(series: &Series, value: f64) -> String {
        format!("{} {} {value}", series.name, series.tags)
    }

    #[test]
    fn it_keeps_the_contract_of_sinks() {
        let make = || {
            let series: Shared = Arc::new(Mutex::new(SeriesSet::new(size(10_000))));
            (ViewSink::new(Arc::clone(&series)), series)
        };
        let read = async |series: Shared| seen(&lock(&series));
        let expecting = |element: &MElement| row(&Series::of(element), element.value);
        SinkConformance::new(make, read).expecting(expecting).order(metrix::testing::Order::Any).check();
    }
}
