//! [`Python`]: what the Python library metrix takes for a value, where there is an interpreter that has it.

use std::env;
use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

/// What one interpreter says, which runs `python_metrix.py`.
#[derive(Clone, Debug, PartialEq)]
pub struct Python {
    /// The version of streamz that it has below metrix.
    pub streamz: String,
    /// Nanoseconds a value, in batches of 1000.
    pub batches: f64,
    /// Nanoseconds a value, in windows of 10 ms.
    pub windows: f64,
}

impl Python {
    /// All that can be asked: `python3`, or those in `METRIX_PYTHON`, which is written as `PATH` is.
    ///
    /// # Errors
    /// If one that has the package can't run the script.
    pub fn all() -> Result<Vec<Self>, String> {
        let named = env::var_os("METRIX_PYTHON").unwrap_or_else(|| "python3".into());
        env::split_paths(&named).filter_map(|python| Self::ask(python.as_os_str())).collect()
    }

    /// Nothing, if there is no such interpreter, or it does not have the package.
    fn ask(python: &OsStr) -> Option<Result<Self, String>> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python_metrix.py");
        let has_it = Command::new(python).args(["-c", "import metrix"]).output().ok()?.status.success();
        has_it.then(|| {
            let output = Command::new(python).arg(script).output().map_err(|error| error.to_string())?;
            let (told, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            Self::read(&told).ok_or_else(|| format!("{} says `{told}` {said}", python.display()))
        })
    }

    fn read(told: &str) -> Option<Self> {
        let told: serde_json::Value = serde_json::from_str(told).ok()?;
        let nanos = |name: &str| told[name].as_f64();
        let streamz = told["streamz"].as_str()?.to_owned();
        Some(Self { streamz, batches: nanos("batches")?, windows: nanos("windows")? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_script_prints_is_read() {
        let told = r#"{"streamz": "0.6.6", "batches": 93092.5, "windows": 95256.0}"#;
        let read = Python { streamz: "0.6.6".into(), batches: 93_092.5, windows: 95_256.0 };
        assert_eq!((Python::read(told), Python::read("0.6.6")), (Some(read), None));
    }

    #[test]
    fn an_interpreter_that_is_not_there_says_nothing() {
        assert_eq!(Python::ask(OsStr::new("/no/python")), None);
    }
}
