//! InfluxDB's line protocol, both ways.

mod conformance;
mod early;
mod fuzz;
mod http;
mod peers;
mod refusals;
mod search;
mod server;
mod tls;
mod udp;

use std::sync::{Arc, Mutex};

use hyper::body::Bytes;
use hyper::{HeaderMap, Method, Request, Response, StatusCode};
use metrix::{MElement, Timestamp, WriteError, tags};
use metrix_io::http_server::HttpServer;
use tokio::task::JoinHandle;

/// A server that keeps what it is sent, and answers as a test tells it.
struct Server {
    url: String,
    requests: Arc<Mutex<Vec<Asked>>>,
    served: JoinHandle<()>,
}

/// A request that has come.
#[derive(Clone, Debug)]
struct Asked {
    uri: String,
    headers: HeaderMap,
    /// Unpacked.
    body: String,
}

impl Server {
    fn start(answer: impl Fn(&str) -> (u16, String) + Send + Sync + 'static) -> Self {
        let requests: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let answer = Arc::new(answer);
        let of = |kept: &Arc<Mutex<Vec<Asked>>>| {
            let (kept, answer) = (Arc::clone(kept), Arc::clone(&answer));
            move |request: Request<Bytes>| {
                let body = String::from_utf8(request.body().to_vec()).unwrap();
                let (status, text) = answer(&body);
                kept.lock().unwrap().push(Asked {
                    uri: request.uri().to_string(),
                    headers: request.headers().clone(),
                    body,
                });
                let mut response = Response::new(Bytes::from(text));
                *response.status_mut() = StatusCode::from_u16(status).unwrap();
                if status >= 400 {
                    response.headers_mut().insert("retry-after", 7.into());
                }
                std::future::ready(response)
            }
        };
        let server = HttpServer::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let url = format!("http://{}", server.address());
        let server = server
            .route(Method::POST, "/write", of(&requests))
            .route(Method::POST, "/base/write", of(&requests))
            .route(Method::POST, "/api/v2/write", of(&requests));
        let served = tokio::spawn(async { _ = server.serve(std::future::pending()).await });
        Self { url, requests, served }
    }

    fn requests(&self) -> Vec<Asked> {
        self.requests.lock().unwrap().clone()
    }

    fn bodies(&self) -> Vec<String> {
        self.requests().into_iter().map(|asked| asked.body).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.served.abort();
    }
}

fn element(value: f64) -> MElement {
    MElement::new("m", value, tags! { "a" => 1 }, Timestamp::from_secs(1_700_000_000))
}

fn elements(values: std::ops::Range<u32>) -> Vec<MElement> {
    values.map(|value| element(value.into())).collect()
}

fn line(value: u32) -> String {
    format!("m,a=1 value={value} 1700000000000000000\n")
}

/// The values of the elements that an error names.
fn unwritten(error: &WriteError, batch: &[MElement]) -> Vec<f64> {
    error.unwritten(batch).map(|element| element.value).collect()
}

/// A text by the table of the sink's docs.
fn clean(text: &str) -> String {
    let mut clean = String::new();
    let mut rest = text.chars();
    while let Some(char) = rest.next() {
        let next = rest.clone().next();
        let has_meaning = next.is_none_or(|next| "\\, =\"".contains(next) || next.is_control());
        clean.push(if char.is_control() || (char == '\\' && has_meaning) { '_' } else { char });
    }
    if clean.is_empty() { "_".to_owned() } else { clean }
}

/// A name, by that table.
fn measurement(name: &str) -> String {
    let clean = clean(name);
    if clean.starts_with('#') { clean.replacen('#', "_", 1) } else { clean }
}
