//! The live view in a real terminal, and its plain form.

use std::fs;
use std::net::UdpSocket;
use std::process::Command;

use crate::ports::free_ports;
use crate::program::{Scene, until};
use crate::tmux::Tmux;

const METRIX: &str = env!("CARGO_BIN_EXE_metrix");

/// This machine and StatsD clients, in windows of a second, in a terminal.
struct Live {
    tmux: Tmux,
    client: UdpSocket,
}

impl Live {
    fn start(columns: u16, lines: u16) -> Self {
        Self::with(columns, lines, "")
    }

    /// With something more in the configuration.
    fn with(columns: u16, lines: u16, more: &str) -> Self {
        let tmux = Tmux::new(columns, lines);
        let client = UdpSocket::bind("127.0.0.1:0").expect("there are free ports");
        let [port] = free_ports();
        client.connect(("127.0.0.1", port)).expect("an address of this machine");
        let config = format!(
            "[[source]]\ntype = 'host'\nevery = '300ms'\n\
             [[source]]\ntype = 'statsd'\nlisten = 'udp://127.0.0.1:{port}'\n\
             [[stream]]\nname = 'cpu.*'\nagg = ['mean', 'max']\nwindow = '1s'\n\
             [[stream]]\nname = 'requests'\nagg = ['sum']\nwindow = '1s'\n\
             [[stream]]\nname = 'z.*'\nagg = ['count']\nwindow = '1s'\n\
             [[sink]]\ntype = 'table'\n{more}"
        );
        fs::write(tmux.folder().join("run.toml"), config).expect("the folder can be written to");
        let folder = tmux.folder().display();
        // The shell tells who it is before it becomes the program.
        tmux.type_line(&format!(
            "cd {folder}; clear; sh -c 'echo $$ >pid; exec {METRIX} run run.toml'; echo \"exit=$?\""
        ));
        // Then it listens, too.
        tmux.until_all(["METRIC", "cpu.usage.mean", "core=0"]);
        assert_eq!(tmux.variable("alternate_on"), "1");
        Self { tmux, client }
    }

    fn send(&self, datagram: impl AsRef<[u8]>) {
        self.client.send(datagram.as_ref()).expect("somebody listens");
    }

    /// Waits until it has ended with a code, and checks that the terminal is as it was before.
    #[track_caller]
    fn has_ended(&self, code: u8) -> String {
        let screen = self.tmux.until("it has ended", |screen| screen.contains("exit="));
        assert!(screen.contains(&format!("exit={code}\n")), "{screen}");
        assert_eq!(["alternate_on", "cursor_flag"].map(|name| self.tmux.variable(name)), ["0", "1"], "{screen}");
        self.tmux.type_line("clear; stty -a");
        let modes = self.tmux.until_all(["icanon", "echo", "\nready>"]);
        for mode in ["-icanon", "-echo ", "-isig", "-opost"] {
            assert!(!modes.contains(mode), "{mode} in {modes}");
        }
        screen
    }
}

#[test]
fn series_come_and_are_looked_at() {
    let live = Live::start(120, 40);
    let tmux = &live.tmux;
    live.send("requests:3|c|#method:GET\nrequests:4|c|#method:GET");
    // The sink has it, once it shows that nothing waits.
    let is_shown = |screen: &str| row(screen, "requests.sum").is_some() && screen.contains(" sinks   table 0 waiting");
    let screen = tmux.until("the sum is there", is_shown);
    let row = row(&screen, "requests.sum").unwrap();
    assert_eq!(row[1..4], ["method=GET", "7", "7"], "{screen}");
    assert!(screen.lines().next().unwrap().starts_with(" metrix   up 0:0"), "{screen}");

    tmux.type_text("/req*get");
    let screen = tmux.until_all([" filter: req*get", "1-1 of 1 by name"]);
    assert!(!screen.contains("cpu.usage"), "{screen}");
    tmux.press("Enter");
    tmux.until_all([" filter req*get", "Esc clears"]);
    tmux.press("Escape");
    tmux.until_all(["cpu.usage.mean"]);

    tmux.press("s");
    tmux.until_all(["by value"]);
    tmux.type_text("s");
    tmux.until_all(["by most changed"]);
    tmux.type_text("s");
    tmux.until_all(["by name"]);
    tmux.press("?");
    tmux.until_all(["┌ keys", "quit"]);
    tmux.press("x");
    tmux.until("the help is gone", |screen| !screen.contains("┌ keys"));

    tmux.press("p");
    tmux.until_all([" paused "]);
    live.send("z.late:1|c");
    tmux.press("p");
    let screen = tmux.until_all(["z.late.count"]);
    assert!(!screen.contains(" paused "), "{screen}");

    tmux.press("q");
    let screen = live.has_ended(0);
    assert!(screen.contains("stream \"requests\": 2 in, 1 out"), "{screen}");
}

#[test]
fn it_scrolls_and_is_resized() {
    let live = Live::start(100, 20);
    let tmux = &live.tmux;
    for id in 0..100 {
        live.send(format!("z.many:1|c|#id:{id}"));
    }
    // What is shown otherwise has rows of this machine among them.
    tmux.type_text("/z.many");
    tmux.until_all([" filter: z.many", " of 100 by name"]);
    tmux.press("Escape");
    tmux.until("all rows are there", |screen| total(screen).is_some_and(|total| total > 100));
    tmux.press("End");
    let screen = tmux.until_all(["id=99 "]);
    assert!(!screen.contains("cpu.usage") && screen.contains("\nz.many.count "), "{screen}");
    tmux.press("PageUp");
    tmux.until("it has scrolled", |screen| !screen.contains("id=99 ") && screen.contains("id=85 "));
    tmux.press("g");
    tmux.until_all(["\ncpu.usage.max", "core=0"]);
    tmux.press("j");
    tmux.until("it has scrolled by a row", |screen| screen.contains(" 2-"));

    tmux.resize(50, 12);
    let screen =
        tmux.until("the columns are fewer", |screen| !screen.contains("PER SECOND") && screen.contains("cpu.usage"));
    assert!(screen.contains("CHANGE") && screen.lines().all(|line| line.chars().count() <= 50), "{screen}");
    for (columns, lines) in [(5, 2), (1, 1), (300, 3)] {
        tmux.resize(columns, lines);
        tmux.until("it is as small", |_| tmux.variable("pane_width") == columns.to_string());
    }
    tmux.resize(120, 30);
    tmux.until_all(["PER SECOND", "cpu.usage.max", "LAST WINDOWS", " sinks   table"]);
    tmux.press("C-c");
    live.has_ended(0);
}

#[test]
fn what_is_hostile_does_nothing_to_the_terminal() {
    let live = Live::start(180, 30);
    let tmux = &live.tmux;
    live.send(b"z.\x1b[2J\x1b]0;owned\x07\x1b[31m:1|c|#a:\x1b[?1049l,b:\xe2\x80\xaex");
    live.send("no line at all \x1b[2J\x1bc");
    let name = r"z.\u{1b}[2J\u{1b}]0;owned\u{7}\u{1b}[31m.count";
    let screen = tmux.until_all([name, "1 faults in lines", " log     udp://127.0.0.1:"]);
    assert!(screen.contains(r"a=\u{1b}[?1049l,b=\u{202e}x"), "{screen}");
    assert!(screen.contains("METRIC") && screen.contains("cpu.usage.mean"), "{screen}");
    assert_eq!(tmux.variable("alternate_on"), "1");
    assert!(!tmux.variable("pane_title").contains("owned"));
    tmux.press("q");
    let screen = live.has_ended(0);
    assert!(screen.contains("udp://127.0.0.1:"), "what was logged can be read afterwards: {screen}");
}

#[test]
fn a_second_ctrl_c_is_not_kept_waiting() {
    // It takes an element a minute: what was read can't be delivered in time.
    let live = Live::with(100, 30, "[[sink]]\ntype = 'jsonl'\npath = 'slow'\nrate_limit = 60\n");
    live.tmux.press("C-c");
    live.tmux.until_all([" ending ", "cpu.usage.mean"]);
    live.tmux.press("C-c");
    let screen = live.has_ended(130);
    assert!(!screen.contains("elements out"), "{screen}");
}

#[test]
fn sigterm_gives_the_terminal_back() {
    let live = Live::start(100, 30);
    let pid = fs::read_to_string(live.tmux.folder().join("pid")).expect("the shell has written it");
    let kill = Command::new("sh").args(["-c", &format!("kill -TERM {}", pid.trim())]).status();
    assert!(kill.expect("there is a shell").success());
    let screen = live.has_ended(0);
    assert!(screen.contains("elements out"), "{screen}");
}

#[test]
fn a_closed_terminal_ends_the_run() {
    let live = Live::start(100, 30);
    let pid = fs::read_to_string(live.tmux.folder().join("pid")).expect("the shell has written it");
    live.tmux.close();
    // A number may be given again, but not to a program of this name.
    let is_there = || fs::read_to_string(format!("/proc/{}/comm", pid.trim())).is_ok_and(|name| name == "metrix\n");
    until("the end", || (!is_there()).then_some(()));
}

#[test]
fn what_has_ended_can_be_read() {
    let tmux = Tmux::new(100, 24);
    fs::write(tmux.folder().join("requests.jsonl"), requests()).expect("the folder can be written to");
    fs::write(tmux.folder().join("run.toml"), requests_from("-")).expect("the folder can be written to");
    // Keys come from the terminal all the same.
    let run = |args: &str| format!("clear; {METRIX} run {args} run.toml <requests.jsonl; echo \"exit=$?\"");
    tmux.type_line(&format!("cd {}", tmux.folder().display()));
    tmux.type_line(&run(""));
    let screen = tmux.until_all([" ended: q leaves "]);
    assert_eq!(row(&screen, "requests.sum").unwrap()[1..3], ["method=GET", "5"], "{screen}");
    tmux.press("q");
    tmux.until_all(["exit=0", "5 readings in, 3 elements out"]);
    assert_eq!(tmux.variable("alternate_on"), "0");
    tmux.type_line(&run("--plain"));
    tmux.until_all(["2015-05-17T10:05:10Z  requests.sum  method=GET   3\n", "exit=0"]);
}

#[test]
fn a_pipe_gets_plain_lines() {
    let ended = Scene::new().run(&requests_from("-"), &["--quiet"], requests()).code(0);
    let expected = "\
        2015-05-17T10:05:10Z  requests.sum  method=GET   3\n\
        2015-05-17T10:05:10Z  requests.sum  method=P\\nT  0.5\n\
        2015-05-17T10:05:20Z  requests.sum  method=GET   5\n";
    assert_eq!((&*ended.out, &*ended.err), (expected, ""));
}

/// A configuration that reads requests.
fn requests_from(path: &str) -> String {
    format!(
        "[[source]]\ntype = 'jsonl'\npath = '{path}'\n\
         [[stream]]\nname = 'requests'\nagg = ['sum']\nwindow = '10s'\ntime = 'event'\n\
         [[sink]]\ntype = 'table'\n"
    )
}

/// Some requests, as JSON lines.
fn requests() -> String {
    let requests = [(3, "GET", 1.0), (4, "GET", 2.0), (5, "P\\nT", 0.5), (11, "GET", 2.0), (19, "GET", 3.0)];
    let line = |(second, method, value)| {
        let (tags, at) = (format!("{{\"method\":\"{method}\"}}"), format!("2015-05-17T10:05:{second:02}Z"));
        format!("{{\"name\":\"requests\",\"value\":{value},\"tags\":{tags},\"at\":\"{at}\"}}\n")
    };
    requests.map(line).concat()
}

/// The words of the row of a metric.
fn row<'a>(screen: &'a str, name: &str) -> Option<Vec<&'a str>> {
    let rows = screen.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    rows.into_iter().find(|words| words.first() == Some(&name))
}

/// How many rows there are, as the last line says.
fn total(screen: &str) -> Option<usize> {
    screen.split(" of ").nth(1)?.split(' ').next()?.parse().ok()
}
