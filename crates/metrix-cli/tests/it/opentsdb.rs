//! OpenTSDB: what the program writes as its keys have it.

use std::io::Read;
use std::net::TcpListener;
use std::thread::spawn;

use crate::program::Scene;

fn config(sink: &str) -> String {
    format!(
        "[[source]]\ntype = \"jsonl\"\n[[stream]]\nname = \"m\"\nagg = [\"sum\"]\nbatch = 1\n\
         [[sink]]\ntype = \"opentsdb\"\n{sink}\n"
    )
}

#[test]
fn times_are_in_milliseconds_and_tags_are_so_many_as_is_set() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("telnet://{}", listener.local_addr().unwrap());
    let server = spawn(move || {
        let mut lines = String::new();
        listener.accept().unwrap().0.read_to_string(&mut lines).unwrap();
        lines
    });
    let tags = |count: usize| (0..count).map(|n| format!("\"t{n}\":\"v\"")).collect::<Vec<_>>().join(",");
    let line = |value, count| {
        format!("{{\"name\":\"m\",\"value\":{value},\"tags\":{{{}}},\"at\":1700000000.25}}\n", tags(count))
    };
    let lines = [line(1, 0), line(2, 8), line(3, 9)].concat();
    let sink = format!("url = \"{url}\"\ndefault_tags = {{ a = \"b\" }}\nmilliseconds = true\nmax_tags = 9");
    let ended = Scene::new().run(&config(&sink), &[], lines).code(1);
    ended.said(&["2 delivered, 1 refused", "it has 10 tags, more than 9"]);
    let expected = "put m.sum 1700000000250 1 a=b\n\
                    put m.sum 1700000000250 2 a=b t0=v t1=v t2=v t3=v t4=v t5=v t6=v t7=v\n";
    assert_eq!(server.join().unwrap(), expected);
}

#[test]
fn certificates_that_are_missing_are_named() {
    let sink = "url = \"https://127.0.0.1:1\"\nca_file = \"nowhere\"";
    let expected = "it can't be opened: the certificates in nowhere can't be read: No such file";
    Scene::new().run(&config(sink), &[], "").code(1).said(&[expected]);
}
