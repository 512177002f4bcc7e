//! Texts of tags, and wakers, that run code of their own while a value is sent.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Wake, Waker};

use metrix::{MSender, tags};
use tokio::time::advance;

use super::*;

/// Panics at one look of many.
struct Panics<'a> {
    text: &'a str,
    looks: &'a Cell<u32>,
    at: u32,
}

impl AsRef<str> for Panics<'_> {
    fn as_ref(&self) -> &str {
        self.looks.set(self.looks.get() + 1);
        assert_ne!(self.looks.get(), self.at, "this is the look to panic at");
        self.text
    }
}

#[test]
fn a_text_that_panics_does_no_harm() {
    let (sender, stream) = of_batches(53).build().unwrap();
    let over = sender.with(tags! { "a" => "0", "c" => "0" });
    let family = sender.by(["a", "b"]);
    let mut taken = 0;
    // Of series that are known, and of new ones.
    for round in 0..20_u32 {
        for at in 1..40 {
            let (looks, value) = (Cell::new(0), (round / 2).to_string());
            let text = |text| Panics { text, looks: &looks, at };
            let pairs = || [(text("a"), text(&value)), (text("b"), text("1"))];
            let sends: [&dyn Fn(); 4] = [
                &|| sender.send_with(1.0, pairs()),
                &|| over.send_with(1.0, pairs()),
                &|| sender.send_with(1.0, pairs().as_slice()),
                &|| family.send(1.0, [text(&value), text("1")]),
            ];
            for send in sends {
                looks.set(0);
                let sent = catch_unwind(AssertUnwindSafe(send)).is_ok();
                assert_eq!(sent, looks.get() < at);
                taken += u64::from(sent);
            }
        }
    }
    assert!(taken > 100, "{taken}");
    assert_eq!(sender.stats().accepted, taken);
    sender.close();
    assert_eq!(totals(&rest(stream)), (taken as f64, taken as f64));
}

/// Sends to a stream at each look.
struct Sends<'a> {
    text: &'a str,
    sender: &'a MSender,
    looks: &'a Cell<u64>,
}

impl AsRef<str> for Sends<'_> {
    fn as_ref(&self) -> &str {
        self.looks.set(self.looks.get() + 1);
        self.sender.try_send(1.0).unwrap();
        self.sender.try_send_with(1.0, [("a", "1"), ("b", "2")]).unwrap();
        self.text
    }
}

#[test]
fn a_text_may_send_to_the_stream_that_it_is_sent_to() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let _clock = runtime.enter();
    for builder in [of_batches(1), of_batches(2), of_batches(7), of_batches(1000), of_windows()] {
        let (sender, mut stream) = builder.build().unwrap();
        let mut elements = ready(&mut stream);
        let bound = sender.with(tags! { "c" => "3" });
        let family = bound.by(["a", "b"]);
        let looks = Cell::new(0);
        let text = |text| Sends { text, sender: &bound, looks: &looks };
        for _ in 0..100 {
            sender.try_send_with(1.0, [(text("a"), text("1")), (text("b"), text("2"))]).unwrap();
            bound.try_send_with(1.0, [(text("a"), text("1")), (text("b"), text("2"))]).unwrap();
            family.try_send(1.0, [text("1"), text("2")]).unwrap();
        }
        let sent = 300 + 2 * looks.get();
        assert_eq!(sender.stats().accepted, sent);
        sender.close();
        elements.extend(rest(stream));
        assert_eq!(totals(&elements), (sent as f64, sent as f64));
    }
}

/// Sends to a stream that is new at each look.
struct Makes<'a>(&'a Cell<u64>);

impl AsRef<str> for Makes<'_> {
    fn as_ref(&self) -> &str {
        let (sender, stream) = of_batches(3).build().unwrap();
        for value in 0..7 {
            sender.try_send_with(f64::from(value), [("x", "y")]).unwrap();
        }
        sender.close();
        assert_eq!(totals(&rest(stream)), (7.0, 21.0));
        self.0.set(self.0.get() + 1);
        "new"
    }
}

#[test]
fn a_text_may_make_a_stream_and_send_to_it() {
    let (sender, stream) = of_batches(1000).build().unwrap();
    let looks = Cell::new(0);
    (0..20).for_each(|_| sender.try_send_with(1.0, [("a", Makes(&looks))]).unwrap());
    assert!(looks.get() >= 20);
    sender.close();
    assert_eq!(counts(&rest(stream)), [(tags! { "a" => "new" }, 20.0)]);
}

/// Panics once.
struct PanicsOnce(AtomicBool);

impl Wake for PanicsOnce {
    fn wake(self: Arc<Self>) {
        assert!(self.0.swap(true, Ordering::Relaxed), "the first time");
    }
}

#[tokio::test(start_paused = true)]
async fn a_waker_that_panics_does_no_harm() {
    let (sender, mut stream) = of_windows().build().unwrap();
    let waker = Waker::from(Arc::new(PanicsOnce(AtomicBool::new(false))));
    assert!(stream.poll_next_unpin(&mut Context::from_waker(&waker)).is_pending());
    let send = || sender.send_with(1.0, tags! { "a" => 1 });
    catch_unwind(AssertUnwindSafe(send)).unwrap_err();
    send();
    send();
    advance(SECOND).await;
    assert_eq!(counts(&ready(&mut stream)), [(tags! { "a" => 1 }, 3.0)]);
}
