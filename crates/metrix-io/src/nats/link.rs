//! [`Link`]: one connection to NATS.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use async_nats::connection::State;
use async_nats::jetstream::Context;
use async_nats::jetstream::context::ContextBuilder;
use async_nats::{Client, ConnectOptions, Event, ServerError};
use tokio::sync::watch;
use tokio::time::timeout;

use super::{Identity, NatsError, NatsServer};

/// One connection. It is never made anew: what was on its way when it was lost is forgotten with it, so that nothing of it is kept
/// or waited for.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) client: Client,
    pub(crate) jetstream: Context,
    seen: watch::Receiver<Seen>,
}

/// What has been heard from the server beside its answers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    is_lost: bool,
    /// Its last words.
    said: Option<String>,
    /// The subjects to which it lets nobody publish who is as we are; those heard last.
    denied: HashSet<String>,
}

/// So many subjects that are denied are known.
pub(crate) const MOST_DENIED: usize = 4096;

/// What the server says goes through a queue of the client's library that drops what is more than 128: of no more than so many
/// messages at a time all refusals are heard.
pub(crate) const MOST_HEARD: usize = 100;

/// That a connection was lost goes through the same queue, so that it is asked for too, this often.
const LOOK: Duration = Duration::from_millis(500);

/// So long may nothing come from a server before it is asked whether it is there; it is given up after three times that.
const PING: Duration = Duration::from_secs(10);

impl Link {
    /// Connects; `in_flight` messages may be without an acknowledgement at a time.
    pub(crate) async fn open(server: &NatsServer, in_flight: usize) -> Result<Self, NatsError> {
        let limit = server.timeout;
        let connected = timeout(limit, Self::connect(server, in_flight)).await;
        connected.unwrap_or_else(|_| {
            Err(NatsError::new(format!("{server} can't be reached: it has not answered within {limit:?}")))
        })
    }

    async fn connect(server: &NatsServer, in_flight: usize) -> Result<Self, NatsError> {
        let failed =
            |error: &(dyn std::error::Error + 'static)| NatsError::of(format_args!("{server} can't be reached"), error);
        let (tell, seen) = watch::channel(Seen::default());
        let tell = Arc::new(tell);
        let mut options = ConnectOptions::new()
            .name("metrix")
            .connection_timeout(server.timeout)
            .request_timeout(Some(server.timeout))
            .ping_interval(PING)
            .ignore_discovered_servers()
            // One try each, which is what the first connection needs. A second one is made at most, and dropped.
            .max_reconnects(server.addresses.len())
            .event_callback(move |event| {
                tell.send_modify(|seen| seen.hear(event));
                std::future::ready(())
            });
        options = match &server.identity {
            Identity::Nobody => options,
            Identity::User(name, password) => options.user_and_password(name.clone(), password.reveal().to_owned()),
            Identity::Token(token) => options.token(token.reveal().to_owned()),
            Identity::Nkey(seed) => options.nkey(seed.reveal().to_owned()),
            Identity::Credentials(text) => options.credentials(text).map_err(|error| failed(&error))?,
        };
        match server.tls.config().await {
            Ok(config) => options = options.tls_client_config((*config).clone()),
            Err(error) if server.needs_tls() => return Err(failed(&error)),
            // Where the server doesn't ask for it, no certificate is needed.
            Err(_) => {}
        }
        // The future is of the size of all that a connection needs.
        let client = Box::pin(options.connect(&server.addresses[..])).await.map_err(|error| failed(&error))?;
        let jetstream = ContextBuilder::new().timeout(server.timeout).max_ack_inflight(in_flight.max(1));
        let jetstream = jetstream.ack_timeout(server.timeout).build(client.clone());
        Ok(Self { client, jetstream, seen })
    }

    /// Waits until the connection is lost.
    pub(crate) async fn lost(&self) -> NatsError {
        let mut seen = self.seen.clone();
        // If nobody can tell any more, it has ended.
        while !self.is_lost() {
            if matches!(timeout(LOOK, seen.wait_for(|seen| seen.is_lost)).await, Ok(Err(_))) {
                break;
            }
        }
        NatsError::new(match self.said() {
            Some(said) => format!("the connection was lost: the server says {said:?}"),
            None => "the connection was lost".to_owned(),
        })
    }

    pub(crate) fn is_lost(&self) -> bool {
        self.seen.borrow().is_lost || self.client.connection_state() != State::Connected
    }

    /// The server's last words beside its answers.
    pub(crate) fn said(&self) -> Option<String> {
        self.seen.borrow().said.clone()
    }

    /// Whether the server has said that nobody like us may publish to this subject.
    pub(crate) fn denies(&self, subject: &str) -> bool {
        self.seen.borrow().denied.contains(subject)
    }

    /// The subjects that it denies, as far as it was heard.
    pub(crate) fn denied(&self) -> HashSet<String> {
        self.seen.borrow().denied.clone()
    }

    /// Waits until the server says anything beside its answers, since the last time that this was asked.
    pub(crate) async fn says(&mut self) {
        if self.seen.changed().await.is_err() {
            // Nothing more will be said, and who waits for more has a limit of time.
            std::future::pending::<()>().await;
        }
    }
}

impl Seen {
    fn hear(&mut self, event: Event) {
        match event {
            Event::Disconnected | Event::Closed => self.is_lost = true,
            Event::ServerError(ServerError::Other(words)) => {
                if let Some(subject) = denied(&words) {
                    if self.denied.len() >= MOST_DENIED {
                        self.denied.clear();
                    }
                    self.denied.insert(subject);
                }
                self.said = Some(words);
            }
            Event::ServerError(error) => self.said = Some(error.to_string()),
            Event::Connected
            | Event::LameDuckMode
            | Event::Draining
            | Event::SlowConsumer(_)
            | Event::ClientError(_) => {}
        }
    }
}

/// The subject of `Permissions Violation for Publish to "metrix.load"`.
fn denied(words: &str) -> Option<String> {
    let (before, rest) = words.split_once('"')?;
    let is_denied = before.eq_ignore_ascii_case("permissions violation for publish to ");
    rest.strip_suffix('"').filter(|_| is_denied).and_then(unquoted)
}

/// What a server of Go has put into quotes: `\"` and `\\`, `\t` and its like, and `\x7f`, `\u00a0` and `\U000e0001`.
fn unquoted(text: &str) -> Option<String> {
    let (mut plain, mut rest) = (String::with_capacity(text.len()), text.chars());
    while let Some(char) = rest.next() {
        if char != '\\' {
            plain.push(char);
            continue;
        }
        let digits = match rest.next()? {
            char @ ('"' | '\\') => {
                plain.push(char);
                continue;
            }
            'x' => 2,
            'u' => 4,
            'U' => 8,
            letter => {
                let (_, char) = LETTERS.iter().find(|(known, _)| *known == letter)?;
                plain.push(*char);
                continue;
            }
        };
        let number: String = rest.by_ref().take(digits).collect();
        let number = u32::from_str_radix(&number, 16).ok().filter(|_| number.len() == digits);
        plain.push(number.and_then(char::from_u32)?);
    }
    Some(plain)
}

/// What stands for a control character behind a backslash.
const LETTERS: [(char, char); 7] =
    [('a', '\x07'), ('b', '\x08'), ('f', '\x0c'), ('n', '\n'), ('r', '\r'), ('t', '\t'), ('v', '\x0b')];

impl NatsServer {
    fn needs_tls(&self) -> bool {
        self.addresses.iter().any(async_nats::ServerAddr::tls_required)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_denied_subject_is_known() {
        let mut seen = Seen::default();
        for words in
            ["Permissions Violation for Publish to \"a.b\"", "Permissions Violation for Subscription to \"c\"", "Stale"]
        {
            seen.hear(Event::ServerError(ServerError::Other(words.to_owned())));
        }
        assert_eq!(
            (seen.denied, seen.said.as_deref(), seen.is_lost),
            (HashSet::from(["a.b".to_owned()]), Some("Stale"), false)
        );
    }

    #[test]
    fn a_subject_is_taken_out_of_its_quotes() {
        let of = |quoted: &str| denied(&format!("Permissions Violation for Publish to \"{quoted}\""));
        for (quoted, subject) in [
            (r"a.b", "a.b"),
            (r#"a.\"b\""#, "a.\"b\""),
            (r"a.\\.b\\", "a.\\.b\\"),
            (r"\a\b\f\n\r\t\v", "\x07\x08\x0c\n\r\t\x0b"),
            (r"\x7f\u200b\U000e0001é", "\x7f\u{200b}\u{e0001}é"),
            (r"'\\x'", "'\\x'"),
        ] {
            assert_eq!(of(quoted).as_deref(), Some(subject), "{quoted}");
        }
        for quoted in [r"a\", r"\q", r"\x7", r"\ud800", r"\U0fffffff"] {
            assert_eq!(of(quoted), None, "{quoted}");
        }
    }
}
