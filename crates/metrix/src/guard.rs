//! [`guard`]: where the panics of code that isn't ours end.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs `f`, and gives the message of its panic if it does panic. What `f` has left half-done, the caller must not use.
pub(crate) fn guard<R>(f: impl FnOnce() -> R) -> Result<R, String> {
    catch_unwind(AssertUnwindSafe(f)).map_err(message)
}

/// What a panic said.
pub(crate) fn message(payload: Box<dyn Any + Send>) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let message = text.unwrap_or("a panic without a message").to_owned();
    // A payload can be any value, also one that panics when it is dropped.
    if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(second);
    }
    message
}

#[cfg(test)]
mod tests {
    use super::guard;

    struct PanicsOnDrop;

    impl Drop for PanicsOnDrop {
        fn drop(&mut self) {
            std::panic::panic_any(PanicsOnDrop);
        }
    }

    #[test]
    fn the_message_is_kept() {
        assert_eq!(guard(|| 1), Ok(1));
        assert_eq!(guard(|| -> u8 { panic!("no") }), Err("no".to_owned()));
        assert_eq!(guard(|| -> u8 { panic!("no {}", 1) }), Err("no 1".to_owned()));
        assert_eq!(guard(|| -> u8 { std::panic::panic_any(1) }), Err("a panic without a message".to_owned()));
    }

    #[test]
    fn not_even_the_payload_gets_out() {
        assert!(guard(|| -> u8 { std::panic::panic_any(PanicsOnDrop) }).is_err());
    }
}
