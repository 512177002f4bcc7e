//! What is on the screen, character by character.

use std::time::Duration;

use metrix::testing::Scripted;
use metrix::{MCoordinator, MElement, MStream, Tags, Timestamp, size, tags};
use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, any, prop_assert, proptest};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent};

use super::*;
use crate::view::health::Health;
use crate::view::pulse::Phase;

/// A screen, and what is to be seen on it.
struct Rig {
    terminal: Terminal<TestBackend>,
    look: Look,
    pulse: Pulse,
    series: SeriesSet,
}

impl Rig {
    fn new(width: u16, height: u16) -> Self {
        Self {
            terminal: Terminal::new(TestBackend::new(width, height)).unwrap(),
            look: Look::default(),
            pulse: Pulse::default(),
            series: SeriesSet::new(size(10_000)),
        }
    }

    fn push(&mut self, name: &str, tags: Tags, values: &[f64]) {
        for (window, &value) in (1..).zip(values) {
            let at = Timestamp::from_secs(5 * window);
            let start = at.saturating_sub(Duration::from_secs(5));
            self.series.push(&MElement::new(name, value, tags.clone(), at).since(start));
        }
    }

    fn press(&mut self, keys: &str) {
        for c in keys.chars() {
            let code = if c == '\n' { KeyCode::Enter } else { KeyCode::Char(c) };
            assert!(self.look.on_key(KeyEvent::from(code), || self.series.clone()).is_continue());
        }
    }

    /// The lines of the screen, without the blanks at their ends.
    fn lines(&mut self) -> Vec<String> {
        let Self { terminal, look, pulse, series } = self;
        let drawn = terminal.draw(|frame| draw(frame, look, false, series, pulse)).unwrap();
        let mut lines = vec![String::new(); usize::from(drawn.area.height)];
        for (y, line) in (0..).zip(&mut lines) {
            let mut x = 0;
            while x < drawn.area.width {
                let symbol = drawn.buffer[(x, y)].symbol();
                line.push_str(symbol);
                // A wide character has two cells, of which the second is blank.
                x += u16::try_from(Span::raw(symbol).width().max(1)).unwrap();
            }
            line.truncate(line.trim_end().len());
        }
        lines
    }
}

fn some_series(rig: &mut Rig) {
    rig.push("requests.count", tags! { "method" => "GET" }, &[50.0, 100.0]);
    rig.push("cpu.usage.mean", tags! { "core" => 10 }, &[1.0, 2.0, 1.0, 1.0]);
    rig.push("cpu.usage.mean", tags! { "core" => 9 }, &[0.0, 25.0]);
    rig.push("memory.used.max", tags! {}, &[16.4e9]);
}

#[test]
fn series_are_grouped_by_metric() {
    let mut rig = Rig::new(100, 12);
    some_series(&mut rig);
    let expected = [
        " metrix   up 0:00:00  in 0/s, 0  out 0/s, 0  series 4",
        "METRIC           TAGS              VALUE   PER SECOND    CHANGE  LAST WINDOWS",
        "cpu.usage.mean   core=9               25                    +25  ▁█",
        "                 core=10               1                      =  ▁█▁▁",
        "memory.used.max                  16.4 GB                         ▄",
        "requests.count   method=GET          100           20   +100.0%  ▁█",
        "",
        "",
        "",
        " health  nothing lost",
        " sinks",
        " q quit  / filter  s sort  p pause  ? help                                           1-4 of 4 by name",
    ];
    let lines = rig.lines();
    assert_eq!(lines[..11], expected[..11], "{lines:#?}");
    assert!(lines[11].starts_with(" q quit  / filter") && lines[11].ends_with(" 1-4 of 4 by name"), "{}", lines[11]);
}

#[test]
fn a_page_begins_with_the_name() {
    let mut rig = Rig::new(60, 6);
    for core in 0..100 {
        rig.push("cpu.usage.mean", tags! { "core" => core }, &[1.0]);
    }
    rig.press("jjj");
    let lines = rig.lines();
    assert!(lines[2].starts_with("cpu.usage.m… core=3") || lines[2].contains("core=3"), "{lines:#?}");
    assert!(lines[2].starts_with("cpu.") && lines[3].starts_with("   "), "{lines:#?}");
    assert!(lines[5].ends_with("4-6 of 100 by name"), "{lines:#?}");
    rig.press("G");
    let lines = rig.lines();
    assert!(lines[4].contains("core=99") && lines[5].ends_with("98-100 of 100 by name"), "{lines:#?}");
}

#[test]
fn the_filter_is_seen_and_works() {
    let mut rig = Rig::new(100, 8);
    some_series(&mut rig);
    rig.press("/cpu*9");
    let lines = rig.lines();
    assert!(lines[7].starts_with(" filter: cpu*9█") && lines[7].ends_with("1-1 of 1 by name"), "{lines:#?}");
    assert!(lines[2].contains("core=9") && lines[3].is_empty(), "{lines:#?}");
    rig.press("x\n");
    let lines = rig.lines();
    assert!(
        lines[7].starts_with(" filter cpu*9x  Esc clears  q quit") && lines[7].ends_with("no rows by name"),
        "{lines:#?}"
    );
}

#[test]
fn what_is_hostile_is_harmless() {
    let mut rig = Rig::new(120, 8);
    rig.push("a\u{1b}[2J\u{9b}31m\n.sum", tags! { "\u{202e}t" => "\u{7}\r" }, &[1.0]);
    rig.push("z指標🦀.sum", tags! { "x" => "y" }, &[f64::NAN]);
    rig.pulse.log = Some("an evil line".into());
    let lines = rig.lines();
    assert!(lines[2].starts_with(r"a\u{1b}[2J\u{9b}31m\n.sum  \u{202e}t=\u{7}\r"), "{lines:#?}");
    assert!(lines[3].starts_with("z指標🦀.sum") && lines[3].contains("NaN"), "{lines:#?}");
    let cells = rig.terminal.backend().buffer().content.iter();
    assert!(cells.flat_map(|cell| cell.symbol().chars()).all(|c| !c.is_control() && c != '\u{202e}'));
}

#[test]
fn what_has_no_news_is_dim() {
    let mut rig = Rig::new(80, 6);
    rig.push("a.sum", tags! {}, &[1.0]);
    rig.push("b.sum", tags! {}, &[1.0, 1.0, 1.0, 1.0, 1.0]);
    rig.lines();
    let dim = |y: u16| rig.terminal.backend().buffer()[(0, y)].modifier.contains(ratatui::style::Modifier::DIM);
    assert_eq!([2, 3].map(dim), [true, false]);
}

#[tokio::test(start_paused = true)]
async fn the_pulse_tells_of_troubles() {
    let coordinator = MCoordinator::builder()
        .stream(MStream::builder("n").batch(size(1)).agg("sum"))
        .sink("store", Scripted::new([]))
        .start()
        .unwrap();
    coordinator.send("n", 1.0).unwrap();
    coordinator.send("n", f64::NAN).unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let mut rig = Rig::new(100, 12);
    rig.pulse.beat(Duration::ZERO, Health::default());
    let health = Health { unmatched: 12_345, report: coordinator.stats(), ..Health::default() };
    rig.pulse.beat(Duration::from_secs(3_725), health);
    rig.pulse.log = Some(format!("WARN {}", "long ".repeat(50)));
    let lines = rig.lines();
    assert_eq!(lines[0], " metrix   up 1:02:05  in 3.3/s, 12.35k  out 0/s, 1  series 0");
    assert_eq!(lines[8..10], [" health  1 refused, 12345 unmatched", " sinks   store 0 waiting"]);
    assert!(lines[10].starts_with(" log     WARN long ") && lines[10].ends_with('…'), "{lines:#?}");
    rig.pulse.phase = Phase::Ending;
    assert!(rig.lines()[0].starts_with(" metrix  ending   up"));
    rig.pulse.phase = Phase::Ended;
    assert!(rig.lines()[0].starts_with(" metrix  ended: q leaves   up"));
    coordinator.shutdown(Duration::from_secs(1)).await;
}

/// The cause of a failure stands at the end of what is said of it.
#[test]
fn a_long_line_of_the_log_takes_several_of_the_screen() {
    let mut rig = Rig::new(40, 16);
    some_series(&mut rig);
    rig.pulse.log = Some(format!("{}the end", "1234567890".repeat(7)));
    let lines = rig.lines();
    let expected = [
        " sinks",
        " log     1234567890123456789012345678901",
        "         2345678901234567890123456789012",
        "         34567890the end",
    ];
    assert_eq!(lines[11..15], expected, "{lines:#?}");
    rig.pulse.log = Some("x".repeat(200));
    assert!(rig.lines()[14].ends_with("x…"));
}

#[test]
fn the_help_lies_above_all() {
    let mut rig = Rig::new(100, 20);
    some_series(&mut rig);
    rig.press("?");
    let lines = rig.lines().join("\n");
    assert!(lines.contains("┌ keys ") && lines.contains("q, Ctrl-C      end the run"), "{lines}");
}

#[test]
fn every_size_can_be_drawn() {
    for (width, height) in (0..40).flat_map(|height| [0, 1, 2, 5, 13, 14, 30, 59, 80, 200].map(|width| (width, height)))
    {
        let mut rig = Rig::new(width, height);
        some_series(&mut rig);
        rig.push("指標🦀指標🦀指標🦀指標🦀", tags! { "a" => "指".repeat(500) }, &[1.0]);
        rig.pulse.log = Some("a line".into());
        rig.press("?");
        rig.lines();
        rig.press("x/a");
        rig.lines();
        rig.press("\n");
        let lines = rig.lines();
        let rows = usize::from(height.saturating_sub(u16::from(height > 1)));
        let is_seen = lines.iter().any(|line| line.ends_with("25") || line.contains(" 25 "));
        assert!(rows == 0 || width < 13 || is_seen, "{width}x{height} {lines:#?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_commands_the_terminal(
        name in any::<String>(),
        tags in vec((any::<String>(), any::<String>()), 0..3),
        values in vec(any::<f64>(), 1..5),
        width in 1..150_u16,
    ) {
        let mut rig = Rig::new(width, 10);
        rig.push(&name, tags.into_iter().collect(), &values);
        let lines = rig.lines();
        prop_assert!(lines.iter().all(|line| !line.contains(char::is_control)), "{:?}", lines);
        prop_assert!(lines.iter().all(|line| Span::raw(line).width() <= usize::from(width)), "{:?}", lines);
    }
}

#[test]
fn texts_are_cut_where_there_is_no_room() {
    for (text, width, expected) in [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("指標", 4, "指標"),
        ("指標", 3, "指…"),
        ("指標", 2, "…"),
        ("a", 0, ""),
        ("", 0, ""),
    ] {
        assert_eq!(fit(text, width), expected);
    }
}
