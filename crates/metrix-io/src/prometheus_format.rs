//! [`Format`]: the formats of an exposition, and which one a client wants.

/// The formats in which Prometheus reads metrics, and in which its exporters show them.
///
/// ```
/// use metrix_io::sinks::prometheus::Format;
///
/// assert_eq!(Format::accepted("text/plain; version=0.0.4"), Format::Text);
/// assert_eq!(Format::accepted("application/openmetrics-text; version=1.0.0, text/plain; q=0.5"), Format::OpenMetrics);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Format {
    /// Prometheus' text format, version 0.0.4.
    #[default]
    Text,
    /// OpenMetrics 1.0.
    OpenMetrics,
}

impl Format {
    /// The one that a client wants which sends this header `Accept`: the one of the higher quality, of two equal ones
    /// OpenMetrics, and text where it wants neither.
    pub fn accepted(header: &str) -> Self {
        let (mut text, mut open_metrics) = (0.0, 0.0);
        for range in header.split(',') {
            let mut parts = range.split(';').map(str::trim);
            let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
            let (mut quality, mut version) = (1.0_f64, None);
            for part in parts {
                let (name, value) = part.split_once('=').unwrap_or((part, ""));
                match &*name.trim().to_ascii_lowercase() {
                    "q" => quality = value.trim().parse().unwrap_or(0.0),
                    "version" => version = Some(value.trim().trim_matches('"')),
                    _ => {}
                }
            }
            match &*kind {
                "application/openmetrics-text" if matches!(version, None | Some("1.0.0")) => {
                    open_metrics = quality.max(open_metrics);
                }
                "text/plain" if matches!(version, None | Some("0.0.4")) => text = quality.max(text),
                "*/*" | "text/*" => text = quality.max(text),
                _ => {}
            }
        }
        if open_metrics > 0.0 && open_metrics >= text { Self::OpenMetrics } else { Self::Text }
    }

    /// What the header `Content-Type` says of it.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Text => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }
}

/// Whether a client that sends this header `Accept-Encoding` takes gzip: what it says of gzip itself goes before `*`.
pub(crate) fn accepts_gzip(header: &str) -> bool {
    let (mut gzip, mut others) = (None, None);
    for coding in header.split(',') {
        let mut parts = coding.split(';').map(str::trim);
        let place = match &*parts.next().unwrap_or_default().to_ascii_lowercase() {
            "gzip" | "x-gzip" => &mut gzip,
            "*" => &mut others,
            _ => continue,
        };
        let mut quality = 1.0_f64;
        for (name, value) in parts.filter_map(|part| part.split_once('=')) {
            if name.trim().eq_ignore_ascii_case("q") {
                quality = value.trim().parse().unwrap_or(0.0);
            }
        }
        *place = Some(quality.max(place.unwrap_or(0.0)));
    }
    gzip.or(others).is_some_and(|quality| quality > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_get_what_they_want() {
        use Format::{OpenMetrics, Text};

        for (header, format) in [
            ("", Text),
            ("*/*", Text),
            ("text/html, text/*;q=0.9", Text),
            // As Prometheus 2.42 sends it, and as Prometheus 3 does.
            (
                "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,\
                 text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
                OpenMetrics,
            ),
            (
                "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,\
                 text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
                OpenMetrics,
            ),
            ("application/openmetrics-text", OpenMetrics),
            ("APPLICATION/OpenMetrics-Text; Version=\"1.0.0\"", OpenMetrics),
            ("application/openmetrics-text; q=0.4, text/plain; q=0.5", Text),
            ("application/openmetrics-text; q=0", Text),
            ("application/openmetrics-text; version=0.0.1, */*; q=0.1", Text),
            ("application/openmetrics-text; q=much, ;;;=,", Text),
        ] {
            assert_eq!(Format::accepted(header), format, "{header}");
        }
    }

    #[test]
    fn gzip_is_taken_by_who_says_so() {
        for header in ["gzip", "deflate, gzip;q=1.0, *;q=0.5", "*", "br,gzip ; q=0.1", "GZIP", "X-Gzip;Q=0.5, *;q=0"] {
            assert!(accepts_gzip(header), "{header}");
        }
        for header in ["", "identity", "gzip;q=0", "gzip;q=0.0", "gzip;q=x", "br", "gzip;q=0, *", "*, GZIP; Q=0"] {
            assert!(!accepts_gzip(header), "{header}");
        }
    }
}
