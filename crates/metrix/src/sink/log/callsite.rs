//! [`Callsite`]: where events with a target that is known only at run time are born.

use std::collections::HashMap;
use std::fmt::{self, Display};
use std::sync::{LazyLock, Mutex, OnceLock, PoisonError};

use tracing_core::callsite::{self, Identifier};
use tracing_core::field::{FieldSet, Value};
use tracing_core::metadata::Kind;
use tracing_core::subscriber::Interest;
use tracing_core::{Event, Level, Metadata, dispatcher};

/// A callsite made at run time. The macros of `tracing` make them when the program is compiled, and so fix the target.
pub(super) struct Callsite {
    metadata: OnceLock<Metadata<'static>>,
}

/// All that were made. `tracing` keeps a callsite for ever, so each is made once.
static ALL: LazyLock<Mutex<HashMap<(String, Level), &'static Callsite>>> = LazyLock::new(Mutex::default);

impl Callsite {
    /// That of this target and level.
    pub(super) fn of(target: &str, level: Level) -> &'static Self {
        // The table is whole at each step, so a panic elsewhere does no harm.
        let mut all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry((target.into(), level)).or_insert_with(|| Self::make(target, level))
    }

    fn make(target: &str, level: Level) -> &'static Self {
        let target: &'static str = Box::leak(target.into());
        let this: &'static Self = Box::leak(Box::new(Self { metadata: OnceLock::new() }));
        let fields = FieldSet::new(&["message"], Identifier(this));
        let metadata =
            Metadata::new("metric", target, level, Some(file!()), None, Some(module_path!()), fields, Kind::EVENT);
        this.metadata.get_or_init(|| metadata);
        callsite::register(this);
        this
    }

    /// Hands a message to whoever listens; it is made only then.
    pub(super) fn event(&'static self, message: impl FnOnce() -> String) {
        let metadata = self.known();
        dispatcher::get_default(|listener| listener.enabled(metadata)).then(|| {
            let message = message();
            let field = metadata.fields().iter().next().expect("the set was made with one field");
            // As the macros do: a `Display` that `Debug` gives too, so that no quotes are put around it.
            let message = tracing_core::field::display(&message as &dyn Display);
            Event::dispatch(metadata, &metadata.fields().value_set(&[(&field, Some(&message as &dyn Value))]));
        });
    }

    fn known(&self) -> &Metadata<'static> {
        self.metadata.get().expect("it is set before anybody gets to see the callsite")
    }
}

impl callsite::Callsite for Callsite {
    /// Listeners are asked each time, at the cost of a call, so that nothing is kept here.
    fn set_interest(&self, _: Interest) {}

    fn metadata(&self) -> &Metadata<'_> {
        self.known()
    }
}

impl fmt::Debug for Callsite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callsite").field("metadata", &self.metadata.get().map(Metadata::target)).finish()
    }
}
