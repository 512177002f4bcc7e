//! [`Routes`]: who answers what.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use hyper::body::Bytes;
use hyper::{Method, Request, Response};

/// An answer that is being made.
type Answer = Pin<Box<dyn Future<Output = Response<Bytes>> + Send>>;

type Handler = Box<dyn Fn(Request<Bytes>) -> Answer + Send + Sync>;

/// The paths and methods that are answered, and by whom. A few, which are looked through.
#[derive(Default)]
pub(super) struct Routes(Vec<(String, Method, Handler)>);

/// What there is for a request.
pub(super) enum Found<'a> {
    Handler(&'a Handler),
    /// Only for these methods.
    Methods(String),
    Nothing,
}

impl Routes {
    pub(super) fn add<H, F>(&mut self, method: Method, path: &str, handler: H)
    where
        H: Fn(Request<Bytes>) -> F + Send + Sync + 'static,
        F: Future<Output = Response<Bytes>> + Send + 'static,
    {
        self.0.retain(|(other, of, _)| other != path || *of != method);
        self.0.push((path.to_owned(), method, Box::new(move |request| Box::pin(handler(request)))));
    }

    pub(super) fn find(&self, method: &Method, path: &str) -> Found<'_> {
        let there: Vec<_> = self.0.iter().filter(|(other, _, _)| other == path).collect();
        let of = |wanted: &Method| there.iter().find(|(_, method, _)| method == wanted);
        let head_as_get = || (*method == Method::HEAD).then(|| of(&Method::GET)).flatten();
        match of(method).or_else(head_as_get) {
            Some((_, _, handler)) => Found::Handler(handler),
            None if there.is_empty() => Found::Nothing,
            None => {
                let mut methods: Vec<&str> = there.iter().map(|(_, method, _)| method.as_str()).collect();
                if of(&Method::GET).is_some() && of(&Method::HEAD).is_none() {
                    methods.push("HEAD");
                }
                Found::Methods(methods.join(", "))
            }
        }
    }
}

impl fmt::Debug for Routes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(path, method, _)| format!("{method} {path}"))).finish()
    }
}
