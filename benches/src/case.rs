//! [`Case`]: the same work, done by several contenders.

use std::fmt;

use criterion::{BenchmarkId, Criterion, Throughput};

/// Who does the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// Our extension traits, a stream a stage.
    Metrix,
    /// Our operators joined by `Operator::then`, one stream in all.
    Fused,
    /// A loop written by hand, without streams.
    Hand,
    /// The same with a plain `HashMap`.
    HashMap,
    /// The combinators of `futures`.
    Futures,
    /// The combinators of `tokio-stream`.
    TokioStream,
    /// `timely` dataflow on one worker, as fast as we can make it.
    Timely,
    /// `timely` as its own word-count example uses it.
    TimelyExample,
    /// The crate `sketches-ddsketch`, with a relative error of 1 %.
    DdSketch,
}

impl Who {
    /// All of them, in the order of tables and charts.
    pub const ALL: [Self; 9] = [
        Self::Metrix,
        Self::Fused,
        Self::Hand,
        Self::HashMap,
        Self::Futures,
        Self::TokioStream,
        Self::Timely,
        Self::TimelyExample,
        Self::DdSketch,
    ];

    /// How tables call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Metrix => "metrix",
            Self::Fused => "metrix, fused",
            Self::Hand => "hand-written",
            Self::HashMap => "hand-written, `HashMap`",
            Self::Futures => "futures",
            Self::TokioStream => "tokio-stream",
            Self::Timely => "timely",
            Self::TimelyExample => "timely, as its example",
            Self::DdSketch => "sketches-ddsketch",
        }
    }
}

/// One way to do the work: a run gives a digest of all that came out.
pub struct Contender {
    /// Who it is.
    pub who: Who,
    run: Box<dyn Fn() -> u64>,
}

impl Contender {
    /// Does the work once.
    pub fn run(&self) -> u64 {
        (self.run)()
    }
}

impl fmt::Debug for Contender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contender").field("who", &self.who).finish_non_exhaustive()
    }
}

/// The same work on the same items, done by several contenders.
#[derive(Debug)]
pub struct Case {
    /// What the work is.
    pub name: String,
    /// How many items one run takes in.
    pub items: usize,
    /// Those who do it.
    pub contenders: Vec<Contender>,
}

impl Case {
    /// Work on so many items, which nobody does yet.
    pub fn new(name: impl Into<String>, items: usize) -> Self {
        Self { name: name.into(), items, contenders: Vec::new() }
    }

    /// Adds a contender; `run` does the work once and gives the digest of what came out.
    ///
    /// # Panics
    /// If what comes out is not what came out of the contender before it: then the work is not the same.
    #[track_caller]
    pub fn by(mut self, who: Who, run: impl Fn() -> u64 + 'static) -> Self {
        let digest = run();
        if let Some(before) = self.contenders.last() {
            let (name, other) = (&self.name, before.who);
            assert_eq!(digest, before.run(), "{name}: {who:?} and {other:?} do not do the same work");
        }
        self.contenders.push(Contender { who, run: Box::new(run) });
        self
    }

    /// Hands the contenders to criterion, as a group.
    pub fn bench(&self, criterion: &mut Criterion) {
        let mut group = criterion.benchmark_group(&self.name);
        group.throughput(Throughput::Elements(self.items as u64));
        for contender in &self.contenders {
            group.bench_function(BenchmarkId::from_parameter(contender.who.name()), |b| b.iter(|| contender.run()));
        }
        group.finish();
    }
}
