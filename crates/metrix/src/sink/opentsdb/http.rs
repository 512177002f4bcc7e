//! [`Http`]: JSON over HTTP.

use std::error::Error;
use std::fmt;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::Timeouts;
use super::counts::OpenTsdbCounts;
use super::point::Point;

/// An answer may have so many bytes. It names the points that were refused.
const MAX_ANSWER: usize = 4 << 20;

/// Posts points over one connection, which is made when there is something to send.
#[derive(Debug)]
pub(super) struct Http {
    address: String,
    path: String,
    connection: Option<Connection>,
}

/// An open connection, with the task that moves its bytes.
#[derive(Debug)]
struct Connection {
    requests: SendRequest<Full<Bytes>>,
    task: JoinHandle<()>,
}

/// Why points were not written.
pub(super) enum Failure {
    /// The server is away, or busy.
    Retryable(Box<dyn Error + Send + Sync>),
    /// The server has refused the points at these positions.
    Refused(String, Vec<usize>),
}

impl Http {
    pub(super) fn new(address: String, path: String) -> Self {
        Self { address, path, connection: None }
    }

    /// Posts the points in one request. If it is dropped, so is the connection.
    pub(super) async fn write(
        &mut self,
        points: &[&Point<'_>],
        timeouts: Timeouts,
        counts: &OpenTsdbCounts,
    ) -> Result<(), Failure> {
        let mut body = String::from("[");
        for (place, point) in points.iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            body += &format!("{comma}{}", point.json());
        }
        body += "]";
        let connection = self.connect(timeouts, counts).await.map_err(Failure::Retryable)?;
        let exchange = timeout(timeouts.write, self.post(connection, body.into())).await;
        let late = |_| Err(format!("the server has not answered within {:?}", timeouts.write).into());
        let (status, answer) = exchange.unwrap_or_else(late).map_err(Failure::Retryable)?;
        match status {
            _ if status.is_success() => Ok(()),
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => {
                Err(Failure::Retryable(said(status, &answer)))
            }
            _ if status.is_server_error() => Err(Failure::Retryable(said(status, &answer))),
            _ => {
                let refused = refused(&answer, points).unwrap_or_else(|| (0..points.len()).collect());
                Err(Failure::Refused(said(status, &answer).to_string(), refused))
            }
        }
    }

    /// The connection, or a new one if the server has ended it.
    async fn connect(
        &mut self,
        timeouts: Timeouts,
        counts: &OpenTsdbCounts,
    ) -> Result<Connection, Box<dyn Error + Send + Sync>> {
        if let Some(mut connection) = self.connection.take() {
            if connection.requests.ready().await.is_ok() {
                return Ok(connection);
            }
        }
        let stream = timeout(timeouts.connect, TcpStream::connect(&self.address)).await;
        let late = |_| format!("the server has not answered within {:?}", timeouts.connect);
        let stream = stream.map_err(late)??;
        counts.connected();
        stream.set_nodelay(true)?;
        let (requests, transport) = handshake(TokioIo::new(stream)).await?;
        let task = tokio::spawn(async {
            // What goes wrong here is also the answer to the request.
            let _ = transport.await;
        });
        Ok(Connection { requests, task })
    }

    /// One request and its answer, after which the connection is kept.
    async fn post(
        &mut self,
        mut connection: Connection,
        body: Bytes,
    ) -> Result<(StatusCode, Bytes), Box<dyn Error + Send + Sync>> {
        let request = Request::post(format!("{}/api/put?details", self.path))
            .header(HOST, &self.address)
            .header(CONTENT_TYPE, "application/json")
            .body(Full::new(body))?;
        let response = connection.requests.send_request(request).await?;
        let status = response.status();
        let Ok(answer) = Limited::new(response.into_body(), MAX_ANSWER).collect().await else {
            // The status says enough; of the rest, it can't be known how much is still to come.
            return Ok((status, Bytes::new()));
        };
        self.connection = Some(connection);
        Ok((status, answer.to_bytes()))
    }

    pub(super) fn close(&mut self) {
        self.connection = None;
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Retryable(error) => f.debug_tuple("Retryable").field(error).finish(),
            Self::Refused(reason, places) => f.debug_tuple("Refused").field(reason).field(places).finish(),
        }
    }
}

/// The server's words, shortened.
fn said(status: StatusCode, answer: &[u8]) -> Box<dyn Error + Send + Sync> {
    let parsed: Value = serde_json::from_slice(answer).unwrap_or_default();
    // OpenTSDB puts its reason into the first point's, or into the message of an error.
    let reason = parsed["errors"][0]["error"].as_str().or(parsed["error"]["message"].as_str());
    let text = String::from_utf8_lossy(answer);
    let words: String = reason.unwrap_or(text.trim()).chars().take(300).collect();
    format!("the server says {status}: {words:?}").into()
}

/// The positions of the points that the answer names as refused; `None` if it leaves any in the dark.
fn refused(answer: &[u8], points: &[&Point<'_>]) -> Option<Vec<usize>> {
    let answer: Value = serde_json::from_slice(answer).ok()?;
    let errors = answer["errors"].as_array()?;
    let mut refused: Vec<usize> = Vec::new();
    for error in errors {
        let matches = |place: &usize| points[*place].is(&error["datapoint"]);
        let before = refused.len();
        refused.extend((0..points.len()).filter(matches));
        if refused.len() == before {
            return None;
        }
    }
    refused.sort_unstable();
    refused.dedup();
    // A point that is in the request twice is named once for each.
    (refused.len() as u64 == answer["failed"].as_u64()? && !refused.is_empty()).then_some(refused)
}
