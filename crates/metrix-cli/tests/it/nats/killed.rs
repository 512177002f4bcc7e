//! Whoever is killed, nothing is missing, and where windows go by the times of elements, nothing is counted twice.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::Range;
use std::thread::sleep;
use std::time::{Duration, Instant};

use metrix::Timestamp;
use metrix_io::sinks::sqlite::{Query, Store};

use super::server::{Server, publish};
use super::stored;
use crate::appended::{Appended, TAGS_OF_IDS, appended, check_ids, last_of_windows};
use crate::program::{Running, Scene, until};

/// In all.
const COUNT: usize = 1_000_000;
const IN_A_MESSAGE: usize = 100;
const START: i64 = 1_700_000_000;

/// 1000 of them have the same second; their values are such that sums of them are exact.
fn message(number: usize) -> Vec<u8> {
    let mut text = String::new();
    for element in number * IN_A_MESSAGE..(number + 1) * IN_A_MESSAGE {
        let (value, shop, at) = (element % 1013, element % 7, START + element as i64 / 1000);
        writeln!(text, r#"{{"name":"n","value":{value},"tags":{{"shop":"{shop}"}},"at":{at}}}"#).unwrap();
    }
    text.into_bytes()
}

/// In all, beside the others: elements of the stream `ids`, whose values are their numbers.
const IDS: usize = COUNT / 10;

/// These messages, and after each tenth one of ids, which nothing else holds.
fn with_ids(messages: Range<usize>) -> Vec<Vec<u8>> {
    let ids = |number: usize| {
        let mut text = String::new();
        for id in number * IN_A_MESSAGE..(number + 1) * IN_A_MESSAGE {
            writeln!(text, r#"{{"name":"ids","value":{id},"tags":{{"tag":"{}"}}}}"#, id as i64 % TAGS_OF_IDS).unwrap();
        }
        text.into_bytes()
    };
    messages
        .flat_map(|number| [message(number)].into_iter().chain((number % 10 == 9).then(|| ids(number / 10))))
        .collect()
}

/// Closes all windows before it.
fn last() -> Vec<u8> {
    format!(r#"{{"name":"n","value":1,"tags":{{"shop":"last"}},"at":{}}}"#, START + 100_000).into_bytes()
}

fn exact(server: &Server) -> String {
    format!(
        "[[source]]\ntype = \"nats\"\nurl = \"{}\"\nstream = \"NUMBERS\"\nack_wait = \"5s\"\ncommit_every = \"100ms\"\n\
         [[stream]]\nname = \"n\"\nagg = [\"count\", \"sum\"]\nwindow = \"10s\"\ntime = \"event\"\nlateness = \"20s\"\n\
         [[sink]]\ntype = \"sqlite\"\npath = \"store.db\"\nstreams = [\"n\"]\n\
         [[sink]]\ntype = \"jsonl\"\npath = \"all.jsonl\"\n",
        server.url()
    )
}

/// Each window of each shop is there once where windows are replaced, and at least once where they are appended, with all that belongs to it.
#[track_caller]
fn check_sums(scene: &Scene) {
    let store = Store::open_read_only(scene.path("store.db")).unwrap();
    let mut expected: Vec<(i64, String, u64, u64)> = Vec::new();
    for window in 0..COUNT / 10_000 {
        for shop in 0..7 {
            let of_shop = (window * 10_000..(window + 1) * 10_000).filter(|element| element % 7 == shop);
            let (count, sum) = of_shop.fold((0, 0), |(count, sum), element| (count + 1, sum + element as u64 % 1013));
            expected.push((START + (window as i64 + 1) * 10, shop.to_string(), count, sum));
        }
    }
    let of = |name: &str| {
        let mut found: Vec<(i64, String, u64)> = Vec::new();
        for element in store.query(&Query::names(name)).unwrap() {
            let shop = element.tags.get("shop").unwrap().to_owned();
            if shop != "last" {
                found.push((element.at.as_nanos() / 1_000_000_000, shop, element.value as u64));
            }
        }
        found.sort();
        found
    };
    let appended = appended(scene, "all.jsonl");
    let mut last = last_of_windows(&appended, &["n.count", "n.sum"], "shop");
    last.retain(|(_, shop, _), _| shop != "last");
    let windows = expected.iter().flat_map(|(at, shop, count, sum)| {
        let at = Timestamp::from_secs(*at).to_string();
        let of = |name: &str, value: u64| ((name.to_owned(), shop.clone(), at.clone()), value as f64);
        [of("n.count", *count), of("n.sum", *sum)]
    });
    assert_eq!(last, windows.collect());
    let counts: Vec<_> = expected.iter().map(|(at, shop, count, _)| (*at, shop.clone(), *count)).collect();
    let sums: Vec<_> = expected.iter().map(|(at, shop, _, sum)| (*at, shop.clone(), *sum)).collect();
    assert_eq!(of("n.count"), counts);
    assert_eq!(of("n.sum"), sums);
}

/// Waits until all windows but the last are in the store.
#[track_caller]
fn wait_for_all(scene: &Scene, program: &mut Running) {
    let begun = Instant::now();
    while stored(scene, "n.count") < COUNT as f64 {
        assert!(!program.has_ended(), "the program goes on");
        assert!(begun.elapsed() < Duration::from_secs(600), "only {} have come", stored(scene, "n.count"));
        sleep(Duration::from_millis(20));
    }
}

/// Moments from 50 to 650 milliseconds, the same in each run.
fn moments() -> impl Iterator<Item = Duration> {
    let mut state = 5_u64;
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Duration::from_millis(50 + (state >> 33) % 600)
    })
}

#[test]
fn sums_are_exact_however_often_the_program_is_killed() {
    let (scene, server) = (Scene::new(), Server::start());
    server.make_stream("NUMBERS", "numbers");
    let messages = COUNT / IN_A_MESSAGE;
    let first = with_ids(0..messages / 2);
    let (numbered, mut rest) = (first.len(), with_ids(messages / 2..messages));
    server.publish("numbers", first);
    rest.push(last());
    let publishing = server.runtime.spawn(publish(server.url(), "numbers".to_owned(), rest, numbered));
    let ids = "[[stream]]\nname = \"ids\"\nagg = [\"min\", \"max\"]\nbatch = 1000\n";
    let config = format!("{}{ids}", exact(&server));
    let mut kills = 0;
    for moment in moments().take(12) {
        let program = scene.start(&config, &[]);
        // Those that have read something are killed in the middle of it.
        until("a message", || server.consumer("NUMBERS").filter(|info| info.delivered.stream_sequence > 0));
        sleep(moment);
        program.signal("KILL");
        assert_eq!(program.ended().code, None);
        kills += 1;
        if stored(&scene, "n.count") >= COUNT as f64 {
            break;
        }
    }
    assert!(kills >= 5, "{kills}");
    let mut program = scene.start(&config, &[]);
    wait_for_all(&scene, &mut program);
    server.runtime.block_on(publishing).unwrap();
    program.signal("TERM");
    program.ended().code(0);
    check_sums(&scene);
    check_ids(&appended(&scene, "all.jsonl"), IDS as u64);
}

/// A run that is stopped before it has connected leaves what the run before it has stored as it is.
#[test]
fn a_run_that_never_connected_erases_nothing() {
    let (scene, server) = (Scene::new(), Server::start());
    server.make_stream("NUMBERS", "numbers");
    server.publish("numbers", (0..COUNT / IN_A_MESSAGE / 10).map(message).collect());
    let config = exact(&server);
    let program = scene.start(&config, &[]);
    until("a time up to which windows are settled", || server.stored_note().filter(|note| note.contains("\\\"n\\\"")));
    program.signal("TERM");
    program.ended().code(0);
    let note = server.stored_note();
    assert!(note.as_ref().is_some_and(|note| note.contains("\\\"n\\\"")), "{note:?}");
    server.signal("STOP");
    let mut program = scene.start(&config, &[]);
    program.said("can't be reached");
    program.signal("TERM");
    // It ends soon. One that wouldn't, as it has something to write, could do so once the server goes on.
    let asked = Instant::now();
    while !program.has_ended() && asked.elapsed() < Duration::from_secs(10) {
        sleep(Duration::from_millis(10));
    }
    server.signal("CONT");
    program.ended().code(0);
    assert_eq!(server.stored_note(), note);
}

#[test]
fn sums_are_exact_when_the_server_is_killed() {
    let (scene, mut server) = (Scene::new(), Server::start());
    server.make_stream("NUMBERS", "numbers");
    let messages = COUNT / IN_A_MESSAGE;
    let all: Vec<Vec<u8>> = (0..messages).map(message).chain([last()]).collect();
    let publishing = server.runtime.spawn(publish(server.url(), "numbers".to_owned(), all, 0));
    let mut program = scene.start(&exact(&server), &[]);
    // The client that publishes, and the program, have found it.
    until("a message", || server.consumer("NUMBERS").filter(|info| info.delivered.stream_sequence > 0));
    for moment in moments().take(5) {
        sleep(moment);
        server.kill();
        server.restart();
    }
    wait_for_all(&scene, &mut program);
    server.runtime.block_on(publishing).unwrap();
    program.signal("TERM");
    program.ended().code(0).said(&["the connection was lost"]);
    check_sums(&scene);
}

/// A million takes less than a minute of processors, also without optimisation and whatever else they do meanwhile.
#[test]
fn a_million_takes_less_than_a_minute_of_work() {
    let (scene, server) = (Scene::new(), Server::start());
    server.make_stream("NUMBERS", "numbers");
    server.publish("numbers", (0..COUNT / IN_A_MESSAGE).map(message).chain([last()]).collect());
    let mut program = scene.start(&exact(&server), &[]);
    wait_for_all(&scene, &mut program);
    let worked = program.worked();
    assert!(worked < Duration::from_secs(60), "{worked:?}");
    program.signal("TERM");
    program.ended().code(0).said(&["1000001 readings in"]);
    check_sums(&scene);
}

/// Windows by the clock have no times of elements that could be compared: there some may be counted twice, but none is missing.
#[test]
fn by_the_clock_none_is_missing() {
    let (scene, server) = (Scene::new(), Server::start());
    server.make_stream("NUMBERS", "numbers");
    let series = |number: usize| format!(r#"{{"name":"n","value":1,"tags":{{"id":"{number}"}}}}"#).into_bytes();
    let publishing =
        server.runtime.spawn(publish(server.url(), "numbers".to_owned(), (0..5000).map(series).collect(), 0));
    let config = format!(
        "[[source]]\ntype = \"nats\"\nurl = \"{}\"\nstream = \"NUMBERS\"\nack_wait = \"5s\"\ncommit_every = \"50ms\"\n\
         [[stream]]\nname = \"n\"\nagg = [\"count\"]\nwindow = \"200ms\"\n\
         [[sink]]\ntype = \"jsonl\"\npath = \"out.jsonl\"\n",
        server.url()
    );
    let ids = || {
        let id = |element: &Appended| element.tags["id"].as_str().unwrap().to_owned();
        appended(&scene, "out.jsonl").iter().map(id).collect::<BTreeSet<String>>()
    };
    for moment in moments().take(8) {
        let program = scene.start(&config, &[]);
        until("a message", || server.consumer("NUMBERS").filter(|info| info.delivered.stream_sequence > 0));
        sleep(moment);
        program.signal("KILL");
        assert_eq!(program.ended().code, None);
    }
    server.runtime.block_on(publishing).unwrap();
    let program = scene.start(&config, &[]);
    until("all of them", || (ids().len() == 5000).then_some(()));
    program.signal("TERM");
    program.ended().code(0);
}
