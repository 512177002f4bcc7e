//! [`Server`]: what takes remote-write, and can be told what to answer.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use hyper::body::Bytes;
use hyper::{HeaderMap, Method, Request, Response, StatusCode};
use metrix_io::http_server::HttpServer;
use prost::Message;

/// The messages, written down once more from the protocol's definition.
#[derive(Clone, PartialEq, Message)]
pub(super) struct WriteRequest {
    #[prost(message, repeated, tag = "1")]
    pub(super) timeseries: Vec<TimeSeries>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct TimeSeries {
    #[prost(message, repeated, tag = "1")]
    pub(super) labels: Vec<Label>,
    #[prost(message, repeated, tag = "2")]
    pub(super) samples: Vec<Sample>,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub(super) struct Label {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    #[prost(string, tag = "2")]
    pub(super) value: String,
}

#[derive(Clone, Copy, PartialEq, Message)]
pub(super) struct Sample {
    #[prost(double, tag = "1")]
    pub(super) value: f64,
    #[prost(int64, tag = "2")]
    pub(super) timestamp: i64,
}

/// Whether a value is refused.
pub(super) type Refuses = fn(f64) -> bool;

/// What takes remote-write until it is dropped.
#[derive(Clone)]
pub(super) struct Server {
    pub(super) url: String,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    /// What is answered to the next requests; then 204.
    answers: VecDeque<(u16, &'static str)>,
    /// A request with a value that this is true of is refused, with this status.
    refuses: Option<(Refuses, u16)>,
    /// Whether it refuses samples that are older than the last one of their series, or of its time and another value.
    is_in_order: bool,
    requests: Vec<(HeaderMap, WriteRequest)>,
    taken: Vec<(String, f64, i64)>,
}

impl Server {
    /// Starts one in the runtime that this is called in.
    pub(super) fn start() -> Self {
        let seen = Arc::<Mutex<Seen>>::default();
        let shared = Arc::clone(&seen);
        let take = move |request: Request<Bytes>| {
            let answer = shared.lock().unwrap().take(&request);
            async { answer }
        };
        let server = HttpServer::bind("127.0.0.1:0".parse().unwrap()).unwrap().passes("snappy");
        let server = server.route(Method::POST, "/write", take);
        let url = format!("http://{}/write", server.address());
        tokio::spawn(server.serve(std::future::pending()));
        Self { url, seen }
    }

    pub(super) fn answering(self, answers: impl IntoIterator<Item = (u16, &'static str)>) -> Self {
        self.seen.lock().unwrap().answers.extend(answers);
        self
    }

    pub(super) fn refusing(self, refuses: Refuses, status: u16) -> Self {
        self.seen.lock().unwrap().refuses = Some((refuses, status));
        self
    }

    /// Refuses what is out of order, and has stored what it answers with 503 to.
    pub(super) fn in_order(self) -> Self {
        self.seen.lock().unwrap().is_in_order = true;
        self
    }

    pub(super) fn requests(&self) -> Vec<(HeaderMap, WriteRequest)> {
        self.seen.lock().unwrap().requests.clone()
    }

    /// The samples that were taken: series, value and time.
    pub(super) fn taken(&self) -> Vec<(String, f64, i64)> {
        self.seen.lock().unwrap().taken.clone()
    }
}

impl Seen {
    fn take(&mut self, request: &Request<Bytes>) -> Response<Bytes> {
        let body = snap::raw::Decoder::new().decompress_vec(request.body()).expect("it is packed by snappy");
        let message = WriteRequest::decode(&body[..]).expect("it is a message");
        self.requests.push((request.headers().clone(), message.clone()));
        let (mut status, mut words) = self.answers.pop_front().unwrap_or((204, ""));
        let mut samples = Vec::new();
        for series in &message.timeseries {
            let is_sorted = series.labels.windows(2).all(|pair| pair[0].name < pair[1].name);
            assert!(is_sorted, "{:?}", series.labels);
            let labels: Vec<String> =
                series.labels.iter().map(|label| format!("{}={:?}", label.name, label.value)).collect();
            samples.extend(series.samples.iter().map(|sample| (labels.join(","), sample.value, sample.timestamp)));
        }
        let refuses = self.refuses.filter(|(refuses, _)| samples.iter().any(|(_, value, _)| refuses(*value)));
        if let Some((_, refusal)) = refuses {
            (status, words) = (refusal, "too high");
        }
        let is_old = |(series, value, at): &(String, f64, i64)| {
            let last = self.taken.iter().rev().find(|(other, ..)| other == series);
            last.is_some_and(|(_, stored, last)| at < last || at == last && value != stored)
        };
        if self.is_in_order && samples.iter().any(is_old) {
            (status, words) = (400, "out of order sample");
        }
        if status < 300 || self.is_in_order && status == 503 {
            self.taken.extend(samples);
        }
        let mut response = Response::new(Bytes::from(words));
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        if status >= 400 {
            response.headers_mut().insert("retry-after", 7.into());
        }
        response
    }
}
