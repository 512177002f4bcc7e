//! What a server answers to the sink, and what becomes of it.

use std::num::NonZeroUsize;
use std::time::Duration;

use async_nats::jetstream::stream::{Config, DiscardPolicy};
use metrix::{MElement, Sink, Timestamp, WriteError, tags};
use metrix_io::sinks::nats::Nats;
use metrix_io::{NatsServer, Secret};

use super::{make_stream, server, sink};
use crate::chain::chain;
use crate::peers::nats::NatsPeer;

fn elements(names: &[&str]) -> Vec<MElement> {
    names.iter().map(|name| MElement::new(*name, 1.0, tags! {}, Timestamp::from_secs(1))).collect()
}

fn place(error: &WriteError) -> (bool, Option<&[usize]>) {
    (error.is_retryable(), error.positions())
}

#[tokio::test]
async fn a_stream_that_is_missing_may_be_made_yet() {
    let peer = NatsPeer::start();
    let mut sink = Nats::new(server(&peer));
    let error = sink.write(&elements(&["a.b", "c"])).await.unwrap_err();
    assert_eq!(place(&error), (true, Some(&[0, 1][..])));
    let told = "no stream of JetStream takes the subject \"metrix.a.b\": make one, or have the sink do it with `create_stream`";
    assert!(chain(&error).ends_with(told), "{}", chain(&error));
    make_stream(&peer.client().await, "METRIX").await;
    sink.write(&elements(&["a.b", "c"])).await.unwrap();
    assert_eq!((peer.stored("METRIX").await.len(), sink.counts().connections()), (2, 1));
}

#[tokio::test]
async fn what_is_too_large_is_refused_and_the_rest_is_stored() {
    let peer = NatsPeer::configured("max_payload: 4096");
    let mut sink = sink(&peer);
    let mut batch = elements(&["a", "b", "c"]);
    batch[1].tags = tags! { "long" => "x".repeat(5000) };
    batch[2].name = "x".repeat(2500).into();
    batch.push(MElement::new("d", f64::NAN, tags! {}, Timestamp::EPOCH));
    batch.extend(elements(&["e"]));
    let error = sink.write(&batch).await.unwrap_err();
    assert_eq!(place(&error), (false, Some(&[1, 2, 3][..])), "{}", chain(&error));
    assert!(chain(&error).contains("and the server takes 4096"), "{}", chain(&error));
    assert_eq!(peer.stored("METRIX").await.len(), 2);
}

/// The server knows how large a message may be that has its header; one byte more ends the connection.
#[tokio::test]
async fn the_largest_message_is_taken() {
    let peer = NatsPeer::configured("max_payload: 4096");
    let mut sink = sink(&peer);
    let largest = |text: usize| {
        let tags = tags! { "long" => "x".repeat(text) };
        vec![MElement::new("a", 1.0, tags, Timestamp::from_secs(1))]
    };
    let mut last = 0;
    for text in 3000..5000 {
        match sink.write(&largest(text)).await {
            Ok(()) => last = text,
            Err(error) => {
                assert!(!error.is_retryable(), "{}", chain(&error));
                break;
            }
        }
    }
    assert!(last > 3900, "{last}");
    assert_eq!(sink.counts().connections(), 1);
}

#[tokio::test]
async fn a_stream_that_is_full_is_worth_a_retry_and_a_limit_is_a_refusal() {
    let peer = NatsPeer::start();
    let client = peer.client().await;
    let full = Config {
        name: "FULL".to_owned(),
        subjects: vec!["metrix.full.>".to_owned()],
        max_messages: 1,
        discard: DiscardPolicy::New,
        ..Config::default()
    };
    let small = Config {
        name: "SMALL".to_owned(),
        subjects: vec!["metrix.small.>".to_owned()],
        max_message_size: 200,
        ..Config::default()
    };
    client.create_stream(full).await.unwrap();
    client.create_stream(small).await.unwrap();
    let mut sink = Nats::new(server(&peer));
    sink.write(&elements(&["full.a"])).await.unwrap();
    let error = sink.write(&elements(&["full.b"])).await.unwrap_err();
    assert_eq!(place(&error), (true, Some(&[0][..])), "{}", chain(&error));
    assert!(chain(&error).contains("maximum messages exceeded"), "{}", chain(&error));
    let mut batch = elements(&["small.a", "small.b"]);
    batch[0].tags = tags! { "long" => "x".repeat(300) };
    let error = sink.write(&batch).await.unwrap_err();
    assert_eq!(place(&error), (false, Some(&[0][..])), "{}", chain(&error));
    assert!(chain(&error).contains("JetStream says: "), "{}", chain(&error));
    assert!(chain(&error).contains("message size exceeds maximum allowed"), "{}", chain(&error));
    batch.extend(elements(&["full.c"]));
    let error = sink.write(&batch).await.unwrap_err();
    assert_eq!(place(&error), (true, Some(&[0, 2][..])), "{}", chain(&error));
}

const USERS: &str = r#"
authorization { users = [
    { user: "writer", password: "open sesame" }
    { user: "half", password: "open sesame", permissions: { publish: { deny: ["metrix.secret.>"] } } }
] }
"#;

#[tokio::test]
async fn who_it_is_matters() {
    let peer = NatsPeer::configured(USERS);
    let sesame = Secret::new("open sesame").unwrap();
    let with =
        |name: &str, password: &Secret| Nats::new(server(&peer).user(name, password)).create_stream("METRIX").unwrap();
    let nobody = sink(&peer).write(&elements(&["a"])).await.unwrap_err();
    let wrong = with("writer", &Secret::new("sesame open").unwrap()).write(&elements(&["a"])).await.unwrap_err();
    for error in [nobody, wrong] {
        assert!(
            error.is_retryable() && chain(&error).to_lowercase().contains("authorization violation"),
            "{}",
            chain(&error)
        );
        assert!(!chain(&error).contains("sesame"), "{}", chain(&error));
    }
    with("writer", &sesame).write(&elements(&["a"])).await.unwrap();
    let mut half = with("half", &sesame);
    // Nobody waits for an answer that won't come: that would end with an error that is worth a retry.
    let error = half.write(&elements(&["b", "secret.c", "d", "secret.c"])).await.unwrap_err();
    assert_eq!(place(&error), (false, Some(&[1, 3][..])), "{}", chain(&error));
    let told = "the server permits nobody like us to publish to \"metrix.secret.c\"";
    assert!(chain(&error).contains(told), "{}", chain(&error));
    // As the server quotes them, they are not as they are.
    for name in ["secret.\"", "secret.a\\b", "secret.\u{200b}", "secret.\u{e0001}'", "secret.é\u{a0}"] {
        let error = half.write(&elements(&["b", name])).await.unwrap_err();
        assert_eq!(place(&error), (false, Some(&[1][..])), "{name:?}: {}", chain(&error));
    }
    half.write(&elements(&["e"])).await.unwrap();
    assert_eq!(half.counts().connections(), 1);
}

/// More refusals than the client's library lets through at a time.
#[tokio::test]
async fn many_refusals_are_heard() {
    let peer = NatsPeer::configured(USERS);
    let sesame = Secret::new("open sesame").unwrap();
    let mut sink = Nats::new(server(&peer).user("half", &sesame)).create_stream("METRIX").unwrap();
    let names: Vec<String> = (0..2000)
        .map(|number| if number % 100 == 50 { format!("n{number}") } else { format!("secret.{number}") })
        .collect();
    let batch = elements(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let denied: Vec<usize> = (0..2000).filter(|number| number % 100 != 50).collect();
    let mut tries = 0;
    loop {
        tries += 1;
        assert!(tries <= 5, "it doesn't hear all");
        let error = sink.write(&batch).await.unwrap_err();
        if !error.is_retryable() {
            assert_eq!(place(&error), (false, Some(&denied[..])));
            break;
        }
    }
    // Known by now, so that it takes no other try.
    let error = sink.write(&batch).await.unwrap_err();
    assert_eq!(place(&error), (false, Some(&denied[..])));
}

#[tokio::test]
async fn a_stream_that_is_deleted_is_made_again() {
    let peer = NatsPeer::start();
    let mut sink = sink(&peer);
    sink.write(&elements(&["a"])).await.unwrap();
    peer.client().await.delete_stream("METRIX").await.unwrap();
    let error = sink.write(&elements(&["b"])).await.unwrap_err();
    assert_eq!(place(&error), (true, Some(&[0][..])), "{}", chain(&error));
    sink.write(&elements(&["b"])).await.unwrap();
    assert_eq!((peer.stored("METRIX").await.len(), sink.counts().connections()), (1, 1));
}

#[tokio::test]
async fn a_stream_of_other_subjects_is_told() {
    let peer = NatsPeer::start();
    make_stream(&peer.client().await, "OTHER").await;
    let mut sink = Nats::new(server(&peer)).create_stream("OTHER").unwrap();
    let error = sink.write(&elements(&["a"])).await.unwrap_err();
    let told = "the stream \"OTHER\" is there and takes [\"other.>\"] alone: add \"metrix.>\" to its subjects";
    assert!(error.is_retryable() && chain(&error).ends_with(told), "{}", chain(&error));
}

#[tokio::test]
async fn a_token_is_taken() {
    let peer = NatsPeer::configured("authorization { token: \"open sesame\" }");
    let token = Secret::new("open sesame").unwrap();
    let mut sink = Nats::new(server(&peer).token(&token)).create_stream("METRIX").unwrap();
    sink.write(&elements(&["a"])).await.unwrap();
}

/// The seed of an NKey and the public key that belongs to it, as the tool `nk` gives them; of no account anywhere.
#[tokio::test]
async fn an_nkey_is_taken() {
    let pair = nkeys();
    let peer = NatsPeer::configured(&format!("authorization {{ users = [ {{ nkey: {} }} ] }}", pair.1));
    let seed = Secret::new(pair.0).unwrap();
    let mut sink = Nats::new(server(&peer).nkey(&seed)).create_stream("METRIX").unwrap();
    sink.write(&elements(&["a"])).await.unwrap();
    let error = super::sink(&peer).write(&elements(&["a"])).await.unwrap_err();
    assert!(error.is_retryable(), "{}", chain(&error));
}

fn nkeys() -> (&'static str, &'static str) {
    (
        "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY",
        "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4",
    )
}

#[tokio::test]
async fn a_server_that_is_away_or_silent_is_worth_another_try() {
    let mut sink = Nats::new(NatsServer::new("nats://127.0.0.1:1").unwrap());
    let error = sink.write(&elements(&["a"])).await.unwrap_err();
    assert!(error.is_retryable() && chain(&error).contains("nats://127.0.0.1:1 can't be reached"), "{}", chain(&error));
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = NatsServer::new(&format!("nats://{}", silent.local_addr().unwrap())).unwrap();
    let mut sink = Nats::new(address.timeout(Duration::from_millis(200)));
    let error = sink.write(&elements(&["a"])).await.unwrap_err();
    assert!(error.is_retryable() && chain(&error).contains("has not answered within 200ms"), "{}", chain(&error));
}

/// More messages than may be on their way at a time.
#[tokio::test]
async fn few_may_be_on_their_way() {
    let peer = NatsPeer::start();
    let mut sink = sink(&peer).in_flight(NonZeroUsize::new(3).unwrap());
    let batch: Vec<MElement> =
        (0..100).map(|number| MElement::new("n", f64::from(number), tags! {}, Timestamp::EPOCH)).collect();
    sink.write(&batch).await.unwrap();
    let stored = peer.stored("METRIX").await;
    let order: Vec<bool> =
        stored.iter().enumerate().map(|(n, m)| m.payload.contains(&format!("\"value\":{n},"))).collect();
    assert_eq!(order, [true; 100]);
}

/// A write that is dropped at any moment is followed by another one, and nothing is stored twice.
#[tokio::test]
async fn a_write_can_be_dropped() {
    let peer = NatsPeer::start();
    let mut sink = sink(&peer);
    let batch: Vec<MElement> =
        (0..2000).map(|number| MElement::new("n", f64::from(number), tags! {}, Timestamp::EPOCH)).collect();
    for micros in [0, 100, 1000, 3000, 10_000, 30_000] {
        // Whether it was done in this time or not.
        let _ = tokio::time::timeout(Duration::from_micros(micros), sink.write(&batch)).await;
    }
    sink.write(&batch).await.unwrap();
    assert_eq!(peer.stored("METRIX").await.len(), 2000);
}
