//! [`Tmux`]: a real terminal, with a shell in it, whose screen can be read.

use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::peers::installed;

/// So long may it take until the screen shows what is expected.
const PATIENCE: Duration = Duration::from_secs(60);

/// A terminal of a server of its own, which ends when it is dropped.
pub(crate) struct Tmux {
    folder: TempDir,
}

impl Tmux {
    /// A shell in a terminal of so many columns and lines.
    pub(crate) fn new(columns: u16, lines: u16) -> Self {
        installed("tmux", || Command::new("tmux").arg("-V").output().ok());
        let tmux = Self { folder: tempfile::tempdir().expect("there is room for a folder") };
        let (columns, lines) = (columns.to_string(), lines.to_string());
        // It has a prompt that no other text is taken for.
        let shell = "PS1='ready> ' exec sh";
        tmux.run(["-u", "-f", "/dev/null", "new-session", "-d", "-x", &columns, "-y", &lines, shell]);
        tmux.until("the shell is ready", |screen| screen.lines().any(|line| line == "ready>"));
        tmux
    }

    /// Files of the test can lie there.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Types a line of the shell.
    pub(crate) fn type_line(&self, line: &str) {
        self.run(["send-keys", "-l", line]);
        self.press("Enter");
    }

    /// Types a text, character by character.
    pub(crate) fn type_text(&self, text: &str) {
        self.run(["send-keys", "-l", text]);
    }

    /// Presses a key, as tmux calls it.
    pub(crate) fn press(&self, key: &str) {
        self.run(["send-keys", key]);
    }

    /// Closes the terminal, as one does with a window.
    pub(crate) fn close(&self) {
        self.run(["kill-session"]);
    }

    pub(crate) fn resize(&self, columns: u16, lines: u16) {
        self.run(["resize-window", "-x", &columns.to_string(), "-y", &lines.to_string()]);
    }

    /// What a variable of tmux says of the terminal.
    pub(crate) fn variable(&self, name: &str) -> String {
        self.run(["display-message", "-p", &format!("#{{{name}}}")]).trim().to_owned()
    }

    /// The lines of the screen.
    pub(crate) fn screen(&self) -> String {
        self.run(["capture-pane", "-p"])
    }

    /// The screen, once it shows what is expected.
    #[track_caller]
    pub(crate) fn until(&self, expected: &str, is_shown: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let screen = self.screen();
            if is_shown(&screen) {
                return screen;
            }
            assert!(Instant::now() < deadline, "it is never so that {expected}; the screen is:\n{screen}");
            sleep(Duration::from_millis(50));
        }
    }

    /// The screen, once it has all of the texts.
    #[track_caller]
    pub(crate) fn until_all<const N: usize>(&self, texts: [&str; N]) -> String {
        self.until(&format!("all of {texts:?} are there"), |screen| texts.iter().all(|text| screen.contains(text)))
    }

    #[track_caller]
    fn run<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> String {
        let mut tmux = Command::new("tmux");
        tmux.arg("-S").arg(self.folder.path().join("socket")).args(args);
        // The shell inside has none of those that the test may have been started with.
        tmux.env("LC_ALL", "C.UTF-8").env_remove("TMUX").env_remove("NO_COLOR").env_remove("ENV");
        let output = tmux.output().expect("it is installed");
        assert!(output.status.success(), "{tmux:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("tmux writes UTF-8")
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        let socket = self.folder.path().join("socket");
        // It may have ended already.
        let _ = Command::new("tmux").arg("-S").arg(socket).arg("kill-server").output();
    }
}
