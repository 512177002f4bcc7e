//! What clients of gRPC can't take, whatever they send.

use std::convert::Infallible;
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::StatusCode;
use hyper::body::{Body, Bytes, Frame};
use metrix_io::http_server::HttpLimits;
use metrix_io::sources::otlp::OtlpExports;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::frames::{Frames, Said};
use super::{Client, PATH, frame, server};
use crate::peers::PATIENCE;

/// Takes all that comes, as long as something else takes.
async fn taking<T>(exports: &mut OtlpExports, work: impl Future<Output = T>) -> T {
    let take = async {
        while let Some(export) = exports.next().await {
            export.confirm();
        }
    };
    tokio::select! {
        done = timeout(PATIENCE, work) => done.expect("it is answered"),
        () = take => unreachable!("it goes on"),
    }
}

#[tokio::test]
async fn connections_have_a_bound() {
    let mut limits = HttpLimits::default();
    limits.connections = NonZeroUsize::new(2).unwrap();
    let mut exports = server().limits(limits).start();
    let (address, meter) = (exports.address(), exports.meter());
    let work = async {
        let (mut one, mut other) = (Client::connect(address).await, Client::connect(address).await);
        for client in [&mut one, &mut other] {
            assert_eq!(client.call(PATH, &[], frame(b"", false)).await.1.as_deref(), Some("0"));
        }
        let mut third = TcpStream::connect(address).await.unwrap();
        let mut said = Vec::new();
        // It may be reset.
        let _end = third.read_to_end(&mut said).await;
        assert_eq!((said.len(), meter.stats().turned_away, meter.stats().connections), (0, 1, 2));

        drop(one);
        // The place is free when the server has seen it.
        loop {
            let mut stream = TcpStream::connect(address).await.unwrap();
            if stream.read(&mut [0; 9]).await.is_ok_and(|read| read > 0) {
                break;
            }
            sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(other.call(PATH, &[], frame(b"", false)).await.1.as_deref(), Some("0"));
    };
    taking(&mut exports, work).await;
}

/// One that is too many is refused, and may come when another is over.
#[tokio::test]
async fn a_connection_has_sixteen_calls_at_once() {
    /// As HTTP/2 numbers them.
    const MOST_CALLS: u16 = 3;
    const HEAD: u16 = 6;
    const REFUSED: u32 = 7;

    let mut limits = HttpLimits::default();
    limits.head = 10_000;
    let mut exports = server().limits(limits).start();
    let mut client = Frames::connect(exports.address()).await;
    let calls = |count: u32| (0..count).map(|number| 2 * number + 1);
    let work = async {
        let Said::Settings(settings) = client.next().await else { panic!("they come first") };
        assert!(settings.contains(&(MOST_CALLS, 16)) && settings.contains(&(HEAD, 10_000)), "{settings:?}");
        for call in calls(17) {
            client.begin(call, PATH).await;
        }
        assert_eq!(client.next().await, Said::Reset(33, REFUSED));
        client.end(31, &frame(b"", false)).await;
        assert_eq!(client.next().await, Said::Ended(31));
        client.begin(35, PATH).await;
        for call in calls(15).chain([35]) {
            client.end(call, &frame(b"", false)).await;
        }
        let mut ended = Vec::new();
        for _ in 0..16 {
            let Said::Ended(call) = client.next().await else { panic!("none of these is one too many") };
            ended.push(call);
        }
        ended.sort_unstable();
        assert_eq!(ended, calls(15).chain([35]).collect::<Vec<_>>());
    };
    taking(&mut exports, work).await;
}

/// What is a little too large is answered, and what is much too large ends the connection.
#[tokio::test]
async fn a_head_has_a_bound() {
    let mut limits = HttpLimits::default();
    limits.head = 10_000;
    let mut exports = server().limits(limits).start();
    let address = exports.address();
    let work = async {
        let mut client = Client::connect(address).await;
        for (bytes, status) in [(9000, StatusCode::OK), (11_000, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE)] {
            let answer = client.call(PATH, &[("x-much", &"x".repeat(bytes))], frame(b"", false)).await;
            assert_eq!(answer.0, status, "{bytes}");
        }
        let much = "x".repeat(10_000);
        let many = vec![("x-more", &*much); 1000];
        assert!(client.send(PATH, &many, Bytes::new().into()).await.is_err());
        let mut client = Client::connect(address).await;
        assert_eq!(client.call(PATH, &[], frame(b"", false)).await.1.as_deref(), Some("0"));
    };
    taking(&mut exports, work).await;
}

/// A body that ends some day.
struct Stalled(Option<Bytes>);

impl Body for Stalled {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.take().map_or(Poll::Pending, |bytes| Poll::Ready(Some(Ok(Frame::data(bytes)))))
    }
}

#[tokio::test]
async fn a_slow_body_is_given_up() {
    let mut limits = HttpLimits::default();
    limits.body_time = Duration::from_secs(1);
    // There is room for one.
    (limits.body, limits.bodies) = (1000, 1000);
    let mut exports = server().limits(limits).start();
    let address = exports.address();
    let work = async {
        let mut client = Client::connect(address).await;
        for _ in 0..3 {
            let begun = Stalled(Some(frame(&[0; 900], false)[..800].to_vec().into()));
            let (status, code, words, body) = client.send(PATH, &[], begun).await.unwrap();
            assert_eq!((status, code.as_deref(), body.len()), (StatusCode::OK, Some("4"), 0), "{words}");
            assert_eq!(words, "the body has not come in time");
        }
        // Neither connection nor room is lost by it.
        let mut other = Client::connect(address).await;
        let message = [b"\x7a\xf8\x06".as_slice(), &[0; 888]].concat();
        for _ in 0..3 {
            assert_eq!(other.call(PATH, &[], frame(&message, false)).await.1.as_deref(), Some("0"));
        }
    };
    taking(&mut exports, work).await;
}
