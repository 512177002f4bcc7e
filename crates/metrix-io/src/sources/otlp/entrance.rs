//! [`Entrance`]: where requests come in.

use std::sync::{Arc, Mutex};

use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Request, Response, StatusCode};
use tokio::task::spawn_blocking;

use super::OtlpExport;
use super::answer::Form;
use super::cumulative::Cumulative;
use super::place::Place;
use super::rules::Rules;
use crate::otlp::answer::Partial;
use crate::otlp::check::check;
use crate::otlp::from_json::from_json;
use crate::otlp::schema::REQUEST;
use crate::sources::handover::Handover;
use crate::{Secret, authorization};

/// Bodies that are larger are read where that holds up nobody.
const SMALL: usize = 64 << 10;

/// Where requests come in.
pub(super) struct Entrance {
    pub(super) handover: Handover<OtlpExport>,
    pub(super) rules: Arc<Rules>,
    pub(super) cumulative: Arc<Mutex<Cumulative>>,
    pub(super) token: Option<Secret>,
    pub(super) is_grpc: bool,
}

impl Entrance {
    /// The answer to those who have no token, or another form, before anything of their bodies is kept.
    pub(super) fn check(&self, head: &Parts) -> Option<Response<Bytes>> {
        let form = self.form(&head.headers);
        let in_words = form.unwrap_or(Form::Protobuf);
        if !self.lets_in(&head.headers) {
            return Some(in_words.error(StatusCode::UNAUTHORIZED, "the token is another"));
        }
        match form {
            Some(_) => None,
            None => {
                let message = "the content-type has to be application/x-protobuf or application/json";
                Some(in_words.error(StatusCode::UNSUPPORTED_MEDIA_TYPE, message))
            }
        }
    }

    pub(super) async fn export(&self, request: Request<Bytes>) -> Response<Bytes> {
        let form = self.form(request.headers()).unwrap_or(Form::Protobuf);
        let body = request.into_body();
        let message = match body.len() > SMALL {
            true => spawn_blocking(move || read(form, body)).await.unwrap_or_else(|error| Err(error.to_string())),
            false => read(form, body),
        };
        let body = match message {
            Ok(body) => body,
            Err(message) => return form.error(StatusCode::BAD_REQUEST, &message),
        };
        let export = |reply| OtlpExport {
            place: Place::new(&body),
            body,
            rules: Arc::clone(&self.rules),
            cumulative: Arc::clone(&self.cumulative),
            form,
            reply,
            rejected: Partial::default(),
        };
        let busy = || form.error(StatusCode::SERVICE_UNAVAILABLE, "what was sent before is still to be read");
        self.handover.give(export).await.unwrap_or_else(busy)
    }

    fn form(&self, headers: &HeaderMap) -> Option<Form> {
        if self.is_grpc {
            return Some(Form::Grpc);
        }
        Form::of(headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()))
    }

    fn lets_in(&self, headers: &HeaderMap) -> bool {
        let Some(token) = &self.token else { return true };
        let given = headers.get(AUTHORIZATION).and_then(|given| authorization::credential(given.as_bytes()));
        given.is_some_and(|given| authorization::same(&given, token))
    }
}

/// The message that a body is, checked to its end.
fn read(form: Form, body: Bytes) -> Result<Bytes, String> {
    let message = match form {
        Form::Protobuf | Form::Grpc => body,
        Form::Json => from_json(&REQUEST, &body).map(Bytes::from).map_err(|error| error.to_string())?,
    };
    match check(&REQUEST, &message) {
        Ok(()) => Ok(message),
        Err(_) => Err("the body is no ExportMetricsServiceRequest".to_owned()),
    }
}
