//! [`place`]: the file that a path leads to.

use std::path::{self, Path, PathBuf};

/// The file that a path leads to, which needn't be there: the same one for all ways to write it, as far as the folders are
/// there that it goes through.
pub(crate) fn place(path: &Path) -> PathBuf {
    let there = || {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Some(folder.canonicalize().ok()?.join(path.file_name()?))
    };
    path.canonicalize().ok().or_else(there).or_else(|| path::absolute(path).ok()).unwrap_or_else(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_has_one_place_by_all_its_paths() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| place(&folder.path().join(path));
        fs::create_dir(folder.path().join("inner")).unwrap();
        fs::write(folder.path().join("old"), "").unwrap();
        for file in ["old", "new"] {
            for path in [format!("./{file}"), format!("inner/../{file}"), format!(".//{file}")] {
                assert_eq!(at(&path), at(file), "{path}");
            }
        }
        assert_ne!(at("old"), at("new"));
        assert_eq!(at("none/./new"), at("none/new"));
        assert_eq!(place(Path::new("new")), place(Path::new("./new")));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("file"), "").unwrap();
        std::os::unix::fs::symlink(path("file"), path("link")).unwrap();
        assert_eq!(place(&path("link")), place(&path("file")));
    }
}
