//! Whatever messages have, the program goes on.

use super::server::Server;
use crate::payloads::{COUNTS, FORMATS, MESSAGES};
use crate::program::{Scene, until};

/// It tells how many of them nobody can read.
#[test]
fn any_payload_is_survived() {
    let (scene, server) = (Scene::new(), Server::start());
    let mut config = COUNTS.to_owned();
    for format in &FORMATS {
        let name = format.name;
        server.make_stream(name, name);
        server.publish(name, format.payloads());
        config += &format!(
            "[[source]]\ntype = \"nats\"\nurl = \"{}\"\nstream = \"{name}\"\nformat = \"{name}\"\n\
             subject_tag = \"format\"\ncommit_every = \"100ms\"\n{}\n",
            server.url(),
            format.keys
        );
    }
    let program = scene.start(&config, &[]);
    for format in &FORMATS {
        until("acknowledgements", || {
            let info = server.consumer(format.name)?;
            (info.delivered.stream_sequence == MESSAGES as u64 && info.num_ack_pending == 0).then_some(())
        });
    }
    program.signal("TERM");
    let ended = program.ended().code(0);
    FORMATS.iter().for_each(|format| format.check(&ended, &[" wrong (", " messages that nobody can read"]));
}
