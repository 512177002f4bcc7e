//! Headers that say who it is.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::header::HeaderValue;

use crate::{Secret, UserError};

/// A user and a password.
pub(crate) fn basic(user: &str, password: &Secret) -> Result<HeaderValue, UserError> {
    UserError::check(user)?;
    Ok(sensitive(&format!("Basic {}", STANDARD.encode(format!("{user}:{}", password.reveal())))))
}

/// A token, after the word that a protocol has for it.
pub(crate) fn token(scheme: &str, token: &Secret) -> HeaderValue {
    sensitive(&format!("{scheme} {}", token.reveal()))
}

/// The password or the token that such a header has, whatever the user and the scheme are called.
#[cfg(any(feature = "influx", feature = "otlp", test))]
pub(crate) fn credential(header: &[u8]) -> Option<Vec<u8>> {
    let space = header.iter().position(|&byte| byte == b' ')?;
    let (scheme, rest) = (&header[..space], header[space..].trim_ascii());
    if !scheme.eq_ignore_ascii_case(b"basic") {
        return Some(rest.to_vec());
    }
    let both = STANDARD.decode(rest).ok()?;
    let colon = both.iter().position(|&byte| byte == b':')?;
    Some(both[colon + 1..].to_vec())
}

/// Whether it is the secret, in a time that depends on nothing but its length.
#[cfg(any(feature = "influx", feature = "otlp"))]
pub(crate) fn same(given: &[u8], secret: &Secret) -> bool {
    let secret = secret.reveal().as_bytes();
    given.len() == secret.len() && given.iter().zip(secret).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

/// A value that is not shown.
fn sensitive(text: &str) -> HeaderValue {
    let mut value = HeaderValue::from_bytes(text.as_bytes()).expect("a secret has no control characters");
    value.set_sensitive(true);
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_right_and_not_shown() {
        let secret = Secret::new("open sesame").unwrap();
        // The example of RFC 7617.
        for wrong in ["a:b", "a\n", "\u{7f}"] {
            assert!(basic(wrong, &secret).is_err_and(|error| error.to_string().contains("leave out")), "{wrong:?}");
        }
        let basic = basic("Aladdin", &secret).unwrap();
        assert_eq!(basic, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert_eq!(token("Token", &secret), "Token open sesame");
        assert!(!format!("{basic:?}").contains("QWx"), "{basic:?}");
        for header in [basic.as_bytes(), b"Token open sesame", b"bearer  open sesame ", b"BASIC Om9wZW4gc2VzYW1l"] {
            assert_eq!(credential(header).as_deref(), Some(&b"open sesame"[..]));
        }
        for header in [&b"open"[..], b"Basic !", b"Basic b3Blbg==", b""] {
            assert_eq!(credential(header), None);
        }
    }
}
