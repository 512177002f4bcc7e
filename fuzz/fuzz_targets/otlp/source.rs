//! What the source reads of points, with the modules that lie beside this file by a link.

mod cumulative;
mod fields;
mod histogram;
mod place;
mod point;
mod rules;
mod tags;

use self::cumulative::Cumulative;
use self::place::Place;
use self::point::Reader;
use self::rules::{Histograms, Rules};

/// Reads all points of a request that has been checked, and looks at what they give.
pub fn read_points(body: &[u8]) {
    for histograms in [Histograms::Values, Histograms::Buckets] {
        let rules = Rules { histograms, unit_tag: Some("unit".to_owned()), ..Rules::default() };
        let (mut place, mut cumulative, mut points) = (Place::new(body), Cumulative::new(100), 0);
        while let Some(found) = place.next(body) {
            points += 1;
            let (mut readings, mut tags) = (0, 0);
            let reader = Reader { rules: &rules, cumulative: &mut cumulative, body, found };
            let read = reader.read(&mut |reading| {
                readings += 1;
                tags = tags.max(reading.tags.iter().map(|(name, value)| name.len() + value.len()).sum());
                assert!(reading.value.is_finite(), "{reading:?}");
                assert!((1.0..=f64::from(u32::MAX)).contains(&reading.weight), "{reading:?}");
                assert!(!reading.name.is_empty() && reading.kind.is_some(), "{reading:?}");
            });
            assert!(read.is_ok() || readings == 0, "a point that is rejected gives nothing");
            assert!(readings <= 2100, "{readings} readings of a point");
            assert!(tags <= 65 << 10, "{tags} bytes of tags");
        }
        assert!(2 * points <= body.len(), "a point has two bytes at least");
    }
}
