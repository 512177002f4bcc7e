//! [`Live`]: the sources that never end by themselves.

use std::collections::HashMap;
use std::future::Future;

use tokio::task::{Id, JoinSet};

use super::account::Account;
use super::voice::Voice;

/// The sources that never end by themselves, each in a task of its own.
#[derive(Debug)]
pub(crate) struct Live {
    tasks: JoinSet<Account>,
    names: HashMap<Id, String>,
    voice: Voice,
    /// Of those that have come to their end.
    pub(crate) accounts: Vec<Account>,
    /// Whether one has no account, as it has panicked.
    pub(crate) has_panicked: bool,
}

impl Live {
    pub(crate) fn new(voice: Voice) -> Self {
        Self { tasks: JoinSet::new(), names: HashMap::new(), voice, accounts: Vec::new(), has_panicked: false }
    }

    pub(crate) fn start(&mut self, name: String, source: impl Future<Output = Account> + Send + 'static) {
        let task = self.tasks.spawn(source);
        self.names.insert(task.id(), name);
    }

    /// Waits for the end of all, and says at once if one panics: the others go on.
    pub(crate) async fn gather(&mut self) {
        while let Some(ended) = self.tasks.join_next().await {
            match ended {
                Ok(account) => self.accounts.push(account),
                Err(error) => {
                    self.has_panicked = true;
                    let name = self.names.get(&error.id()).map_or("", String::as_str);
                    self.voice.say(format_args!("source {name:?} has panicked: nothing more comes from it"));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use tokio::sync::{mpsc, oneshot};
    use tokio::time::timeout;

    use super::*;
    use crate::run::faults::Faults;

    #[tokio::test]
    async fn a_panic_is_told_while_the_others_go_on() {
        let (hear, mut heard) = mpsc::unbounded_channel();
        let voice = Voice::heard(move |lines| hear.send(String::from_utf8_lossy(lines).into_owned()).unwrap());
        let (end, ended) = oneshot::channel::<()>();
        let account = Account::new("host".to_owned(), Faults::new(voice.clone(), Arc::default()));
        let mut live = Live::new(voice);
        live.start("udp://a".to_owned(), async { panic!("for the test") });
        live.start("host".to_owned(), async {
            ended.await.unwrap();
            account
        });
        let listen = async {
            let said = timeout(Duration::from_secs(60), heard.recv()).await.unwrap().unwrap();
            assert_eq!(said, "source \"udp://a\" has panicked: nothing more comes from it\n");
            end.send(()).unwrap();
        };
        tokio::join!(live.gather(), listen);
        assert_eq!((live.has_panicked, live.accounts.len()), (true, 1));
    }
}
