//! What Python's coordinator brings to its sinks.

use metrix::{CoordinatorError, MCoordinator};
use serde_json::Value;

use super::{each, good, secs, settle};
use crate::golden::{assert_is, builder, cases, tags};

#[tokio::test(start_paused = true)]
async fn every_sink_gets_what_it_gets_in_python() {
    let cases = cases("coordinator_cases.jsonl");
    assert_eq!(cases.len(), 60);
    for case in &cases {
        let number = &case["case"];
        let mut coordinator = MCoordinator::builder();
        for stream in case["streams"].as_array().unwrap() {
            coordinator = coordinator.stream(builder(stream));
        }
        let mut kept = Vec::new();
        for place in 0..case["n_sinks"].as_u64().unwrap() {
            let (sink, kept_by_it) = good();
            coordinator = coordinator.sink(format!("sink {place}"), sink);
            kept.push(kept_by_it);
        }
        let coordinator = coordinator.start().unwrap();
        for send in case["sends"].as_array().unwrap() {
            let (name, value) = (send["name"].as_str().unwrap(), send["value"].as_f64().unwrap());
            coordinator.send_with(name, value, tags(&send["tags"])).unwrap();
            // What a batch gives is at the sinks before the next value comes: so is Python's order among streams.
            settle().await;
        }
        let expected = case["expected_each_sink"].as_array().unwrap();
        assert!(!kept.is_empty());
        for kept in &kept {
            let given = kept.written();
            assert_eq!(given.len(), expected.len(), "{number}");
            given.iter().zip(expected).for_each(|(given, expected)| assert_is(given, expected, number));
        }
        // The last, unfinished batches, which never come in Python.
        let report = coordinator.shutdown(secs(10)).await;
        let taken: u64 = report.streams.values().map(|stream| stream.accepted).sum();
        assert_eq!(taken, case["sends"].as_array().unwrap().len() as u64, "{number}");
        let given: u64 = report.streams.values().map(|stream| stream.emitted).sum();
        assert!(
            report.is_complete() && report.sinks.values().all(|sink| sink.delivered == given),
            "{number}: {report}"
        );
        assert!(kept.iter().all(|kept| kept.written().len() as u64 == given && kept.closes() == 1), "{number}");
    }
}

/// Where Python refuses a name or a rate limit, so do we: with an error, or by type.
#[tokio::test(start_paused = true)]
async fn refused_names_and_rate_limits() {
    let kind_is = |case: &Value, kind: &str| case["kind"].as_str().unwrap() == kind;
    let cases = cases("cases_errors.jsonl");
    let unknown: Vec<_> = cases
        .iter()
        .filter(|case| kind_is(case, "mcoordinator_send_unknown") || kind_is(case, "mcoordinator_timer_unknown"))
        .collect();
    assert_eq!(unknown.len(), 2);
    for case in unknown {
        let known = case["args"]["streams"].as_array().unwrap().iter().map(|name| name.as_str().unwrap());
        let (sink, _) = good();
        let coordinator = MCoordinator::builder().sink("kept", sink);
        let coordinator = known.clone().fold(coordinator, |coordinator, name| coordinator.stream(each(name)));
        let coordinator = coordinator.start().unwrap();
        let name = case["args"]["name"].as_str().unwrap();
        let error = if kind_is(case, "mcoordinator_send_unknown") {
            coordinator.send(name, 1.0).unwrap_err()
        } else {
            coordinator.timer(name).unwrap_err()
        };
        let known: Vec<_> = known.map(Into::into).collect();
        assert_eq!(error, CoordinatorError::UnknownStream { given: name.to_owned(), known });
        assert_eq!(error.to_string(), r#"there is no stream "nope" (known are "known")"#);
        assert!(coordinator.send("known", 1.0).is_ok());
        coordinator.shutdown(secs(10)).await;
    }
    // A rate limit here is one duration for all or an option of one sink, so that neither a list of another length than
    // that of the sinks nor another type compiles: see the docs of `MCoordinatorBuilder::rate_limit`.
    let by_type = cases.iter().filter(|case| kind_is(case, "mcoordinator_ctor"));
    let by_type: Vec<_> = by_type.filter(|case| !case["args"]["rate_limit"].is_number()).collect();
    assert_eq!(by_type.len(), 6);
}
