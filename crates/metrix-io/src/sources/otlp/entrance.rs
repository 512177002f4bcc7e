//! [`Entrance`]: where requests come in.

use std::sync::{Arc, Mutex};

use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Request, Response, StatusCode};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::OtlpExport;
use super::answer::Form;
use super::cumulative::Cumulative;
use super::place::Place;
use super::rules::Rules;
use crate::http_server::Room;
use crate::otlp::answer::Partial;
use crate::otlp::check::check;
use crate::otlp::from_json::from_json;
use crate::otlp::schema::REQUEST;
use crate::sources::handover::Handover;
use crate::{Secret, authorization};

/// Bodies that are larger are read where that holds up nobody.
const SMALL: usize = 64 << 10;

/// So many of those are read at a time.
pub(super) const TURNS: usize = 2;

/// Where requests come in.
pub(super) struct Entrance {
    pub(super) handover: Handover<OtlpExport>,
    pub(super) rules: Arc<Rules>,
    pub(super) cumulative: Arc<Mutex<Cumulative>>,
    pub(super) token: Option<Secret>,
    pub(super) is_grpc: bool,
    pub(super) turns: Arc<Semaphore>,
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
        let (head, body) = request.into_parts();
        let room = head.extensions.get::<Room>().cloned();
        let message = match body.len() > SMALL {
            true => {
                // What is made of JSON has no room of its own until it is there, so that few are made at a time.
                let turn = Arc::clone(&self.turns).acquire_owned().await;
                let read = spawn_blocking(move || {
                    let _turn = turn;
                    read(form, body, room)
                });
                read.await.unwrap_or_else(|error| Err(Unread::Wrong(error.to_string())))
            }
            false => read(form, body, room),
        };
        let body = match message {
            Ok(body) => body,
            Err(Unread::Wrong(message)) => return form.error(StatusCode::BAD_REQUEST, &message),
            Err(Unread::NoRoom) => return form.refusal(StatusCode::TOO_MANY_REQUESTS),
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

/// Why a body has not become a message.
enum Unread {
    Wrong(String),
    NoRoom,
}

/// The message that a body is, checked to its end. What is made of JSON takes room in the place of the text.
fn read(form: Form, body: Bytes, room: Option<Room>) -> Result<Bytes, Unread> {
    let message = match form {
        Form::Protobuf | Form::Grpc => body,
        Form::Json => {
            let message = from_json(&REQUEST, &body).map_err(|error| Unread::Wrong(error.to_string()))?;
            drop(body);
            match room {
                Some(room) => room.keep(message).ok_or(Unread::NoRoom)?,
                None => message.into(),
            }
        }
    };
    match check(&REQUEST, &message) {
        Ok(()) => Ok(message),
        Err(_) => Err(Unread::Wrong("the body is no ExportMetricsServiceRequest".to_owned())),
    }
}
