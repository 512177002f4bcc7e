//! Whatever messages have, the program goes on.

use rdkafka::Offset;

use super::broker::{Broker, Sent};
use crate::payloads::{COUNTS, FORMATS, MESSAGES};
use crate::program::{Scene, until};

/// What is wrong holds up nothing: all is committed.
#[test]
fn any_payload_is_survived() {
    let (broker, scene) = (Broker::start(), Scene::new());
    let mut config = COUNTS.to_owned();
    for format in &FORMATS {
        let name = format.name;
        broker.topic(name, 1);
        broker.send(name, format.payloads().into_iter().map(|payload| Sent { partition: 0, payload }));
        config += &format!(
            "[[source]]\ntype = \"kafka\"\nbrokers = \"{}\"\ntopics = [\"{name}\"]\ngroup = \"{name}\"\nformat = \"{name}\"\n\
             message_tags = {{ format = \"topic\" }}\ncommit_every = \"100ms\"\n{}\n",
            broker.address(),
            format.keys
        );
    }
    let program = scene.start(&config, &[]);
    for format in &FORMATS {
        let committed = || broker.committed(format.name, format.name, 1)[0].0 == Offset::Offset(MESSAGES as i64);
        until("a commit", || committed().then_some(()));
    }
    program.signal("TERM");
    let ended = program.ended().code(0);
    FORMATS.iter().for_each(|format| format.check(&ended, &[" wrong ("]));
}
