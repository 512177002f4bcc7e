//! [`Database`]: the databases that speak many protocols.

use std::fs;

use super::{Peer, free_ports, get, is_open, takes_datagrams};

/// InfluxDB, VictoriaMetrics, or PostgreSQL.
pub(crate) struct Database {
    pub(crate) peer: Peer,
    /// Answers queries; of PostgreSQL, its one port.
    pub(crate) http: u16,
    /// Takes OpenTSDB's `put` lines.
    pub(crate) telnet: u16,
    /// Takes OpenTSDB's `/api/put`.
    pub(crate) put: u16,
    /// Takes InfluxDB's lines in datagrams.
    pub(crate) udp: u16,
    /// Takes Graphite's lines; of VictoriaMetrics also in datagrams.
    pub(crate) graphite: u16,
}

impl Database {
    /// InfluxDB, whose OpenTSDB listener stores into the database `otsdb`, its UDP listener into `udp`, and that of Graphite into `graphite`.
    pub(crate) fn influxdb() -> Self {
        let database = Self::influxdb_asking("false");
        // It makes it by itself when lines come over telnet, but not over HTTP.
        database.query("/query?q=CREATE%20DATABASE%20otsdb");
        database
    }

    /// InfluxDB with a database `lines` and the user `me`, who has to say the password `open sesame`.
    pub(crate) fn influxdb_with_users() -> Self {
        let database = Self::influxdb_asking("true");
        database.query("/query?q=CREATE%20USER%20me%20WITH%20PASSWORD%20%27open%20sesame%27%20WITH%20ALL%20PRIVILEGES");
        database.query("/query?u=me&p=open%20sesame&q=CREATE%20DATABASE%20lines");
        database
    }

    fn influxdb_asking(auth: &str) -> Self {
        let [http, opentsdb, udp, backup, graphite] = free_ports();
        let args = |folder: &std::path::Path| {
            let config = include_str!("influxdb.conf")
                .replace("@DIR@", folder.to_str().expect("the folder's name is text"))
                .replace("@HTTP@", &http.to_string())
                .replace("@OPENTSDB@", &opentsdb.to_string())
                .replace("@BACKUP@", &backup.to_string())
                .replace("@UDP@", &udp.to_string())
                .replace("@GRAPHITE@", &graphite.to_string())
                .replace("@AUTH@", auth);
            let path = folder.join("influxdb.conf");
            fs::write(&path, config).expect("the folder can be written to");
            vec!["-config".to_owned(), path.display().to_string()]
        };
        let is_ready =
            move || get(http, "/ping").is_ok() && is_open(opentsdb) && is_open(graphite) && takes_datagrams(udp);
        Self { peer: Peer::start("influxd", args, is_ready), http, telnet: opentsdb, put: opentsdb, udp, graphite }
    }

    pub(crate) fn victoria_metrics() -> Self {
        let [http, telnet, put, udp, graphite] = free_ports();
        let args = |folder: &std::path::Path| {
            vec![
                format!("-storageDataPath={}", folder.join("data").display()),
                format!("-httpListenAddr=127.0.0.1:{http}"),
                format!("-opentsdbListenAddr=127.0.0.1:{telnet}"),
                format!("-opentsdbHTTPListenAddr=127.0.0.1:{put}"),
                format!("-influxListenAddr=127.0.0.1:{udp}"),
                format!("-graphiteListenAddr=127.0.0.1:{graphite}"),
                "-retentionPeriod=100y".to_owned(),
                "-search.latencyOffset=0s".to_owned(),
                "-loggerLevel=WARN".to_owned(),
            ]
        };
        let is_ready = move || {
            get(http, "/health").is_ok()
                && [telnet, put, udp, graphite].into_iter().all(is_open)
                && [udp, graphite].into_iter().all(takes_datagrams)
        };
        Self { peer: Peer::start("victoria-metrics", args, is_ready), http, telnet, put, udp, graphite }
    }

    /// What it answers to a query.
    pub(crate) fn query(&self, path: &str) -> String {
        get(self.http, path).unwrap_or_else(|error| panic!("{path}: {error}"))
    }
}
