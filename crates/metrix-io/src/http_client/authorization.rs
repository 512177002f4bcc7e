//! How a client says who it is.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::header::HeaderValue;

use crate::Secret;

/// The value of the header `Authorization` for a token.
pub(crate) fn bearer(token: &Secret) -> HeaderValue {
    value(format!("Bearer {}", token.reveal()))
}

/// The same for a user and a password.
pub(crate) fn basic(user: &str, password: &Secret) -> HeaderValue {
    value(format!("Basic {}", STANDARD.encode(format!("{user}:{}", password.reveal()))))
}

/// It shows itself as `Sensitive`.
fn value(text: String) -> HeaderValue {
    let mut value = HeaderValue::from_bytes(text.as_bytes()).expect("a secret and base64 have no control characters");
    value.set_sensitive(true);
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_as_the_protocol_has_them_and_are_not_shown() {
        let secret = Secret::new("open sesame").unwrap();
        // The example of RFC 7617.
        let basic = basic("Aladdin", &secret);
        assert_eq!(basic, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert_eq!(bearer(&secret), "Bearer open sesame");
        assert_eq!(format!("{basic:?}"), "Sensitive");
        assert_eq!(bearer(&Secret::new("é").unwrap()).as_bytes(), "Bearer é".as_bytes());
    }
}
