//! [`Sources`]: the sources of a run.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use futures_util::future::{join, join_all};
use metrix_io::sources::graphite::Graphite;
use metrix_io::sources::statsd::StatsD;
use metrix_io::sources::{DatagramMeter, Jsonl};
use metrix_io::{BindError, Endpoint};

use super::account::Account;
use super::ahead::Ahead;
use super::connections::Connections;
use super::datagrams::Datagrams;
use super::feed::{Feed, Order};
use super::host::sample;
use super::influx::InfluxLines;
use super::kafka::KafkaMessages;
use super::ledger::{Acknowledged, Ledgers};
use super::live::Live;
use super::nats::NatsMessages;
use super::otlp::Otlp;
use super::parser::Parser;
use super::progress;
use super::router::Router;
use super::scrape::Scrape;
use super::setup::Setup;
use super::stop::GRACE_OF_SOURCES;
use super::text::Text;
use super::turns::Turns;
use crate::config::{Listen, Origin, SourceConfig};

/// How to listen on another port where no configuration says one.
const ELSEWHERE: &str = ", which a configuration can say: `metrix schema --built-in >metrix.toml` writes the one in use now; \
                         change its `listen`, and `metrix run metrix.toml`";

/// The lines of a file are understood by so many threads at most: more than the one that sends can keep up with are of no use.
const MOST_THREADS: usize = 4;

/// The sources of a run, open.
#[derive(Debug)]
pub(crate) struct Sources {
    /// Those that end by themselves.
    files: Vec<Text>,
    followed: Vec<Text>,
    datagrams: Vec<Datagrams>,
    connections: Vec<Connections>,
    influx: Vec<InfluxLines>,
    otlp: Vec<Otlp>,
    kafka: Vec<KafkaMessages>,
    scrapes: Vec<Scrape>,
    nats: Vec<NatsMessages>,
    /// How often this machine is to be sampled.
    hosts: Vec<Duration>,
    setup: Setup,
}

impl Sources {
    /// Opens all of them, or says why they can't be opened, of all that can't.
    pub(crate) fn open(configs: Vec<SourceConfig>, setup: &Setup) -> Option<Self> {
        let mut sources = Self {
            files: Vec::new(),
            followed: Vec::new(),
            datagrams: Vec::new(),
            connections: Vec::new(),
            influx: Vec::new(),
            otlp: Vec::new(),
            kafka: Vec::new(),
            scrapes: Vec::new(),
            nats: Vec::new(),
            hosts: Vec::new(),
            setup: setup.clone(),
        };
        let mut is_open = true;
        for config in configs {
            if let Err(message) = sources.add(config) {
                setup.voice.say(message);
                is_open = false;
            }
        }
        is_open.then_some(sources)
    }

    fn add(&mut self, config: SourceConfig) -> Result<(), String> {
        let (origin, parser) = match config {
            SourceConfig::Jsonl(origin) => (origin, Parser::Jsonl(Jsonl::new())),
            SourceConfig::Statsd(origin) => (origin, Parser::Statsd(StatsD::new())),
            SourceConfig::Graphite(origin) => (origin, Parser::Graphite(Graphite::new())),
            SourceConfig::Lines(origin, lines) => (origin, Parser::Lines(lines)),
            SourceConfig::Json(origin, json) => (origin, Parser::Json(json)),
            SourceConfig::Influx(source) => {
                self.influx.push(InfluxLines::bind(&source, self.setup.clone())?);
                return Ok(());
            }
            SourceConfig::Otlp(source) => {
                self.otlp.push(Otlp::bind(&source, self.setup.clone())?);
                return Ok(());
            }
            SourceConfig::Kafka(config) => {
                self.kafka.push(KafkaMessages::open(*config, self.setup.clone())?);
                return Ok(());
            }
            SourceConfig::Prometheus(target) => {
                self.scrapes.push(Scrape::new(*target, self.setup.clone())?);
                return Ok(());
            }
            SourceConfig::Nats(config) => {
                self.nats.push(NatsMessages::new(*config, self.setup.clone())?);
                return Ok(());
            }
            SourceConfig::Host { every } => {
                self.hosts.push(every);
                return Ok(());
            }
        };
        let input = match origin {
            Origin::Text(input) => input,
            Origin::Listen(listen) => {
                let mend = if self.setup.is_built_in { ELSEWHERE } else { "" };
                return self.listen(listen, parser).map_err(|error| format!("{error}{mend}"));
            }
        };
        let text = Text::open(&input, parser, self.setup.clone()).map_err(|error| error.to_string())?;
        if input.follow {
            self.followed.push(text)
        } else {
            self.files.push(text)
        }
        Ok(())
    }

    fn listen(&mut self, listen: Listen, parser: Parser) -> Result<(), BindError> {
        let setup = self.setup.clone();
        match listen {
            Listen::Udp(address) => self.datagrams.push(Datagrams::udp(address, parser, setup)?),
            Listen::Tcp(address, bounds) => {
                self.connections.push(Connections::bind(address, bounds, parser, setup)?);
            }
            #[cfg(unix)]
            Listen::Unix(path) => self.datagrams.push(Datagrams::unix(&path, parser, setup)?),
        }
        Ok(())
    }

    /// What counts the datagrams, by the names of their sources.
    pub(crate) fn meters(&self) -> Vec<(String, DatagramMeter)> {
        self.datagrams.iter().map(|source| (name(&source.endpoint()), source.meter())).collect()
    }

    /// Reads all of them, until they end or the run is to stop, and tells what came of them; `prints` says that a sink
    /// writes to the standard output.
    pub(crate) async fn read(
        self,
        router: &Arc<Router>,
        ledgers: &Arc<Ledgers>,
        order: Order,
        prints: bool,
    ) -> Outcome {
        let feed = || Feed::new(Arc::clone(router), order);
        let Self { mut files, followed, datagrams, connections, influx, otlp, kafka, scrapes, nats, hosts, setup } =
            self;
        // What comes over the network is of now.
        let feed_of_now = |source: &str| feed().refusing(Ahead::new(source, &setup));
        let mut live = Live::new(setup.voice.clone());
        for datagrams in datagrams {
            let name = listening(&datagrams.endpoint(), &setup);
            let feed = feed_of_now(&name);
            live.start(name.clone(), datagrams.listen(name, feed));
        }
        for connections in connections {
            let name = listening(&connections.endpoint(), &setup);
            let feed = feed_of_now(&name);
            live.start(name.clone(), connections.listen(name, feed));
        }
        for lines in influx {
            let address = lines.address();
            setup.voice.mention(format_args!("listening on {address} (InfluxDB's lines over HTTP)"));
            let name = format!("http://{address}");
            let feed = feed_of_now(&name);
            live.start(name, lines.listen(feed));
        }
        for otlp in otlp {
            let (address, protocol) = (otlp.address(), otlp.protocol());
            setup.voice.mention(format_args!("listening on {address} (OpenTelemetry's metrics over {protocol})"));
            let name = format!("http://{address}");
            let feed = feed_of_now(&name);
            live.start(name, otlp.listen(feed));
        }
        for messages in kafka {
            let (name, ledgers) = (messages.name().to_owned(), Arc::clone(ledgers));
            setup.voice.mention(format_args!("reading {name}"));
            live.start(name, messages.run(Arc::clone(router), ledgers));
        }
        for scrape in scrapes {
            let name = scrape.url().to_owned();
            let feed = feed_of_now(&name);
            live.start(name, scrape.run(feed));
        }
        for messages in nats {
            let (name, ledger) = (messages.name().to_owned(), ledgers.open(Acknowledged::OneByOne));
            live.start(name, messages.read(Arc::clone(router), ledger));
        }
        for every in hosts {
            live.start("host".to_owned(), sample(every, feed(), setup.clone()));
        }
        for mut text in followed {
            let (name, mut feed) = (text.name().to_owned(), feed());
            live.start(name, async move {
                text.read(&mut feed, None, 0).await;
                text.into_account(&feed)
            });
        }
        let mut feeds: Vec<Feed> = files.iter().map(|_| feed()).collect();
        let progress = files.iter().map(Text::progress).collect();
        let all = async {
            join(read_side_by_side(&mut files, &mut feeds, order), live.gather()).await;
        };
        let is_overdue = tokio::select! {
            biased;
            () = all => false,
            () = setup.stop.overdue(GRACE_OF_SOURCES) => true,
            () = progress::draw(&setup.voice, progress, prints) => false,
        };
        let is_cut_short = setup.stop.why().is_some() && files.iter().any(|file| !file.has_ended());
        let files = files.into_iter().zip(&feeds).map(|(file, feed)| file.into_account(feed));
        let accounts = files.chain(live.accounts).collect();
        Outcome { accounts, is_cut_short, has_failed: is_overdue || live.has_panicked }
    }
}

/// Says where it listens, and gives the name of a source that does.
fn listening(endpoint: &Endpoint, setup: &Setup) -> String {
    setup.voice.mention(format_args!("listening on {endpoint}"));
    name(endpoint)
}

/// What a source that listens there is called.
fn name(endpoint: &Endpoint) -> String {
    match endpoint {
        Endpoint::Udp(address) => format!("udp://{address}"),
        Endpoint::Tcp(address) => format!("tcp://{address}"),
        Endpoint::Unix(path) => format!("unix://{}", path.display()),
        // The library may have others, which no source has.
        other => other.to_string(),
    }
}

/// What came of the sources.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) accounts: Vec<Account>,
    /// Whether one that ends by itself has not.
    pub(crate) is_cut_short: bool,
    /// Whether the account of one is missing, since it panicked or would not stop in time.
    pub(crate) has_failed: bool,
}

/// By turns where the order is to be the same every time; else none waits for another, which may be silent.
async fn read_side_by_side(files: &mut [Text], feeds: &mut [Feed], order: Order) {
    let turns = (order == Order::Strict && files.len() > 1).then(|| Turns::new(files.len()));
    let cores = available_parallelism().map_or(1, NonZeroUsize::get);
    // A thread beside the one that sends is of no use where there is one core for both.
    let threads = if cores == 1 { 0 } else { cores.min(MOST_THREADS).div_ceil(files.len().max(1)) };
    let all = files.iter_mut().zip(feeds).enumerate();
    let read = all.map(|(place, (file, feed))| file.read(feed, turns.as_ref().map(|turns| turns.of(place)), threads));
    join_all(read).await;
}
