//! What the tests need beside cargo.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

/// The path of a program that `.ci/peers` installs.
pub(crate) fn program(name: &str) -> PathBuf {
    installed(name, || {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).map(|folder| folder.join(name)).find(|path| path.is_file())
    })
}

/// What `find` finds. It is installed if it is absent, which takes a minute; without it the tests fail.
pub(crate) fn installed<T>(what: &str, find: impl Fn() -> Option<T>) -> T {
    static INSTALLING: Mutex<()> = Mutex::new(());
    let _lock = INSTALLING.lock().expect("`.ci/peers` has been run by another test and has failed");
    find().unwrap_or_else(|| {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.ci/peers");
        let output = Command::new("bash").arg(&script).output().expect("bash starts");
        let said = String::from_utf8_lossy(&output.stderr);
        find().unwrap_or_else(|| panic!("no {what} on this machine, and `bash .ci/peers` didn't install it: {said}"))
    })
}
