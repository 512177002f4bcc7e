//! What an error says, with its causes.

use std::error::Error;

use metrix::{Agg, CoordinatorError, MCoordinator, MStream, WriteError, size};

/// The error and its causes, each after a colon.
pub(crate) fn chain(error: &dyn Error) -> String {
    let cause = error.source().map_or_else(String::new, |cause| format!(": {}", chain(cause)));
    format!("{error}{cause}")
}

/// Says a thing once: none of an error's causes stands in what it says itself.
#[track_caller]
fn check(error: &dyn Error, expected: &[&str]) {
    let mut said = vec![error.to_string()];
    let mut last = error;
    while let Some(cause) = last.source() {
        said.push(cause.to_string());
        last = cause;
    }
    assert_eq!(said, expected);
}

#[test]
fn no_error_repeats_its_source() {
    check(&WriteError::refused("no tags"), &["refused", "no tags"]);
    check(&WriteError::retryable("busy"), &["not written, another try may help", "busy"]);
    let unknown = "summ".parse::<Agg>().unwrap_err().to_string();
    let error = MStream::builder("m").batch(size(1)).agg("summ").build().unwrap_err();
    // Errors of ours inside say all at once, so that whoever shows only the message shows the mend.
    let expected = [&*format!("the stream \"m\": {unknown}")];
    check(&error, &expected);
    check(&CoordinatorError::from(error), &expected);
}

#[tokio::test(start_paused = true)]
async fn a_length_of_time_that_can_not_be_is_named() {
    use metrix::Windows;
    use std::time::Duration;

    let of = |windows: Windows| MStream::builder("m").window(windows).agg("sum").build().unwrap_err();
    let second = Duration::from_secs(1);
    let interval = "an interval of 0ns is not possible: it must be more than 0 s and at most 9223372036 s";
    for (error, expected) in [
        (of(Windows::every(Duration::ZERO)), "the stream \"m\" can't have windows of this length"),
        (
            of(Windows::every(second).event_time(second).idle(Duration::ZERO)),
            "the stream \"m\" can't have an idle time of this length",
        ),
    ] {
        check(&error, &[&*format!("{expected}: {interval}")]);
    }
    let error = MCoordinator::builder().own_metrics(Duration::ZERO).start().unwrap_err();
    check(&error, &[&*format!("own metrics can't be given at this pace: {interval}")]);
}
