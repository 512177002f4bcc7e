//! [`ByHand`]: an operator without a driver, told times that a test makes up.

use std::fmt;
use std::marker::PhantomData;

use crate::{Operator, Timestamp};

/// More deadlines than this, one after the other and without an item between them, are taken for a hang.
const MOST_DEADLINES: usize = 100_000;

/// Calls an operator by hand, as a driver would: [`start`](Self::start), then any number of items and times, then
/// [`end`](Self::end) and [`drain`](Self::drain).
///
/// It holds both sides to the contract of [`Operator`] as it goes, and panics with the rule that was broken: the test
/// must not hand over an item that is not wanted, and the operator's next deadline must lie after the time it was told.
/// Unlike a driver it serves no deadline by itself, so that a test can be late, early or out of order.
///
/// ```
/// use metrix_core::{Timestamp, fold::Count, ops::TimedWindow, testing::ByHand};
/// use std::time::Duration;
///
/// let second = Timestamp::from_secs;
/// let mut hand = ByHand::new(TimedWindow::with(Duration::from_secs(10), Count));
/// hand.start(second(0));
/// assert!(hand.item(second(3), "a").is_empty());
/// assert_eq!(hand.deadline(), Some(second(10)));
/// assert!(hand.time(second(9)).is_empty());
/// assert_eq!(hand.time(second(10))[0].value, 1);
/// hand.item(second(12), "b");
/// assert_eq!(hand.end(second(13)).len(), 1);
/// assert!(hand.drain().is_empty());
/// ```
pub struct ByHand<O, In> {
    operator: O,
    timed: bool,
    stage: Stage,
    input: PhantomData<fn(In)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    New,
    Started,
    Ended,
}

impl<O, In> ByHand<O, In>
where
    O: Operator<In>,
{
    /// Takes the operator in hand.
    pub fn new(operator: O) -> Self {
        let timed = operator.is_timed();
        Self { operator, timed, stage: Stage::New, input: PhantomData }
    }

    /// Lets time begin. This must come first.
    ///
    /// # Panics
    /// If it has been called before, or the operator breaks a rule.
    #[track_caller]
    pub fn start(&mut self, at: Timestamp) {
        self.try_start(at).unwrap_or_else(|rule| panic!("{rule}"));
    }

    /// Hands an item over and returns what comes out.
    ///
    /// # Panics
    /// If the operator wants no input, time has not begun or the input has ended, or the operator breaks a rule.
    #[track_caller]
    pub fn item(&mut self, at: Timestamp, item: In) -> Vec<O::Out> {
        self.try_item(at, item).unwrap_or_else(|rule| panic!("{rule}"))
    }

    /// Says that it is `at` now, and returns what comes out: nothing unless the operator's deadline is reached, as a
    /// driver would not tell it otherwise.
    ///
    /// # Panics
    /// If time has not begun, or the operator breaks a rule.
    #[track_caller]
    pub fn time(&mut self, at: Timestamp) -> Vec<O::Out> {
        self.try_time(at).unwrap_or_else(|rule| panic!("{rule}"))
    }

    /// Ends the input and returns what comes out at once; [`drain`](Self::drain) gives the rest.
    ///
    /// # Panics
    /// If time has not begun or the input has ended before, or the operator breaks a rule.
    #[track_caller]
    pub fn end(&mut self, at: Timestamp) -> Vec<O::Out> {
        self.try_end(at).unwrap_or_else(|rule| panic!("{rule}"))
    }

    /// Serves the deadlines that are left after the end, each as soon as it is reached, and returns what comes out.
    ///
    /// # Panics
    /// If the input has not ended, the operator has no last deadline, its [`size_hint`](Operator::size_hint) did
    /// not say how much would come, or it breaks another rule.
    #[track_caller]
    pub fn drain(&mut self) -> Vec<O::Out> {
        self.try_drain().unwrap_or_else(|rule| panic!("{rule}"))
    }

    /// The operator's next deadline.
    pub fn deadline(&self) -> Option<Timestamp> {
        self.operator.deadline()
    }

    /// Whether the next item may come.
    pub fn wants_input(&self) -> bool {
        self.stage != Stage::Ended && self.operator.wants_input()
    }

    /// The operator.
    pub fn operator(&self) -> &O {
        &self.operator
    }

    pub(super) fn try_start(&mut self, at: Timestamp) -> Result<(), Broken> {
        if self.stage != Stage::New {
            return Err(self.test_broke("time begins once, before all else: `start` was called again"));
        }
        self.stage = Stage::Started;
        self.operator.on_start(at);
        self.look(())
    }

    pub(super) fn try_item(&mut self, at: Timestamp, item: In) -> Result<Vec<O::Out>, Broken> {
        self.must_be_running("an item")?;
        if !self.operator.wants_input() {
            return Err(self.test_broke("no item while the operator wants no input: serve its deadline first"));
        }
        let mut out = Vec::new();
        let may_emit = self.operator.emits_on_item();
        self.operator.on_item(item, at, &mut |output| out.push(output));
        self.plain_emits_at_most(1, &out)?;
        if !may_emit && (!out.is_empty() || self.operator.is_finished()) {
            let rule = "`emits_on_item()` was false, so the item may bring no output and no end, but it did";
            return Err(self.operator_broke(rule.to_owned()));
        }
        self.look(out)
    }

    pub(super) fn try_time(&mut self, at: Timestamp) -> Result<Vec<O::Out>, Broken> {
        if self.stage == Stage::New {
            return Err(self.test_broke("time begins first: call `start` before `time`"));
        }
        let mut out = Vec::new();
        if self.operator.deadline().is_some_and(|deadline| deadline <= at) {
            self.operator.on_time(at, &mut |output| out.push(output));
            // There is nothing later than the end of time.
            if let Some(next) = self.operator.deadline().filter(|next| *next <= at && at < Timestamp::MAX) {
                let rule =
                    format!("after `on_time({at:?})` the deadline must be later than that or none, but it is {next:?}");
                return Err(self.operator_broke(rule));
            }
        }
        self.look(out)
    }

    pub(super) fn try_end(&mut self, at: Timestamp) -> Result<Vec<O::Out>, Broken> {
        self.must_be_running("the end")?;
        self.stage = Stage::Ended;
        let mut out = Vec::new();
        self.operator.on_end(at, &mut |output| out.push(output));
        self.plain_emits_at_most(0, &out)?;
        self.look(out)
    }

    fn plain_emits_at_most(&self, most: usize, out: &[O::Out]) -> Result<(), Broken> {
        if self.operator.is_plain() && out.len() > most {
            let rule = format!("`is_plain()` is true, so at most {most} outputs may come here, but {} did", out.len());
            return Err(self.operator_broke(rule));
        }
        Ok(())
    }

    pub(super) fn try_drain(&mut self) -> Result<Vec<O::Out>, Broken> {
        if self.stage != Stage::Ended {
            return Err(self.test_broke("`drain` comes after `end`"));
        }
        let (least, most) = self.operator.size_hint((0, Some(0)));
        let mut out = Vec::new();
        for _ in 0..MOST_DEADLINES {
            let Some(deadline) = self.operator.deadline() else {
                let n = out.len();
                if n < least || most.is_some_and(|most| most < n) {
                    let rule = format!("`size_hint((0, Some(0)))` was ({least}, {most:?}) after the end, but {n} came");
                    return Err(self.operator_broke(rule));
                }
                return Ok(out);
            };
            out.append(&mut self.try_time(deadline)?);
        }
        let rule = format!("after the end the deadlines must come to one, but {MOST_DEADLINES} were not the last");
        Err(self.operator_broke(rule))
    }

    fn must_be_running(&self, what: &str) -> Result<(), Broken> {
        match self.stage {
            Stage::Started => Ok(()),
            Stage::New => Err(self.test_broke(&format!("time begins first: call `start` before {what}"))),
            Stage::Ended => Err(self.test_broke(&format!("the input has ended: {what} can't come after that"))),
        }
    }

    /// What must hold between any two calls.
    fn look<R>(&self, result: R) -> Result<R, Broken> {
        let deadline = self.operator.deadline();
        if self.operator.is_timed() != self.timed {
            return Err(self.operator_broke("the answer of `is_timed` must not change".into()));
        }
        if let Some(deadline) = deadline.filter(|_| !self.timed) {
            let rule = format!("an operator that says it is not timed has no deadline, but this one has {deadline:?}");
            return Err(self.operator_broke(rule));
        }
        Ok(result)
    }

    fn operator_broke(&self, rule: String) -> Broken {
        Broken { rule, message: format!("{} breaks the contract", std::any::type_name::<O>()) }
    }

    fn test_broke(&self, rule: &str) -> Broken {
        Broken { rule: rule.into(), message: format!("the test calls {} wrongly", std::any::type_name::<O>()) }
    }
}

impl<O: fmt::Debug, In> fmt::Debug for ByHand<O, In> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByHand").field("operator", &self.operator).field("stage", &self.stage).finish_non_exhaustive()
    }
}

/// A rule of the contract that was broken, and by whom.
#[derive(Debug)]
pub(super) struct Broken {
    pub(super) rule: String,
    message: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.message, self.rule)
    }
}
