//! Two programs that read as one consumer.

use std::time::Instant;

use super::server::{Server, publish};
use crate::program::{Scene, until};

/// What each says is wrong, before and after which it reads on.
const ELSEWHERE: &str = "messages were delivered elsewhere";

/// Where they take messages from each other all the while, each says so once.
#[test]
fn two_that_read_as_one_consumer_say_so_once() {
    let (scenes, server) = ([Scene::new(), Scene::new()], Server::start());
    server.make_stream("A", "a");
    let config = format!(
        "[[source]]\ntype = \"nats\"\nurl = \"{}\"\nstream = \"A\"\nformat = \"statsd\"\ncommit_every = \"50ms\"\n\
         [[stream]]\nname = \"*\"\nagg = [\"sum\"]\nbatch = 1\n[[sink]]\ntype = \"jsonl\"\n",
        server.url()
    );
    let begun = Instant::now();
    let programs = scenes.each_ref().map(|scene| scene.start(&config, &[]));
    let (mut sent, mut after) = (0, 0);
    until("that each has missed some", || {
        // One after the other, so that whoever has the turn gets it.
        server.runtime.block_on(publish(server.url(), "a".to_owned(), vec![b"a:1|c".to_vec()], sent));
        sent += 1;
        after += usize::from(programs.iter().all(|program| program.has_said(ELSEWHERE)));
        (after == 100).then_some(())
    });
    for program in programs {
        program.signal("TERM");
        let said = program.ended().code(0).err;
        // It has to read on for five seconds at least, before it says that it does; or something else is wrong in between.
        let others = said.lines().filter(|line| line.starts_with("source ") && !line.contains(ELSEWHERE)).count();
        let most = 1 + others + begun.elapsed().as_secs() as usize / 5;
        assert!((1..=most).contains(&said.matches(ELSEWHERE).count()), "{:?}: {said}", begun.elapsed());
    }
}
