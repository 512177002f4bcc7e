//! [`Manners`]: what a server refuses by itself, and in which words.

use std::fmt;

use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Response, StatusCode};

use super::HttpServer;

type Check = Box<dyn Fn(&Parts) -> Option<Response<Bytes>> + Send + Sync>;
type Form = Box<dyn Fn(&Asked<'_>, StatusCode) -> Response<Bytes> + Send + Sync>;

/// What a request has asked for, as far as the form of an answer depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Asked<'a> {
    /// Without its query.
    pub path: &'a str,
    /// The media type of its body, with what may follow it.
    pub content_type: Option<&'a str>,
}

/// What is refused before a body is read, and the form of what the server refuses by itself.
#[derive(Default)]
pub(super) struct Manners {
    pub(super) check: Option<Check>,
    pub(super) form: Option<Form>,
}

impl Manners {
    /// The answer to a request whose body is not wanted.
    pub(super) fn answer_by_head(&self, head: &Parts) -> Option<Response<Bytes>> {
        self.check.as_ref().and_then(|check| check(head))
    }

    /// An answer that says no more than its status does.
    pub(super) fn refusal(
        &self,
        asked: &Asked<'_>,
        status: StatusCode,
        header: Option<(HeaderName, HeaderValue)>,
    ) -> Response<Bytes> {
        let mut response = match &self.form {
            Some(form) => form(asked, status),
            None => plain(status),
        };
        *response.status_mut() = status;
        response.headers_mut().extend(header);
        response
    }
}

fn plain(status: StatusCode) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(format!("{status}\n")));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

impl HttpServer {
    /// Has requests that a route answers looked at before their bodies are read, by their heads: what the closure gives is the answer.
    /// Of the body nothing is kept then, so that it takes no room from those of others.
    ///
    /// ```
    /// use hyper::body::Bytes;
    /// use hyper::{Method, Response, StatusCode};
    /// use metrix_io::http_server::HttpServer;
    /// use tokio::io::{AsyncReadExt, AsyncWriteExt};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let stranger = |status| {
    ///     let mut answer = Response::new(Bytes::from("who are you?"));
    ///     *answer.status_mut() = status;
    ///     answer
    /// };
    /// let server = HttpServer::bind("127.0.0.1:0".parse()?)?
    ///     .route(Method::GET, "/", async |_| Response::new(Bytes::from("hello")))
    ///     .check(move |head| (!head.headers.contains_key("from")).then(|| stranger(StatusCode::UNAUTHORIZED)));
    /// let mut client = tokio::net::TcpStream::connect(server.address()).await?;
    /// let served = tokio::spawn(server.serve(std::future::pending()));
    /// client.write_all(b"GET / HTTP/1.0\r\n\r\n").await?;
    /// let mut answer = String::new();
    /// client.read_to_string(&mut answer).await?;
    /// assert!(answer.starts_with("HTTP/1.0 401 Unauthorized\r\n") && answer.ends_with("\r\n\r\nwho are you?"));
    /// # served.abort();
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn check(mut self, check: impl Fn(&Parts) -> Option<Response<Bytes>> + Send + Sync + 'static) -> Self {
        self.manners.check = Some(Box::new(check));
        self
    }

    /// Gives what the server answers by itself, once it has read a head, the form of a protocol: by what was asked for
    /// and the status, which the answer has whatever the closure gives it. Unless set it is the status in plain text.
    ///
    /// ```
    /// use hyper::Response;
    /// use hyper::body::Bytes;
    /// use metrix_io::http_server::HttpServer;
    /// use tokio::io::{AsyncReadExt, AsyncWriteExt};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let server = HttpServer::bind("127.0.0.1:0".parse()?)?
    ///     .refusals(|asked, status| Response::new(Bytes::from(format!("{}: {}", asked.path, status.as_u16()))));
    /// let mut client = tokio::net::TcpStream::connect(server.address()).await?;
    /// let served = tokio::spawn(server.serve(std::future::pending()));
    /// client.write_all(b"GET /nothing HTTP/1.0\r\n\r\n").await?;
    /// let mut answer = String::new();
    /// client.read_to_string(&mut answer).await?;
    /// assert!(answer.starts_with("HTTP/1.0 404 Not Found\r\n") && answer.ends_with("\r\n\r\n/nothing: 404"));
    /// # served.abort();
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn refusals(
        mut self,
        form: impl Fn(&Asked<'_>, StatusCode) -> Response<Bytes> + Send + Sync + 'static,
    ) -> Self {
        self.manners.form = Some(Box::new(form));
        self
    }
}

impl fmt::Debug for Manners {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Manners").finish_non_exhaustive()
    }
}
