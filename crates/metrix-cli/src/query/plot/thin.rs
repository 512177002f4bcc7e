//! [`Thin`]: a line in few points that looks as with all of them.

/// The most spans of time in a line. A picture is hardly wider, in pixels.
const SPANS: usize = 600;

/// A point of a line: nanoseconds since the epoch, and the value.
pub(super) type Point = (i64, f64);

/// Keeps of each span of time the first, the least, the greatest and the last point, which is all that can be seen of it
/// where a span is no wider than a pixel (Jugel et al., "M4: A Visualization-Oriented Time Series Data Aggregation", VLDB
/// 2014). The spans become twice as long whenever there are too many.
///
/// Memory: four points for each of 600 spans, however many points there are.
#[derive(Debug)]
pub(super) struct Thin {
    /// In nanoseconds.
    length: i64,
    spans: Vec<Span>,
}

#[derive(Clone, Copy, Debug)]
struct Span {
    /// The start, in lengths since the epoch.
    place: i64,
    first: Point,
    least: Point,
    greatest: Point,
    last: Point,
}

impl Span {
    /// Takes in the points of a later one.
    fn join(&mut self, later: &Self) {
        if later.least.1 < self.least.1 {
            self.least = later.least;
        }
        if later.greatest.1 > self.greatest.1 {
            self.greatest = later.greatest;
        }
        self.last = later.last;
    }
}

impl Thin {
    pub(super) fn new() -> Self {
        Self { length: 1, spans: Vec::new() }
    }

    /// Adds a point that is not before the last one.
    pub(super) fn push(&mut self, point: Point) {
        let place = point.0.div_euclid(self.length);
        self.append(Span { place, first: point, least: point, greatest: point, last: point });
        while self.spans.len() > SPANS {
            self.length = self.length.saturating_mul(2);
            for mut span in std::mem::take(&mut self.spans) {
                span.place = span.first.0.div_euclid(self.length);
                self.append(span);
            }
        }
    }

    fn append(&mut self, span: Span) {
        match self.spans.last_mut() {
            Some(open) if open.place == span.place => open.join(&span),
            _ => self.spans.push(span),
        }
    }

    /// The points that are kept, by time.
    pub(super) fn points(&self) -> Vec<Point> {
        let mut points = Vec::new();
        for &Span { first, least, greatest, last, .. } in &self.spans {
            let (sooner, later) = if least.0 <= greatest.0 { (least, greatest) } else { (greatest, least) };
            points.extend([first, sooner, later, last]);
        }
        points.dedup();
        points
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thin(points: impl IntoIterator<Item = Point>) -> Thin {
        let mut thin = Thin::new();
        points.into_iter().for_each(|point| thin.push(point));
        thin
    }

    #[test]
    fn few_points_are_kept_as_they_are() {
        let points: Vec<Point> = (0..600).map(|at| (at * 5_000_000_000 - 7, (at % 7) as f64)).collect();
        assert_eq!(thin(points.clone()).points(), points);
        assert_eq!(thin([]).points(), []);
    }

    #[test]
    fn of_many_points_the_extremes_stay() {
        // One peak and one drop, each a single point among 200 000.
        let value = |at| match at {
            77_777 => 1e9,
            123_456 => -1e9,
            at => (at % 10) as f64,
        };
        let thin = thin((0..200_000_i64).map(|at| (at * 1_000_000, value(at))));
        let points = thin.points();
        assert!(thin.spans.len() <= SPANS && points.len() <= 4 * SPANS, "{}", points.len());
        assert!(points.contains(&(77_777_000_000, 1e9)) && points.contains(&(123_456_000_000, -1e9)));
        assert_eq!((points[0], points[points.len() - 1]), ((0, 0.0), (199_999_000_000, 9.0)));
        assert!(points.is_sorted_by_key(|&(at, _)| at));
    }

    #[test]
    fn the_ends_of_time_have_room() {
        let all = (-1000..1000).map(|place| (place * (i64::MAX / 1000), place as f64));
        assert!(thin(all).points().len() > SPANS / 2);
    }
}
