//! Prometheus, and its pushgateway.

use std::fs;

use serde_json::Value;

use super::database::Database;
use super::stored::Stored;
use super::{Peer, free_ports, get};

impl Database {
    /// Prometheus, which takes remote-write and scrapes nothing but these targets, each of them every so often.
    pub(crate) fn prometheus(targets: &[(String, &str)]) -> Self {
        let [http] = free_ports();
        let jobs: String = targets
            .iter()
            .enumerate()
            .map(|(number, (target, every))| {
                format!(
                    "- job_name: job{number}\n  scrape_interval: {every}\n  scrape_timeout: {every}\n  \
                     honor_labels: true\n  static_configs:\n  - targets: ['{target}']\n"
                )
            })
            .collect();
        let args = |folder: &std::path::Path| {
            let config = folder.join("prometheus.yml");
            fs::write(&config, format!("scrape_configs:\n{jobs}")).expect("the folder can be written to");
            vec![
                format!("--config.file={}", config.display()),
                format!("--storage.tsdb.path={}", folder.join("data").display()),
                format!("--web.listen-address=127.0.0.1:{http}"),
                "--web.enable-remote-write-receiver".to_owned(),
            ]
        };
        let peer = Peer::start("prometheus", args, move || get(http, "/-/ready").is_ok());
        Self { peer, http, telnet: 0, put: 0, udp: 0, graphite: 0 }
    }

    /// The pushgateway, which has the strictest parser.
    pub(crate) fn pushgateway() -> Self {
        let [http] = free_ports();
        let args = |_: &std::path::Path| vec![format!("--web.listen-address=127.0.0.1:{http}")];
        let peer = Peer::start("prometheus-pushgateway", args, move || get(http, "/-/ready").is_ok());
        Self { peer, http, telnet: 0, put: 0, udp: 0, graphite: 0 }
    }
}

/// All samples that Prometheus has of these series in the hours up to a time in seconds, with times in milliseconds.
pub(crate) fn samples(server: &Database, selector: &str, hours: u32, end: i64) -> Stored {
    let query = encoded(&format!("{selector}[{hours}h]"));
    let answer = server.query(&format!("/api/v1/query?query={query}&time={end}"));
    let answer: Value = serde_json::from_str(&answer).expect("it answers in JSON");
    let mut stored = Stored::new();
    for series in answer["data"]["result"].as_array().expect("series") {
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let labels = series["metric"].as_object().expect("labels");
        let mut labels: std::collections::BTreeMap<_, _> =
            labels.iter().map(|(name, value)| (name.clone(), text(value))).collect();
        let name = labels.remove("__name__").expect("a name");
        for sample in series["values"].as_array().expect("samples") {
            let millis = (sample[0].as_f64().expect("seconds") * 1000.0).round() as i64;
            let value = text(&sample[1]).parse().expect("a number");
            stored.entry((name.clone(), labels.clone(), millis)).or_default().push(value);
        }
    }
    stored
}

/// A text as a URL's query has it.
pub(crate) fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
