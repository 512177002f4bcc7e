//! `Log`: targets, levels, messages, and who hears them.

use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use metrix::sink::Log;
use metrix::{MElement, Sink, Timestamp, tags};
use serde_json::Value;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// Target, level and message.
type Heard = (String, Level, String);

/// Hears all events of a level, or of a graver one.
#[derive(Clone)]
pub(crate) struct Ear {
    level: Level,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl Ear {
    pub(crate) fn new(level: Level) -> Self {
        Self { level, heard: Arc::default() }
    }

    pub(crate) fn take(&self) -> Vec<Heard> {
        std::mem::take(&mut self.heard.lock().unwrap())
    }
}

struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        assert_eq!(field.name(), "message");
        self.0 = format!("{value:?}");
    }
}

impl Subscriber for Ear {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= self.level
    }

    fn event(&self, event: &Event<'_>) {
        let mut message = Message(String::new());
        event.record(&mut message);
        let metadata = event.metadata();
        self.heard.lock().unwrap().push((metadata.target().into(), *metadata.level(), message.0));
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

fn write(sink: &mut Log, element: MElement) {
    futures::executor::block_on(sink.write(&[element])).unwrap();
}

fn element(name: &str) -> MElement {
    MElement::new(name, 3.0, tags! { "foo" => "bar" }, Timestamp::EPOCH)
}

#[test]
fn an_element_is_an_event_of_the_target_and_level() {
    let ear = Ear::new(Level::TRACE);
    tracing::subscriber::with_default(ear.clone(), || {
        let made_at_run_time = |number: usize| format!("shop::{number}");
        for (number, level) in
            [Level::ERROR, Level::WARN, Level::INFO, Level::DEBUG, Level::TRACE].into_iter().enumerate()
        {
            let target = made_at_run_time(number);
            let mut sink = Log::new("metric: {}!").unwrap().target(target.as_str()).level(level);
            write(&mut sink, element("n.sum"));
            let message = "metric: MElement(name='n.sum', value=3, tags={'foo': 'bar'})!".to_owned();
            assert_eq!(ear.take(), [(target, level, message)]);
        }
        write(&mut Log::new("{}").unwrap(), element("n.sum"));
        let heard = ear.take();
        assert_eq!((heard[0].0.as_str(), heard[0].1), ("metrix", Level::INFO));
    });
}

#[test]
fn a_level_that_nobody_hears_is_no_event() {
    let ear = Ear::new(Level::INFO);
    tracing::subscriber::with_default(ear.clone(), || {
        let mut sink = Log::new("{}").unwrap().level(Level::DEBUG);
        write(&mut sink, element("n.sum"));
        assert_eq!(ear.take(), []);
        let mut sink = sink.level(Level::WARN);
        write(&mut sink, element("n.sum"));
        assert_eq!(ear.take().len(), 1);
    });
}

#[test]
fn control_characters_forge_no_line() {
    let ear = Ear::new(Level::INFO);
    tracing::subscriber::with_default(ear.clone(), || {
        let hostile = "a\n2026-01-01 ERROR forged\r\u{1b}[2J\u{85}\u{2028}";
        let element = MElement::new(hostile, 1.0, tags! { hostile => hostile }, Timestamp::EPOCH);
        write(&mut Log::new("metric: {}").unwrap(), element);
        let message = &ear.take()[0].2;
        assert!(!message.contains(|c: char| c.is_control() || c == '\u{2028}'), "{message:?}");
        assert_eq!(message.matches(r"a\n2026-01-01 ERROR forged\r\x1b[2J\x85\u2028").count(), 3);
    });
}

/// In each case in which Python refuses a template, we do.
#[test]
fn the_templates_that_python_refuses_are_refused() {
    let cases =
        include_str!("../data/logger_ctor.jsonl").lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut count = 0;
    for case in cases {
        let python = case["args"]["msg_fmt_str"].as_str().unwrap();
        // Python's place is `%s`, and ours `{}`.
        for template in [python.to_owned(), python.replace("%s", "{}")] {
            let error = Log::new(&template).unwrap_err().to_string();
            assert!(
                error.contains(&format!("{template:?} is invalid")) && error.contains("exactly one `{}`"),
                "{error}"
            );
            count += 1;
        }
    }
    assert_eq!(count, 8);
}

#[cfg(feature = "log")]
pub(crate) mod through_log {
    use std::sync::{Mutex, Once};

    use super::*;

    type Line = (String, log::Level, String);

    static LINES: Mutex<Vec<Line>> = Mutex::new(Vec::new());
    static SET: Once = Once::new();

    struct Logger;

    impl log::Log for Logger {
        fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
            metadata.level() <= log::Level::Debug
        }

        fn log(&self, record: &log::Record<'_>) {
            let line = (record.target().into(), record.level(), record.args().to_string());
            LINES.lock().unwrap().push(line);
        }

        fn flush(&self) {}
    }

    /// Lets the process log to here. It has one logger, so each test has its own target.
    pub(crate) fn listen() {
        SET.call_once(|| {
            log::set_logger(&Logger).unwrap();
            log::set_max_level(log::LevelFilter::Trace);
        });
    }

    /// What was logged to a target, without what was taken before.
    pub(crate) fn take(target: &str) -> Vec<Line> {
        let mut lines = LINES.lock().unwrap();
        let (taken, left) = lines.drain(..).partition(|line| line.0 == target);
        *lines = left;
        taken
    }

    #[test]
    fn an_element_is_a_record_of_the_target_and_level() {
        listen();
        let ear = Ear::new(Level::TRACE);
        tracing::subscriber::with_default(ear.clone(), || {
            let through_log = |level| Log::new("metric: {}").unwrap().target("through_log").level(level).through_log();
            write(&mut through_log(Level::WARN), element("a\nb"));
            write(&mut through_log(Level::TRACE), element("not heard"));
        });
        let message = r"metric: MElement(name='a\nb', value=3, tags={'foo': 'bar'})".to_owned();
        assert_eq!(take("through_log"), [("through_log".to_owned(), log::Level::Warn, message)]);
        assert_eq!(ear.take(), []);
    }
}
