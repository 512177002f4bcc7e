//! [`Text`]: a source of lines.

use std::collections::VecDeque;
use std::time::Duration;

use futures_util::StreamExt;
use metrix::size;
use metrix_io::{Chunk, Chunks, Follow, Input, InputError, Line, LineError, ParseLine, Progress};
use tokio::sync::oneshot;
use tokio::task::yield_now;
use tokio::time::timeout;

use super::account::Account;
use super::crew::Crew;
use super::feed::Feed;
use super::parser::Parser;
use super::setup::Setup;
use super::steps::{Step, Steps};
use super::stop::Why;
use super::turns::Turn;
use crate::config::TextInput;

/// So many chunks, of 128 KiB each, are read ahead.
const AHEAD: usize = 2;

/// A read that takes longer than this, when the run is to end, is one that waits for something to come.
const PATIENCE: Duration = Duration::from_millis(100);

/// A source of lines.
#[derive(Debug)]
pub(crate) struct Text {
    chunks: Chunks,
    progress: Progress,
    parser: Parser,
    setup: Setup,
    account: Account,
    skipped: u64,
    has_ended: bool,
}

/// Steps that somebody is at, in the order of their chunks.
#[derive(Debug, Default)]
struct Pending {
    steps: VecDeque<oneshot::Receiver<Steps>>,
    /// Why there are no more chunks, if something is wrong.
    error: Option<InputError>,
    is_read_up: bool,
}

impl Text {
    pub(crate) fn open(input: &TextInput, parser: Parser, setup: Setup) -> Result<Self, InputError> {
        let builder = Input::builder(&input.path);
        let input = if input.follow { builder.follow(Follow::FromStart) } else { builder }.open()?;
        let (progress, account) = (input.progress(), Account::new(input.name().to_owned(), setup.faults()));
        Ok(Self { chunks: input.chunks(size(AHEAD))?, progress, parser, setup, account, skipped: 0, has_ended: false })
    }

    pub(crate) fn name(&self) -> &str {
        &self.account.name
    }

    pub(crate) fn progress(&self) -> Progress {
        self.progress.clone()
    }

    /// Reads it to its end, or until the run is to stop; by turns, if others are read beside it. So many threads understand
    /// what is read.
    pub(crate) async fn read(&mut self, feed: &mut Feed, mut turn: Option<Turn<'_>>, threads: usize) {
        let (mut crew, mut pending) = (Crew::new(&self.parser, threads), Pending::default());
        while let Some(steps) = self.next_steps(&mut crew, &mut pending).await {
            let Ok(steps) = steps else {
                self.account.failed = true;
                self.setup.voice.say(format_args!("{}: what reads its lines has panicked", self.account.name));
                return;
            };
            if !self.go(&steps, feed, turn.as_mut()).await {
                return;
            }
            self.chunks.reuse(crew.take_back(steps));
            // There are others to run, timers above all.
            yield_now().await;
        }
        if let Some(error) = pending.error {
            self.account.failed = true;
            self.setup.voice.say(error);
        }
        self.has_ended = self.setup.stop.why().is_none();
    }

    /// Whether it was read to its end.
    pub(crate) fn has_ended(&self) -> bool {
        self.has_ended
    }

    /// What came of it; `feed` is what it was read into.
    pub(crate) fn into_account(self, feed: &Feed) -> Account {
        let (readings, skipped) = (feed.readings(), self.skipped + self.parser.skipped());
        let others = vec![
            (self.parser.forgotten(), "gauges forgotten, since there are so many"),
            (feed.untimed(), "without a time, taken at the time when they were read by streams that go by it"),
        ];
        Account { readings, skipped, others, ..self.account }
    }

    /// The steps of the next chunk, while the crew is at those after it.
    async fn next_steps(
        &mut self,
        crew: &mut Crew,
        pending: &mut Pending,
    ) -> Option<Result<Steps, oneshot::error::RecvError>> {
        loop {
            if self.setup.stop.why().is_some_and(|why| !why.sends_what_was_read()) {
                return None;
            }
            let Pending { steps, error, is_read_up } = pending;
            let has_room = !*is_read_up && steps.len() < crew.most();
            let first = async {
                match steps.front_mut() {
                    Some(first) => Some(first.await),
                    None => None,
                }
            };
            tokio::select! {
                biased;
                chunk = self.next_chunk(), if has_room => match chunk {
                    Some(Ok(chunk)) => steps.push_back(crew.give(chunk)),
                    Some(Err(wrong)) => *error = Some(wrong),
                    None => *is_read_up = true,
                },
                Some(first) = first => {
                    steps.pop_front();
                    return Some(first);
                }
                else => return None,
            }
        }
    }

    async fn next_chunk(&mut self) -> Option<Result<Chunk, InputError>> {
        loop {
            match self.setup.stop.why() {
                None => tokio::select! {
                    biased;
                    _ = self.setup.stop.asked() => {}
                    chunk = self.chunks.next() => return chunk,
                },
                Some(why) if !why.sends_what_was_read() => return None,
                Some(_) => {
                    self.chunks.close();
                    match timeout(PATIENCE, self.chunks.next()).await {
                        Ok(chunk) => return chunk,
                        Err(_) if self.chunks.waits() => return None,
                        Err(_) => {}
                    }
                }
            }
        }
    }

    /// Goes the steps of a chunk; tells whether it goes on after that.
    async fn go(&mut self, steps: &Steps, feed: &mut Feed, mut turn: Option<&mut Turn<'_>>) -> bool {
        feed.learn(steps);
        let before = self.account.lines;
        let (mut lines, mut passed, mut present) = (steps.chunk.lines(), 0, None);
        for step in &steps.steps {
            let place = step.line();
            if present.replace(place) != Some(place) {
                self.account.lines = before + u64::from(place);
                if let Some(turn) = &mut turn {
                    turn.has_come_to(feed.newest());
                    if !turn.is_there() {
                        turn.comes().await;
                        if self.setup.stop.why().is_some_and(|why| !why.sends_what_was_read()) {
                            return false;
                        }
                    }
                }
                self.account.lines += 1;
            }
            let mut goes_on = true;
            match *step {
                Step::Send { series, value, at, copies, .. } => {
                    feed.send_known((steps.hand, series), (value, at), copies);
                }
                Step::Skip { .. } => self.skipped += 1,
                Step::Wrong { kind, .. } if !self.setup.strict && self.account.faults.add_again(kind) => {}
                Step::Wrong { line, .. } | Step::Read { line } => {
                    let text = lines.nth((line - passed) as usize);
                    passed = line + 1;
                    goes_on = text.is_none_or(|text| self.read_line(text, feed));
                }
            }
            if feed.holds() {
                feed.send_held().await;
            }
            if !goes_on {
                return false;
            }
        }
        self.account.lines = before + u64::from(steps.lines);
        if let Some(turn) = turn {
            turn.has_come_to(feed.newest());
        }
        true
    }

    fn read_line(&mut self, line: Line<'_>, feed: &mut Feed) -> bool {
        let Self { parser, account, .. } = self;
        let parsed = match line.text {
            Some(text) => parser.parse(text, &mut |reading| feed.send(&reading)),
            None => Err(LineError::new("too long", 0, "the line is longer than 1 MiB, and passed over: shorten it")),
        };
        let Err(fault) = parsed else { return true };
        account.faults.add(fault.kind, format_args!("{}:{}:{fault}", account.name, line.number));
        if self.setup.strict {
            self.setup.stop.ask(Why::WrongLine);
        }
        !self.setup.strict
    }
}
