//! The progress bar, in a real terminal.

use std::fs;

use crate::tmux::Tmux;

/// The program on a file of which it takes a hundred lines a second, as slow as its sink is.
fn start(source: &str, sink: &str, input: &str) -> Tmux {
    let tmux = Tmux::new(120, 30);
    let folder = tmux.folder();
    fs::write(folder.join("lines"), "m:1|c\n".repeat(10_000)).expect("there is room for a file");
    let config = format!(
        "[[source]]\ntype = 'statsd'\npath = 'lines'\n{source}\
         [[stream]]\nname = 'm'\nagg = ['count']\nbatch = 1\n\
         [[sink]]\ntype = 'jsonl'\nrate_limit = 0.01\nqueue = 10\n{sink}"
    );
    fs::write(folder.join("run.toml"), config).expect("there is room for a file");
    tmux.type_line(&format!("cd {}; clear", folder.display()));
    tmux.type_line(&format!("{input}{} run run.toml; echo \"exit=$?\"", env!("CARGO_BIN_EXE_metrix")));
    tmux
}

/// Asks it to end, and to do so at once.
fn end(tmux: &Tmux) {
    tmux.until("it has ended", |screen| {
        tmux.press("C-c");
        screen.contains("exit=130")
    });
}

const STDIN: &str = "[[source]]\ntype = 'statsd'\npath = '-'\n";
const FILE: &str = "path = 'out.jsonl'\n";

#[test]
fn it_is_drawn_where_nothing_is_printed() {
    let tmux = start("", FILE, "");
    tmux.until_all([" %  ", " KiB of 58.59 KiB, ", " left"]);
    end(&tmux);
}

#[test]
fn an_input_without_a_known_end_has_no_percents() {
    let tmux = start(STDIN, FILE, "cat lines | ");
    // Two of 60 kB, which are read ahead at once; how many a second that is falls from then on.
    let screen = tmux.until_all([" 117.19 KiB, ", "B/s"]);
    assert!(!screen.contains('%') && !screen.contains("left"), "{screen}");
    end(&tmux);
}

#[test]
fn it_is_not_drawn_between_what_is_printed_or_typed() {
    let tmux = start("", "", "");
    let screen = tmux.until("much is printed", |screen| screen.matches("m.count").count() >= 25);
    assert!(!screen.contains("left") && !screen.contains('%'), "{screen}");
    end(&tmux);

    let tmux = start(STDIN, FILE, "");
    let read = || fs::read_to_string(tmux.folder().join("out.jsonl")).unwrap_or_default();
    let screen = tmux.until("much is written", |_| read().lines().count() >= 100);
    assert!(!screen.contains("KiB"), "{screen}");
    end(&tmux);
}
