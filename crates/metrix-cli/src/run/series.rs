//! [`SeriesCache`]: the routes of the series that a source has seen.

use std::sync::Arc;

use metrix_io::Reading;

use super::keys::{Found, Keys};
use super::router::{Route, Router};

/// The routes of the series that a source has seen. When they are too many, they are forgotten, all at once, and found anew.
///
/// Memory: at most 10 000 series, of about 8 MiB in all, and one more.
#[derive(Debug)]
pub(crate) struct SeriesCache {
    router: Arc<Router>,
    keys: Keys,
    /// By the numbers of the keys; `None` where no stream is for it.
    routes: Vec<Option<Route>>,
    /// The last one that was too long to be kept.
    passing: Option<Route>,
}

impl SeriesCache {
    pub(crate) fn new(router: Arc<Router>) -> Self {
        Self { router, keys: Keys::default(), routes: Vec::new(), passing: None }
    }

    pub(crate) fn router(&self) -> &Arc<Router> {
        &self.router
    }

    /// Where a reading goes; one that no stream is for is counted.
    pub(crate) fn route(&mut self, reading: &Reading<'_>) -> Option<&mut Route> {
        let Self { router, keys, routes, passing } = self;
        let route = match keys.find(reading) {
            Found::Known(number) => routes[number].as_mut(),
            Found::New => {
                if keys.are_full() {
                    keys.forget();
                    routes.clear();
                }
                keys.add();
                routes.push(router.route(reading));
                routes.last_mut().and_then(Option::as_mut)
            }
            Found::TooLong => {
                *passing = router.route(reading);
                passing.as_mut()
            }
        };
        match &route {
            Some(route) => router.count_loss(route),
            None => router.unmatched(&reading.name),
        }
        route
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use metrix::{MStream, size};

    use super::*;
    use crate::run::router::Entrance;

    fn cache() -> SeriesCache {
        let (sender, _) = MStream::builder("a*").batch(size(1)).agg("sum").build().unwrap();
        SeriesCache::new(Arc::new(Router::new(vec![Entrance::of("a*", sender)])))
    }

    fn reading<'a>(name: &'a str, tags: &[(&'a str, &'a str)]) -> Reading<'a> {
        let mut reading = Reading::new(name, 1.0);
        reading.tags.extend(tags.iter().map(|&(name, value)| (name.into(), value.into())));
        reading
    }

    #[test]
    fn what_differs_in_anything_is_another_series() {
        let mut cache = cache();
        let series = [
            reading("a", &[]),
            reading("ab", &[]),
            reading("a", &[("b", "")]),
            reading("a", &[("", "b")]),
            reading("a", &[("b", "c")]),
            reading("a", &[("bc", "")]),
            reading("a", &[("b", ""), ("c", "")]),
        ];
        for _ in 0..2 {
            for reading in &series {
                let sender = format!("{:?}", cache.route(reading).unwrap().sender(NonZeroU32::MIN));
                let tags = reading.to_tags().with("metrix.name", &reading.name);
                assert!(sender.contains(&format!("tags: {tags:?}")), "{sender}");
            }
            assert_eq!(cache.routes.len(), series.len());
        }
    }

    #[test]
    fn the_longest_are_not_kept() {
        let mut cache = cache();
        for number in 0..10 {
            let value = format!("{number}{}", "x".repeat(5000));
            let route = cache.route(&reading("a", &[("b", &value)])).unwrap();
            assert_eq!(format!("{:?}", route.sender(NonZeroU32::MIN)).matches(&value).count(), 1);
            assert!(cache.route(&reading("b", &[("b", &value)])).is_none());
        }
        assert_eq!((cache.routes.len(), cache.router().all_unmatched()), (0, Some((10, "b"))));
    }

    #[test]
    fn a_flood_is_forgotten_and_what_nobody_wants_is_counted() {
        let mut cache = cache();
        for number in 0..30_000 {
            let name = format!("{}{number}", if number % 2 == 0 { "a" } else { "b" });
            for _ in 0..2 {
                assert_eq!(cache.route(&reading(&name, &[])).is_some(), number % 2 == 0);
            }
            assert!(cache.routes.len() <= 10_000);
        }
        assert_eq!(cache.router().all_unmatched(), Some((30_000, "b1")));
    }
}
