//! The source that scrapes: what targets show, and what goes wrong.

pub(super) mod peers;

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use hyper::body::Bytes;
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderValue};
use hyper::{HeaderMap, Method, Request, Response, StatusCode};
use metrix::{MElement, Sink, Timestamp, tags};
use metrix_io::Secret;
use metrix_io::http_server::HttpServer;
use metrix_io::sinks::prometheus::Prometheus;
use metrix_io::sources::prometheus::Scraper;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::chain::chain;
use crate::hostile::hostile_elements;
use crate::prometheus_names::names;

/// A target that shows what it is told to.
#[derive(Clone, Default)]
struct Target {
    url: String,
    shown: Arc<Mutex<Shown>>,
}

#[derive(Default)]
struct Shown {
    status: u16,
    kind: &'static str,
    encoding: &'static str,
    body: Vec<u8>,
    asked: Vec<HeaderMap>,
}

impl Target {
    fn start() -> Self {
        let shown = Arc::<Mutex<Shown>>::default();
        let shared = Arc::clone(&shown);
        let answer = move |request: Request<Bytes>| {
            let mut shown = shared.lock().unwrap();
            shown.asked.push(request.headers().clone());
            let mut response = Response::new(Bytes::from(shown.body.clone()));
            *response.status_mut() = StatusCode::from_u16(shown.status).unwrap();
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(shown.kind));
            response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static(shown.encoding));
            async { response }
        };
        let server = HttpServer::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let server = server.route(Method::GET, "/metrics", answer);
        let url = format!("http://{}/metrics?of=a", server.address());
        tokio::spawn(server.serve(std::future::pending()));
        Self { url, shown }
    }

    fn show(&self, status: u16, kind: &'static str, encoding: &'static str, body: impl Into<Vec<u8>>) {
        let mut shown = self.shown.lock().unwrap();
        (shown.status, shown.kind, shown.encoding, shown.body) = (status, kind, encoding, body.into());
    }

    fn text(&self, body: &str) {
        self.show(200, "text/plain; version=0.0.4", "identity", body);
    }
}

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The readings of a scrape, but for the duration; each as its name, tags but `instance`, and value.
pub(super) async fn scrape(scraper: &mut Scraper) -> Result<Vec<String>, String> {
    let mut readings = Vec::new();
    let result = scraper
        .scrape(|reading| {
            let tags = reading.tags.iter().filter(|(name, _)| name != "instance");
            let tags: Vec<String> = tags.map(|(name, value)| format!("{name}={value}")).collect();
            assert!(reading.at.is_some() && reading.tags.iter().any(|(name, _)| name == "instance"));
            readings.push(format!("{} {} {}", reading.name, tags.join(","), reading.value));
        })
        .await;
    readings.retain(|reading| !reading.starts_with("scrape_"));
    match result {
        Ok(()) => {
            let up = readings.pop();
            assert!(up.as_ref().is_some_and(|up| up.starts_with("up ") && up.ends_with(" 1")), "{up:?}");
            Ok(readings)
        }
        Err(error) => {
            assert_eq!(readings, ["up  0"], "nothing else is given");
            Err(chain(&error))
        }
    }
}

#[tokio::test]
async fn counters_give_what_they_have_grown_by() {
    let target = Target::start();
    let mut scraper = Scraper::new(&target.url).unwrap();
    let head = "# TYPE c counter\n# TYPE h histogram\n# TYPE s summary\n# TYPE g gauge\n";
    let body = |c: f64, h: f64, g: f64| {
        format!(
            "{head}c{{x=\"1\"}} {c}\nc{{x=\"2\"}} {}\nh_bucket{{le=\"+Inf\"}} {h}\nh_sum {}\nh_count {h}\n\
             s{{quantile=\"0.5\"}} {g}\ns_sum {c}\ns_count {c}\ng {g}\nu {g} 1500\nnan NaN\n",
            c * 10.0,
            h / 2.0
        )
    };
    target.text(&body(100.0, 10.0, 1.0));
    let gauges = ["s quantile=0.5 1", "g  1", "u  1"];
    assert_eq!(scrape(&mut scraper).await.unwrap(), gauges);
    target.text(&body(103.0, 14.0, 1.0));
    let grown = ["c x=1 3", "c x=2 30", "h_bucket le=+Inf 4", "h_sum  2", "h_count  4", "s quantile=0.5 1", "s_sum  3"];
    assert_eq!(scrape(&mut scraper).await.unwrap(), [&grown[..], &["s_count  3", "g  1", "u  1"]].concat());
    // A scrape that fails is as if it had not been.
    target.show(500, "text/plain", "identity", "not now");
    assert_eq!(
        scrape(&mut scraper).await.unwrap_err(),
        "it shows no metrics: the server says 500 Internal Server Error: \"not now\""
    );
    // The target has started anew.
    target.text(&body(2.0, 14.0, 1.0));
    assert_eq!(
        scrape(&mut scraper).await.unwrap()[..5],
        ["c x=1 2", "c x=2 20", "h_bucket le=+Inf 0", "h_sum  0", "h_count  0"]
    );
    let stats = scraper.stats();
    assert_eq!((stats.scrapes, stats.failures, stats.samples, stats.skipped), (4, 1, 33, 3));
}

#[tokio::test]
async fn both_formats_are_read_packed_or_not() {
    let target = Target::start();
    let mut scraper = Scraper::new(&target.url).unwrap().most_bytes(1000);
    let open = "# TYPE a counter\na_total 1\n# TYPE b gauge\nb 2.5 1.5\n# EOF\n";
    target.show(200, OPEN_METRICS, "", open);
    assert_eq!(scrape(&mut scraper).await.unwrap(), ["b  2.5"]);
    let pack = |text: &str| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    target.show(200, OPEN_METRICS, "gzip", pack(&open.replace("a_total 1", "a_total 4")));
    assert_eq!(scrape(&mut scraper).await.unwrap(), ["a_total  3", "b  2.5"]);
    target.show(200, "Application/OpenMetrics-Text", "X-GZip", pack(&open.replace("a_total 1", "a_total 9")));
    assert_eq!(scrape(&mut scraper).await.unwrap(), ["a_total  5", "b  2.5"]);
    target.show(200, "text/plain", "gzip", pack("a 1\r\n\r\nb 2\r\n"));
    assert_eq!(scrape(&mut scraper).await.unwrap(), ["a  1", "b  2"]);

    let large = "it breaks off, or shows more than 1000 bytes: raise `most_bytes`, or have it show less";
    target.show(200, "text/plain", "gzip", pack(&"a 1\n".repeat(100_000)));
    assert_eq!(scrape(&mut scraper).await.unwrap_err(), large);
    target.show(200, "text/plain", "", "a 1\n".repeat(251));
    assert_eq!(scrape(&mut scraper).await.unwrap_err(), large);
    target.show(200, "text/plain", "", "a 1\n".repeat(250));
    assert_eq!(scrape(&mut scraper).await.unwrap().len(), 250);
    let packed = pack(open);
    target.show(200, OPEN_METRICS, "gzip", &packed[..packed.len() - 9]);
    assert!(scrape(&mut scraper).await.unwrap_err().starts_with("it is not the gzip that it says it is: "));
    target.show(200, OPEN_METRICS, "br", "x");
    assert!(scrape(&mut scraper).await.unwrap_err().starts_with("it is encoded by `br`, which was not asked for"));
    target.show(200, OPEN_METRICS, "", open.replace("# EOF\n", ""));
    let cut = "it breaks off: OpenMetrics ends with `# EOF`, and the text format with a line break";
    assert_eq!(scrape(&mut scraper).await.unwrap_err(), cut);
    target.show(200, OPEN_METRICS, "", open.trim_end());
    assert_eq!(scrape(&mut scraper).await.unwrap(), ["b  2.5"]);
    target.text("a 1\nb much\n");
    let wrong = "its line 2 is wrong: 3: `much` is no number: write one as 0.25, 1e9, NaN or +Inf";
    assert_eq!(scrape(&mut scraper).await.unwrap_err(), wrong);
    target.text("");
    assert_eq!(scrape(&mut scraper).await.unwrap(), [""; 0]);
}

#[tokio::test]
async fn a_text_that_breaks_off_gives_nothing() {
    let target = Target::start();
    let mut scraper = Scraper::new(&target.url).unwrap();
    target.text("x_total 1000\n");
    assert_eq!(scrape(&mut scraper).await.unwrap(), [""; 0]);
    target.text("x_total 10");
    assert!(scrape(&mut scraper).await.unwrap_err().starts_with("it breaks off: "));
    target.text("x_total 1027\n");
    assert_eq!(scrape(&mut scraper).await.unwrap(), ["x_total  27"]);
}

#[tokio::test]
async fn it_says_what_it_wants_and_who_it_is() {
    let target = Target::start();
    target.text("a{instance=\"other\",job=\"b\"} 1\n");
    let secret = Secret::new("open sesame").unwrap();
    let mut scraper = Scraper::new(&target.url).unwrap().tags(tags! { "job" => "node" }).token(&secret);
    assert_eq!(scrape(&mut scraper).await.unwrap(), ["a exported_instance=other,exported_job=b,job=node 1"]);
    let mut scraper = scraper.honor_labels().user("Aladdin", &secret).unwrap().timeout(Duration::from_secs(3));
    assert_eq!(scrape(&mut scraper).await.unwrap(), ["a job=b 1"]);
    assert!(!format!("{scraper:?}").contains("sesame"));
    let asked = std::mem::take(&mut target.shown.lock().unwrap().asked);
    for (place, name, value) in [
        (0, "authorization", "Bearer open sesame"),
        (0, "accept-encoding", "gzip"),
        (0, "x-prometheus-scrape-timeout-seconds", "10"),
        (1, "authorization", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
        (1, "x-prometheus-scrape-timeout-seconds", "3"),
    ] {
        assert_eq!(asked[place][name], value, "{name}");
    }
    assert!(asked[0]["accept"].to_str().unwrap().starts_with("application/openmetrics-text;version=1.0.0,"));
}

#[tokio::test]
async fn a_slow_target_is_asked_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/metrics", listener.local_addr().unwrap());
    let connections = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&connections);
    tokio::spawn(async move {
        // Only the first request is answered.
        let mut is_first = true;
        while let Ok((mut stream, _)) = listener.accept().await {
            if is_first {
                _ = stream.read(&mut [0; 4096]).await;
                _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\na 1\n").await;
            }
            is_first = false;
            kept.lock().unwrap().push(stream);
        }
    });
    let mut scraper = Scraper::new(&url).unwrap();
    assert_eq!(scrape(&mut scraper).await.unwrap(), ["a  1"]);
    let mut scraper = scraper.timeout(Duration::from_millis(300));
    let error = scrape(&mut scraper).await.unwrap_err();
    assert!(error.contains("has not answered within 300ms"), "{error}");
    assert_eq!(connections.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_target_that_is_away_is_down() {
    let mut scraper = Scraper::new("http://127.0.0.1:1/metrics").unwrap();
    assert!(scrape(&mut scraper).await.unwrap_err().starts_with("the target can't be reached: "));
}

/// What a sink of ours shows comes in again: gauges as they are, and counters by what was added.
#[tokio::test]
async fn our_own_endpoint_is_read_back() {
    let mut sink = Prometheus::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let mut scraper = Scraper::new(&format!("http://{}/metrics", sink.address())).unwrap().honor_labels();
    let count = |value| MElement::new("requests.count", value, tags! { "page" => "/" }, Timestamp::EPOCH);
    let mut elements = hostile_elements(10_000);
    elements.push(count(7.0));
    sink.write(&elements).await.unwrap();
    scraper.scrape(|_| ()).await.unwrap();
    sink.write(&[count(5.0)]).await.unwrap();

    let mut expected: BTreeMap<_, f64> = elements.iter().map(|element| (names(element), element.value)).collect();
    let counter = expected.remove(&names(&count(0.0)));
    assert_eq!(counter, Some(7.0));
    expected.insert(("requests_count_total".to_owned(), BTreeMap::from([("page".to_owned(), "/".to_owned())])), 5.0);
    let mut found = BTreeMap::new();
    let read = scraper.scrape(|reading| {
        let mut labels: BTreeMap<String, String> =
            reading.tags.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        assert!(labels.remove("instance").is_some());
        found.insert((reading.name.to_string(), labels), reading.value);
    });
    read.await.unwrap();
    found.retain(|(name, _), _| name != "up" && !name.starts_with("scrape_"));
    let wrong = found.iter().find(|(key, value)| expected.get(key) != Some(value));
    let missing = expected.iter().find(|(key, _)| !found.contains_key(key));
    assert_eq!((wrong, missing), (None, None));
}
