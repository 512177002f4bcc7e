//! [`Text`]: a source of lines.

use std::time::Duration;

use futures_util::StreamExt;
use metrix::size;
use metrix_io::{Chunk, Chunks, Follow, Input, InputError, Line, LineError, ParseLine, Progress};
use tokio::task::yield_now;
use tokio::time::timeout;

use super::account::Account;
use super::feed::Feed;
use super::parser::Parser;
use super::setup::Setup;
use super::stop::Why;
use super::turns::Turn;
use crate::config::TextInput;

/// So many chunks, of 64 KiB each, are read ahead.
const AHEAD: usize = 16;

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
    has_ended: bool,
}

impl Text {
    pub(crate) fn open(input: &TextInput, parser: Parser, setup: Setup) -> Result<Self, InputError> {
        let builder = Input::builder(&input.path);
        let input = if input.follow { builder.follow(Follow::FromStart) } else { builder }.open()?;
        let (progress, account) = (input.progress(), Account::new(input.name().to_owned(), setup.faults()));
        Ok(Self { chunks: input.chunks(size(AHEAD))?, progress, parser, setup, account, has_ended: false })
    }

    pub(crate) fn name(&self) -> &str {
        &self.account.name
    }

    pub(crate) fn progress(&self) -> Progress {
        self.progress.clone()
    }

    /// Reads it to its end, or until the run is to stop; by turns, if others are read beside it.
    pub(crate) async fn read(&mut self, feed: &mut Feed, mut turn: Option<Turn<'_>>) {
        while let Some(chunk) = self.next_chunk().await {
            match chunk {
                Ok(chunk) => {
                    if !self.read_chunk(&chunk, feed, turn.as_mut()).await {
                        return;
                    }
                }
                Err(error) => {
                    self.account.failed = true;
                    self.setup.voice.say(error);
                }
            }
            // There are others to run, timers above all.
            yield_now().await;
        }
        self.has_ended = self.setup.stop.why().is_none();
    }

    /// Whether it was read to its end.
    pub(crate) fn has_ended(&self) -> bool {
        self.has_ended
    }

    /// What came of it; `feed` is what it was read into.
    pub(crate) fn into_account(self, feed: &Feed) -> Account {
        let (readings, skipped) = (feed.readings(), self.parser.skipped());
        let others = vec![
            (self.parser.forgotten(), "gauges forgotten, since there are so many"),
            (feed.untimed(), "without a time, taken at the time when they were read by streams that go by it"),
        ];
        Account { readings, skipped, others, ..self.account }
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

    /// Tells whether it goes on after that.
    async fn read_chunk(&mut self, chunk: &Chunk, feed: &mut Feed, mut turn: Option<&mut Turn<'_>>) -> bool {
        for line in chunk.lines() {
            if let Some(turn) = turn.as_mut().filter(|turn| !turn.is_there()) {
                turn.comes().await;
                if self.setup.stop.why().is_some_and(|why| !why.sends_what_was_read()) {
                    return false;
                }
            }
            let goes_on = self.read_line(line, feed);
            if feed.holds() {
                feed.send_held().await;
            }
            if !goes_on {
                return false;
            }
            if let Some(turn) = &mut turn {
                turn.has_come_to(feed.newest());
            }
        }
        true
    }

    fn read_line(&mut self, line: Line<'_>, feed: &mut Feed) -> bool {
        let Self { parser, account, .. } = self;
        account.lines += 1;
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
