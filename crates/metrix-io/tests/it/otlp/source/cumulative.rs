//! Cumulative points come as increases.

use metrix::Timestamp;
use metrix_io::sources::otlp::Histograms;
use serde_json::{Value, json};

use super::{export, export_of, server};

fn sum(temporality: i64, is_monotonic: bool, points: Value) -> Value {
    json!([{"name": "n", "sum": {"aggregationTemporality": temporality, "isMonotonic": is_monotonic, "dataPoints": points}}])
}

#[tokio::test]
async fn cumulative_sums_come_as_increases() {
    let mut exports = server().start();
    let long_ago = "1000000000000000000";
    let point = |value: f64, start: &str, time: u64| json!([{"asDouble": value, "startTimeUnixNano": start, "timeUnixNano": time}]);
    let later = (Timestamp::now().as_nanos() + 1_000_000_000).to_string();
    for (points, expected) in [
        (point(5.0, long_ago, 10), None),
        (point(7.0, long_ago, 20), Some("2c @20")),
        // The same again, and one that comes late.
        (point(7.0, long_ago, 20), None),
        (point(6.0, long_ago, 15), None),
        (point(9.0, "1000000000000000001", 30), Some("9c @30")),
        (point(4.0, "1000000000000000001", 40), Some("4c @40")),
    ] {
        let (readings, _) = export(&mut exports, sum(2, true, points.clone())).await;
        let expected: Vec<String> = expected.iter().map(|value| format!("n service.name=shop {value}")).collect();
        assert_eq!(readings, expected, "{points}");
    }
    // Of one that begins after the server, all is counted. The names of the resource are in another order, which is the same.
    let resource =
        |names: [&str; 2]| json!({"attributes": names.map(|name| json!({"key": name, "value": {"intValue": 1}}))});
    let (readings, _) = export_of(&mut exports, &resource(["a", "b"]), sum(2, true, point(3.0, &later, 10))).await;
    assert_eq!(readings, ["n  3c @10"]);
    let (readings, _) = export_of(&mut exports, &resource(["b", "a"]), sum(2, true, point(5.0, &later, 20))).await;
    assert_eq!(readings, ["n  2c @20"]);
    // What goes up and down is a gauge.
    let (readings, _) = export(&mut exports, sum(2, false, point(-1.0, long_ago, 50))).await;
    assert_eq!(readings, ["n service.name=shop -1g @50"]);
}

/// The largest numbers have others between them that are too large for one.
#[tokio::test]
async fn what_has_grown_by_more_than_a_number_is_no_reading() {
    let mut exports = server().start();
    let point = |sign: f64, time: u64| json!({"asDouble": sign * f64::MAX, "sum": sign * f64::MAX, "count": time, "timeUnixNano": time});
    let points = json!([point(-1.0, 1), point(1.0, 2), point(1.0, 3)]);
    let (readings, answer) = export(&mut exports, sum(2, true, points.clone())).await;
    assert_eq!(readings, ["n: it has grown by more than a number can be", "n service.name=shop 0c @3"]);
    assert_eq!(answer["partialSuccess"]["rejectedDataPoints"], "1");
    let histogram = json!([{"name": "h", "histogram": {"aggregationTemporality": 2, "dataPoints": points}}]);
    let summary = json!([{"name": "s", "summary": {"dataPoints": points}}]);
    // Of these, sums that are no numbers are left out.
    for (metric, name) in [(histogram, "h"), (summary, "s")] {
        let (readings, answer) = export(&mut exports, metric).await;
        let kept: Vec<_> = readings.iter().filter(|reading| !reading.starts_with(&format!("{name} "))).collect();
        let shop = "service.name=shop";
        assert_eq!(
            kept,
            [
                &format!("{name}.count {shop} 1c @2"),
                &format!("{name}.count {shop} 1c @3"),
                &format!("{name}.sum {shop} 0c @3")
            ]
        );
        assert_eq!(answer, json!({}));
    }
}

#[tokio::test]
async fn cumulative_histograms_come_as_increases() {
    let mut exports = server().histograms(Histograms::Buckets).start();
    let metric = |counts: [u64; 3], sum: f64, time: u64| {
        let point = json!({"count": counts.iter().sum::<u64>(), "sum": sum, "bucketCounts": counts, "explicitBounds": [0.5, 1],
            "max": 9, "startTimeUnixNano": "1", "timeUnixNano": time});
        json!([{"name": "h", "histogram": {"aggregationTemporality": 2, "dataPoints": [point]}}])
    };
    assert_eq!(export(&mut exports, metric([1, 1, 1], 5.0, 10)).await.0, [""; 0]);
    let (readings, _) = export(&mut exports, metric([2, 1, 4], 15.0, 20)).await;
    let shop = "service.name=shop";
    let expected = [
        format!("h.count {shop} 4c @20"),
        format!("h.sum {shop} 10c @20"),
        format!("h.bucket le=0.5,{shop} 1c @20"),
        format!("h.bucket le=1,{shop} 1c @20"),
        format!("h.bucket le=+Inf,{shop} 4c @20"),
    ];
    assert_eq!(readings, expected);
    assert_eq!(export(&mut exports, metric([2, 1, 4], 15.0, 20)).await.0, [""; 0]);
    assert_eq!(export(&mut exports, metric([0, 1, 0], 1.0, 30)).await.0[0], format!("h.count {shop} 1c @30"));

    // Exponential ones, of which the scale changes once.
    let metric = |scale: i64, counts: Value, count: u64, time: u64| {
        let point = json!({"count": count, "scale": scale, "positive": {"offset": 0, "bucketCounts": counts}, "timeUnixNano": time});
        json!([{"name": "e", "exponentialHistogram": {"aggregationTemporality": 2, "dataPoints": [point]}}])
    };
    let middle = 2_f64.sqrt();
    for (metric, expected) in [
        (metric(0, json!([1]), 1, 10), vec![]),
        (
            metric(0, json!([3, 1]), 4, 20),
            vec!["e.count 3c @20".to_owned(), format!("e {middle}s *2 @20"), format!("e {}s @20", 2.0 * middle)],
        ),
        // One of the two buckets that are one now has one more.
        (metric(-1, json!([5]), 5, 30), vec!["e.count 1c @30".to_owned(), "e 2s @30".to_owned()]),
        (metric(-1, json!([7]), 7, 40), vec!["e.count 2c @40".to_owned(), "e 2s *2 @40".to_owned()]),
    ] {
        let readings = export(&mut exports, metric).await.0;
        assert_eq!(
            readings.iter().map(|reading| reading.replace(&format!("{shop} "), "")).collect::<Vec<_>>(),
            expected
        );
    }
}

#[tokio::test]
async fn a_histogram_that_begins_anew_loses_nothing() {
    let mut exports = server().start();
    let metric = |offset: i64, counts: Value, start: u64, time: u64| {
        let count: u64 = counts.as_array().unwrap().iter().map(|count| count.as_u64().unwrap()).sum();
        let point = json!({"count": count, "positive": {"offset": offset, "bucketCounts": counts},
            "startTimeUnixNano": start, "timeUnixNano": time});
        json!([{"name": "e", "exponentialHistogram": {"aggregationTemporality": 2, "dataPoints": [point]}}])
    };
    let middle = |index: i32| 2_f64.sqrt() * 2_f64.powi(index);
    for (metric, expected) in [
        (metric(7, json!([100]), 1, 10), vec![]),
        (metric(3, json!([1]), 15, 20), vec!["e.count 1c @20".to_owned(), format!("e {}s @20", middle(3))]),
        (
            metric(3, json!([1, 0, 0, 0, 5]), 15, 30),
            vec!["e.count 5c @30".to_owned(), format!("e {}s *5 @30", middle(7))],
        ),
        // Another client says that the series began before.
        (
            metric(3, json!([9]), 1, 40),
            vec!["e: its series overlaps one that began later: two clients send it, or its start goes back".to_owned()],
        ),
    ] {
        let readings = export(&mut exports, metric).await.0;
        assert_eq!(
            readings.iter().map(|reading| reading.replace("service.name=shop ", "")).collect::<Vec<_>>(),
            expected
        );
    }
}

#[tokio::test]
async fn a_histogram_without_buckets_gives_the_mean_of_what_came() {
    let mut exports = server().start();
    let metric = |count: u64, sum: Value, time: u64| {
        let point = json!({"count": count, "sum": sum, "bucketCounts": [count], "timeUnixNano": time});
        json!([{"name": "h", "histogram": {"aggregationTemporality": 2, "dataPoints": [point]}}])
    };
    assert_eq!(export(&mut exports, metric(1000, json!(1000), 10)).await.0, [""; 0]);
    let shop = "service.name=shop";
    let expected =
        [format!("h.count {shop} 10c @20"), format!("h.sum {shop} 1000c @20"), format!("h {shop} 100s *10 @20")];
    assert_eq!(export(&mut exports, metric(1010, json!(2000), 20)).await.0, expected);
    // Without a sum nothing is known of the values.
    assert_eq!(export(&mut exports, metric(1011, Value::Null, 30)).await.0, [format!("h.count {shop} 1c @30")]);
}
