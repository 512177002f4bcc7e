//! [`serve`]: a connection, as long as something moves on it.

use std::future::Future;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::server::conn::http1::Builder;
#[cfg(feature = "otlp")]
use hyper::server::conn::http2;
use hyper::service::service_fn;
#[cfg(feature = "otlp")]
use hyper_util::rt::TokioExecutor;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, Sleep, sleep, timeout};

#[cfg(feature = "otlp")]
use super::calls::Calls;
use super::exchange::Exchange;
#[cfg(feature = "otlp")]
use super::limits::HttpLimits;

/// A buffer smaller than this hyper does not take.
const LEAST_HEAD: usize = 8 << 10;

/// Answers the requests of a connection until the client hangs up, or is too slow, or `ends` says that the server stops.
pub(super) async fn serve(stream: TcpStream, exchange: Arc<Exchange>, mut ends: watch::Receiver<()>) {
    // Answers are written whole, so there is nothing to wait for; where the system refuses, it does.
    let _without_delay = stream.set_nodelay(true);
    let limits = exchange.limits().clone();
    let moving = Moving::new(stream, limits.idle, limits.answer_time);
    #[cfg(feature = "otlp")]
    if exchange.is_grpc {
        return serve_http2(moving, exchange, &limits, ends).await;
    }
    let mut builder = Builder::new();
    let head = limits.head.max(LEAST_HEAD);
    // The buffer may hold more than a head of that size, and alone would bound it by its own steps.
    builder.timer(TokioTimer::new()).header_read_timeout(limits.idle).max_buf_size(head).max_header_size(head);
    let service = service_fn(move |request| Arc::clone(&exchange).answer(request));
    let connection = builder.serve_connection(TokioIo::new(moving), service);
    run(connection, ends.changed(), limits.grace, |connection| connection.graceful_shutdown()).await;
}

/// Runs a connection to its end, and has it say that this is near when it `ends`, which it may put off for so long.
async fn run<C: Future>(connection: C, ends: impl Future, grace: Duration, say_it: impl FnOnce(Pin<&mut C>)) {
    let mut connection = pin!(connection);
    // What goes wrong on a connection is the client's affair, and has been answered if it could be.
    tokio::select! {
        biased;
        _ended = connection.as_mut() => return,
        _ends = ends => say_it(connection.as_mut()),
    }
    let _ended = timeout(grace, connection).await;
}

/// The same over HTTP/2. What comes ahead of its time takes no more than a body's worth of a small window. What moves may be pings, which
/// are no reason to hold a connection.
#[cfg(feature = "otlp")]
async fn serve_http2(moving: Moving, exchange: Arc<Exchange>, limits: &HttpLimits, mut ends: watch::Receiver<()>) {
    /// So many calls at once on a connection.
    const CALLS: u32 = 16;
    /// So many bytes may come of each, and twice as many of all of them together, before they are read.
    const WINDOW: u32 = 64 << 10;

    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder.timer(TokioTimer::new()).max_concurrent_streams(CALLS).initial_stream_window_size(WINDOW);
    builder
        .initial_connection_window_size(2 * WINDOW)
        .max_header_list_size(u32::try_from(limits.head).unwrap_or(u32::MAX));
    let calls = Calls::default();
    let unused = calls.unused(limits.idle);
    let service = service_fn(move |request| {
        let (call, answer) = (calls.begin(), Arc::clone(&exchange).answer(request));
        async move {
            let _until_answered = call;
            answer.await
        }
    });
    let ends = async {
        tokio::select! {
            _stops = ends.changed() => {}
            () = unused => {}
        }
    };
    let connection = builder.serve_connection(TokioIo::new(moving), service);
    run(connection, ends, limits.grace, |connection| connection.graceful_shutdown()).await;
}

/// A connection that fails when nothing has moved on it for a while, or an answer takes too long.
struct Moving {
    stream: TcpStream,
    idle: Duration,
    still: Pin<Box<Sleep>>,
    answer_time: Duration,
    /// When the answer that is being written is to be taken, if one is.
    answered: Option<Pin<Box<Sleep>>>,
}

impl Moving {
    fn new(stream: TcpStream, idle: Duration, answer_time: Duration) -> Self {
        Self { stream, idle, still: Box::pin(sleep(idle)), answer_time, answered: None }
    }

    /// The same for what is written. A client that takes a byte now and then makes no end otherwise.
    fn judge_written<T>(&mut self, written: Poll<io::Result<T>>, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        let limit = self.answer_time;
        let answered = self.answered.get_or_insert_with(|| Box::pin(sleep(limit)));
        if answered.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        self.judge(written, cx)
    }

    /// Begins to wait anew if something has moved, and fails if it has waited for too long.
    fn judge<T>(&mut self, moved: Poll<io::Result<T>>, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        if moved.is_ready() {
            self.still.as_mut().reset(Instant::now() + self.idle);
            return moved;
        }
        self.still.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Moving {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        self.judge(read, cx)
    }
}

impl AsyncWrite for Moving {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.judge_written(written, cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.judge_written(written, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        // It never waits on TCP, and nothing moves by it. It comes when all of an answer has been written.
        self.answered = None;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
