//! A web service: each request is timed and counted, by its route and by the status of its answer, in one stream. What its handlers
//! count through the `metrics` facade, as any crate that it uses may do, is taken in by a recorder.
//!
//! It serves on a free port, and is its own client. Run it with `cargo run -p examples --example web_service`.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::Router;
use axum::extract::{MatchedPath, Path, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::get;
use metrix::sink::{Memory, Print};
use metrix::{MCoordinator, MRecorder, MSender, MStream, SinkOptions, size, tags};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

async fn home() -> &'static str {
    "Welcome."
}

async fn section(Path(section): Path<String>) -> Result<String, StatusCode> {
    match &*section {
        "politics" | "science" => {
            metrics::counter!("read", "section" => section.clone()).increment(1);
            Ok(format!("The news of {section}."))
        }
        _ => Err(StatusCode::NOT_FOUND),
    }
}

/// Measures a request. The tag is the route, of which there are few, and not the path, of which anyone can make any number.
async fn measure(
    State(requests): State<MSender>,
    route: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let route = route.as_ref().map_or("none", MatchedPath::as_str);
    // It sends, too, if the client goes away and this future is dropped: then with the status that the stream has by default.
    let mut timer = requests.with(tags! { "route" => route }).timer();
    let response = next.run(request).await;
    timer.tag(tags! { "status" => response.status().as_str() });
    response
}

/// Asks for a page, and gives the first line of the answer.
async fn ask(server: SocketAddr, path: &str) -> io::Result<String> {
    let mut connection = TcpStream::connect(server).await?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\n\r\n");
    connection.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await?;
    Ok(answer.lines().next().unwrap_or_default().to_owned())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let every = Duration::from_secs(60);
    let kept = Memory::new(size(1000));
    let requests = MStream::builder("requests")
        .window(every)
        .aggs(["count", "p99", "max"])
        .default_tags(tags! { "status" => "cut off" });
    // Times differ from run to run, so they are not printed.
    let shown = SinkOptions::default().accept(|element| !["requests.p99", "requests.max"].contains(&&*element.name));
    let coordinator = MCoordinator::builder()
        .stream(requests)
        .sink("memory", kept.clone())
        .sink_with("print", Print::stdout(), shown)
        .start()?;
    // What is counted through the facade goes to the same sinks.
    MRecorder::builder().window(every).counters(["sum"]).start(&coordinator)?.install()?;

    let service = Router::new()
        .route("/", get(home))
        .route("/news/{section}", get(section))
        .layer(from_fn_with_state(coordinator.stream("requests")?, measure));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let server = listener.local_addr()?;
    let serving = tokio::spawn(async move { axum::serve(listener, service).await });

    for path in ["/", "/news/politics", "/news/science", "/", "/news/gossip", "/robots.txt"] {
        println!("{path}: {}", ask(server, path).await?);
    }
    serving.abort();

    let report = coordinator.shutdown(Duration::from_secs(10)).await; // the minute is closed early
    assert!(report.is_complete());
    let elements = kept.take();
    let longest: Vec<f64> = elements.iter().filter(|one| &*one.name == "requests.max").map(|one| one.value).collect();
    assert_eq!(longest.len(), 4);
    assert!(longest.iter().all(|seconds| (0.0..60.0).contains(seconds)));
    Ok(())
}
