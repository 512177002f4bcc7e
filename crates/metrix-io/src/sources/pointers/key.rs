//! The keys of a JSON pointer.

use std::borrow::Cow;

use super::Pointers;

/// What is wrong with a pointer, and how to mend it.
pub(in crate::sources) type Problem = String;

impl Pointers {
    /// Adds the place that a JSON pointer (RFC 6901) leads to, and returns its number.
    pub(in crate::sources) fn add_pointer(&mut self, pointer: &str) -> Result<usize, Problem> {
        let keys = keys(pointer)?;
        Ok(self.add(keys.iter().map(|key| &**key)))
    }
}

/// The keys of a JSON pointer, in which `~1` stands for a slash and `~0` for a tilde.
pub(in crate::sources) fn keys(pointer: &str) -> Result<Vec<Cow<'_, str>>, Problem> {
    let Some(keys) = pointer.strip_prefix('/') else {
        return Err(format!("a JSON pointer begins with a slash: write `/{pointer}`"));
    };
    keys.split('/').map(key).collect()
}

fn key(escaped: &str) -> Result<Cow<'_, str>, Problem> {
    let mut parts = escaped.split('~');
    let mut key = Cow::Borrowed(parts.next().unwrap_or_default());
    for part in parts {
        let (stands_for, rest) = match part.split_at_checked(1) {
            Some(("0", rest)) => ('~', rest),
            Some(("1", rest)) => ('/', rest),
            _ => return Err(format!("`{escaped}` has a `~` with neither 0 nor 1 after it: write `~0` for a tilde")),
        };
        let text = key.to_mut();
        text.push(stands_for);
        text.push_str(rest);
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_unescaped() {
        assert_eq!(keys("/a/b c/").unwrap(), ["a", "b c", ""]);
        assert_eq!(keys("/~1~0/~01/a~1").unwrap(), ["/~", "~1", "a/"]);
        for wrong in ["", "a", "/~", "/~2", "/a~é", "/~/"] {
            assert!(keys(wrong).is_err(), "{wrong}");
        }
    }
}
