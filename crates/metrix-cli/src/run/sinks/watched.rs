//! [`Watched`]: a sink whose failures may end the run.

use std::error::Error;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use metrix::{MElement, Sink, WriteError};

use super::outlet::Outlet;
use super::takers::Takers;
use crate::run::causes::causes;
use crate::run::stop::Why;

/// Why a sink has failed last, if it has.
#[derive(Clone, Debug, Default)]
pub(crate) struct Failures(Arc<Mutex<Option<String>>>);

impl Failures {
    pub(crate) fn last(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, error: &WriteError) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(causes(error));
    }
}

/// A sink whose failures end the run if no other sink takes elements, so that to read on would be in vain: quietly, where nobody
/// reads the standard output any more, and with a failure where all inputs end.
pub(crate) struct Watched {
    sink: Box<dyn Outlet>,
    is_stdout: bool,
    /// With so many failures in a row it takes nothing, if ever.
    most: Option<usize>,
    in_a_row: usize,
    /// Nobody reads what it writes.
    is_deaf: bool,
    takers: Takers,
    failures: Failures,
}

impl Watched {
    pub(super) fn new(
        sink: Box<dyn Outlet>,
        is_stdout: bool,
        most: Option<usize>,
        takers: Takers,
        failures: Failures,
    ) -> Self {
        Self { sink, is_stdout, most, in_a_row: 0, is_deaf: false, takers, failures }
    }

    fn judge(&mut self, result: Result<(), WriteError>) -> Result<(), WriteError> {
        let took_nothing = self.takes_nothing();
        let Err(error) = result else {
            self.in_a_row = 0;
            if took_nothing {
                self.takers.regain();
            }
            return Ok(());
        };
        if self.is_stdout && is_broken_pipe(&error) {
            self.is_deaf = true;
            self.takers.is_deaf_now();
            if !took_nothing {
                self.takers.lose(Why::StdoutClosed);
            }
            return Ok(());
        }
        self.failures.note(&error);
        // A sink that refuses some elements is well.
        if error.is_retryable() || error.positions().is_none() {
            self.in_a_row += 1;
        }
        if !self.takes_nothing() {
            return Err(error);
        }
        if !took_nothing {
            self.takers.lose(Why::SinkFailed);
        }
        // Of what still comes, each batch is tried once.
        let positions = error.positions().map(<[usize]>::to_vec);
        let refused = WriteError::refused(self.failures.last().unwrap_or_default());
        Err(match positions {
            Some(positions) => refused.only(positions),
            None => refused,
        })
    }

    fn takes_nothing(&self) -> bool {
        self.most.is_some_and(|most| self.in_a_row >= most)
    }
}

fn is_broken_pipe(error: &WriteError) -> bool {
    let cause = error.source().and_then(|cause| cause.downcast_ref::<io::Error>());
    cause.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

impl Sink for Watched {
    async fn write(&mut self, batch: &[MElement]) -> Result<(), WriteError> {
        if self.is_deaf {
            return Ok(());
        }
        let result = self.sink.write(batch).await;
        self.judge(result)
    }

    async fn flush(&mut self) -> Result<(), WriteError> {
        if self.is_deaf {
            return Ok(());
        }
        let result = self.sink.flush().await;
        self.judge(result)
    }

    async fn close(&mut self) -> Result<(), WriteError> {
        if self.is_deaf {
            return Ok(());
        }
        let result = self.sink.close().await;
        self.judge(result)
    }
}

#[cfg(test)]
mod tests {
    use metrix::{Timestamp, tags};

    use super::*;
    use crate::run::stop::Stop;

    /// Fails with this as often as it is written.
    struct Fails(io::ErrorKind);

    impl Sink for Fails {
        async fn write(&mut self, _: &[MElement]) -> Result<(), WriteError> {
            Err(WriteError::retryable(io::Error::from(self.0)))
        }
    }

    fn watched(sink: impl Sink, is_stdout: bool, most: Option<usize>, takers: &Takers) -> Watched {
        Watched::new(Box::new(sink), is_stdout, most, takers.clone(), Failures::default())
    }

    /// What four writes are answered with, and why the run stops then, where this is the only sink.
    async fn answers(kind: io::ErrorKind, is_stdout: bool, most: Option<usize>) -> (String, Option<Why>) {
        let stop = Stop::new();
        let mut sink = watched(Fails(kind), is_stdout, most, &Takers::new(1, stop.clone()));
        let batch = [MElement::new("n", 1.0, tags! {}, Timestamp::EPOCH)];
        let mut answers = String::new();
        for _ in 0..4 {
            answers.push(match Sink::write(&mut sink, &batch).await {
                Ok(()) => 'o',
                Err(error) if error.is_retryable() => 'r',
                Err(_) => 'x',
            });
        }
        (answers, stop.why())
    }

    #[tokio::test]
    async fn a_run_stops_when_going_on_is_in_vain() {
        use io::ErrorKind::{BrokenPipe, StorageFull};

        let takers = Takers::new(2, Stop::new());
        let mut deaf = watched(Fails(BrokenPipe), true, None, &takers);
        assert!(!takers.is_deaf());
        Sink::write(&mut deaf, &[]).await.unwrap();
        assert!(takers.is_deaf(), "nothing is acknowledged by it");
        for (kind, is_stdout, most, expected) in [
            (BrokenPipe, true, None, ("oooo", Some(Why::StdoutClosed))),
            (BrokenPipe, false, None, ("rrrr", None)),
            (StorageFull, true, None, ("rrrr", None)),
            (StorageFull, true, Some(3), ("rrxx", Some(Why::SinkFailed))),
        ] {
            let (answers, why) = answers(kind, is_stdout, most).await;
            assert_eq!((&*answers, why), expected, "{kind:?} {is_stdout} {most:?}");
        }
    }

    /// Fails as often as this says, then no more.
    struct Recovers(usize);

    impl Sink for Recovers {
        async fn write(&mut self, _: &[MElement]) -> Result<(), WriteError> {
            let fails = self.0 > 0;
            self.0 = self.0.saturating_sub(1);
            if fails { Sink::write(&mut Fails(io::ErrorKind::StorageFull), &[]).await } else { Ok(()) }
        }
    }

    #[tokio::test]
    async fn a_run_goes_on_while_one_sink_takes_elements() {
        let stop = Stop::new();
        let takers = Takers::new(3, stop.clone());
        let mut deaf = watched(Fails(io::ErrorKind::BrokenPipe), true, Some(2), &takers);
        let mut full = watched(Fails(io::ErrorKind::StorageFull), false, Some(2), &takers);
        let mut well = watched(Recovers(2), false, Some(2), &takers);
        // The third takes nothing for a while, before the others do so for ever.
        for (sink, writes) in [(&mut well, 4), (&mut deaf, 1), (&mut full, 3)] {
            for _ in 0..writes {
                let _may_fail = Sink::write(sink, &[]).await;
                assert_eq!(stop.why(), None);
            }
        }
        well.sink = Box::new(Recovers(usize::MAX));
        for expected in [None, Some(Why::SinkFailed)] {
            assert!(Sink::write(&mut well, &[]).await.is_err());
            assert_eq!(stop.why(), expected);
        }
    }
}
