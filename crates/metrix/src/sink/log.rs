//! [`Log`]: an element an event of the log.

mod callsite;
mod template;

use std::fmt;

use tracing_core::Level;

use self::callsite::Callsite;
use super::closed::Closed;
use super::repr::repr;
use crate::{MElement, Sink, WriteError};

use self::template::Template;
pub use self::template::TemplateError;

/// A sink that logs each element, through `tracing`.
///
/// The message is a template with one `{}` in it, where the element stands as [`Print`](super::Print) writes it; so no text
/// in it can forge a line of the log. The target is `metrix` and the level `INFO` unless you say otherwise.
///
/// An element counts as written when it was handed over, even if nobody listens at that level. Nothing waits.
///
/// ```
/// use metrix::{MElement, Sink, Timestamp, sink::Log, tags};
///
/// # futures::executor::block_on(async {
/// let mut sink = Log::new("metric: {}")?.target("shop::metrics").level(tracing::Level::DEBUG);
/// sink.write(&[MElement::new("n.sum", 3.0, tags! { "foo" => "bar" }, Timestamp::EPOCH)]).await?;
/// // DEBUG shop::metrics: metric: MElement(name='n.sum', value=3, tags={'foo': 'bar'})
///
/// let error = Log::new("metric: %s").unwrap_err();
/// assert!(error.to_string().contains("exactly one `{}`"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
///
/// Memory: none of its own; `tracing` never forgets a target, so a process keeps each pair of a target and level that was
/// used, once.
pub struct Log {
    template: Template,
    target: String,
    level: Level,
    /// Where events are born; made for the first one.
    callsite: Option<&'static Callsite>,
    #[cfg(feature = "log")]
    through_log: bool,
    closed: bool,
}

impl Log {
    /// Logs messages made by this template: any text with `{}` in one place. `{{` and `}}` stand for braces.
    ///
    /// # Errors
    /// If there is no `{}`, or more than one, or a brace by itself, or a control character such as a line break.
    pub fn new(template: &str) -> Result<Self, TemplateError> {
        Ok(Self {
            template: template.parse()?,
            target: "metrix".into(),
            level: Level::INFO,
            callsite: None,
            #[cfg(feature = "log")]
            through_log: false,
            closed: false,
        })
    }

    /// Logs under this target, by which filters choose.
    pub fn target(self, target: impl Into<String>) -> Self {
        Self { target: target.into(), callsite: None, ..self }
    }

    /// Logs at this level.
    pub fn level(self, level: Level) -> Self {
        Self { level, callsite: None, ..self }
    }

    /// Logs through the `log` crate in the place of `tracing` (feature `log`).
    ///
    /// ```
    /// use metrix::sink::Log;
    ///
    /// let sink = Log::new("metric: {}")?.through_log();
    /// assert!(format!("{sink:?}").contains("through_log: true"));
    /// # Ok::<(), metrix::sink::TemplateError>(())
    /// ```
    #[cfg(feature = "log")]
    pub fn through_log(self) -> Self {
        Self { through_log: true, ..self }
    }

    #[cfg(feature = "log")]
    fn level_of_log(&self) -> log::Level {
        match self.level {
            Level::ERROR => log::Level::Error,
            Level::WARN => log::Level::Warn,
            Level::INFO => log::Level::Info,
            Level::DEBUG => log::Level::Debug,
            Level::TRACE => log::Level::Trace,
        }
    }

    fn send(&mut self, batch: &[MElement]) {
        #[cfg(feature = "log")]
        if self.through_log {
            let level = self.level_of_log();
            if log::log_enabled!(target: &self.target, level) {
                for element in batch {
                    log::log!(target: &self.target, level, "{}", self.message(element));
                }
            }
            return;
        }
        let (target, level) = (&self.target, self.level);
        let callsite = *self.callsite.get_or_insert_with(|| Callsite::of(target, level));
        for element in batch {
            callsite.event(|| self.message(element));
        }
    }

    fn message(&self, element: &MElement) -> String {
        self.template.fill(|text| repr(element, text))
    }
}

impl Sink for Log {
    async fn write(&mut self, batch: &[MElement]) -> Result<(), WriteError> {
        if self.closed {
            return Err(Closed::refuse("log"));
        }
        self.send(batch);
        Ok(())
    }

    async fn close(&mut self) -> Result<(), WriteError> {
        self.closed = true;
        Ok(())
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut log = f.debug_struct("Log");
        log.field("template", &self.template).field("target", &self.target).field("level", &self.level);
        #[cfg(feature = "log")]
        log.field("through_log", &self.through_log);
        log.field("closed", &self.closed).finish_non_exhaustive()
    }
}
