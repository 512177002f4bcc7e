//! [`Named`]: the elements of a stream of several names, each under its own.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;
use metrix::{MElement, MStream};

use super::drained::Drained;
use super::ledger::Cut;

/// The tag in which the name of a reading goes through a stream that is called otherwise.
pub(crate) const NAME: &str = "metrix.name";

/// The elements of a stream; tells when all have been taken.
#[derive(Debug)]
pub(crate) struct Named {
    elements: MStream,
    /// Whether they have names of their own.
    is_of_several: bool,
    drained: Arc<Drained>,
    cut: Arc<Cut>,
}

impl Named {
    pub(crate) fn new(elements: MStream, is_of_several: bool, drained: Arc<Drained>, cut: Arc<Cut>) -> Self {
        Self { elements, is_of_several, drained, cut }
    }
}

/// Gives an element of such a stream the name that its readings had: of `cpu.*` and `cpu.user`, `cpu.*.mean` becomes
/// `cpu.user.mean`. The series that takes what is too much has no name but the pattern.
fn named(mut element: MElement, stream: &str) -> MElement {
    if let Some(own) = element.tags.get(NAME) {
        let agg = element.name.strip_prefix(stream).unwrap_or(&element.name);
        element.name = format!("{own}{agg}").into();
        element.tags = element.tags.without([NAME]);
    }
    element
}

impl Stream for Named {
    type Item = MElement;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<MElement>> {
        let polled = loop {
            match Pin::new(&mut self.elements).poll_next(cx) {
                Poll::Ready(Some(element)) if !self.cut.passes(&element) => {}
                polled => break polled,
            }
        };
        if !matches!(polled, Poll::Ready(Some(_))) {
            self.drained.tell();
        }
        if !self.is_of_several {
            return polled;
        }
        polled.map(|element| element.map(|element| named(element, self.elements.name())))
    }
}

/// Whoever waits for it must not wait for ever, whatever ends it.
impl Drop for Named {
    fn drop(&mut self) {
        self.drained.tell_for_ever();
    }
}

#[cfg(test)]
mod tests {
    use metrix::{Timestamp, tags};

    use super::*;

    #[test]
    fn a_name_comes_back_without_a_trace() {
        let element = |name: &str, tags| MElement::new(name, 1.0, tags, Timestamp::EPOCH);
        let tags = tags! { "core" => 0 };
        let through = element("cpu.*.mean", tags.with(NAME, "cpu.user"));
        assert_eq!(named(through, "cpu.*"), element("cpu.user.mean", tags.clone()));
        let through = element("users (set).distinct", tags.with(NAME, "users"));
        assert_eq!(named(through, "users (set)"), element("users.distinct", tags.clone()));
        for other in ["cpu.mean", "cpu.*.mean"] {
            assert_eq!(named(element(other, tags.clone()), "cpu.*"), element(other, tags.clone()));
        }
    }
}
