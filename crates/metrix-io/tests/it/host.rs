//! The machine that the tests run on: what is documented is there, and is plausible.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use metrix::Tags;
use metrix_io::sources::every::Sample;
use metrix_io::sources::host::Host;

/// Names and the tag they have, as they are documented, of what every machine has.
const EVERYWHERE: [(&str, &str); 10] = [
    ("cpu.usage", "core"),
    ("load.1", ""),
    ("load.5", ""),
    ("load.15", ""),
    ("memory.available", ""),
    ("memory.total", ""),
    ("memory.used", ""),
    ("processes", ""),
    ("swap.total", ""),
    ("swap.used", ""),
];

/// The same, of what a machine without disks or networks does not have.
const WHERE_THERE_ARE_SOME: [(&str, &str); 6] = [
    ("disk.free", "mount"),
    ("disk.read", "device"),
    ("disk.used", "mount"),
    ("disk.written", "device"),
    ("network.received", "interface"),
    ("network.sent", "interface"),
];

struct Sampled(Vec<(String, Tags, f64)>);

impl Sampled {
    fn of(host: &mut Host) -> Self {
        let mut all = Vec::new();
        host.sample(&mut |reading| all.push((reading.name.to_string(), reading.to_tags(), reading.value)));
        Self(all)
    }

    fn values(&self, name: &str) -> Vec<f64> {
        self.0.iter().filter(|reading| reading.0 == name).map(|reading| reading.2).collect()
    }

    fn value(&self, name: &str) -> f64 {
        let [value] = self.values(name)[..] else { panic!("{name} is not there once: {:?}", self.0) };
        value
    }
}

/// A host whose next sample has the usage of the cores: the kernel counts by hundredths of a second, so a sample can't be
/// had for less than 200 ms of real work.
fn busy_host() -> Host {
    let host = Host::new();
    let start = Instant::now();
    let mut work = 0_u64;
    while start.elapsed() < Duration::from_millis(220) {
        work = std::hint::black_box(work.wrapping_mul(31).wrapping_add(7));
    }
    host
}

#[test]
fn names_and_tags_are_as_documented() {
    let sampled = Sampled::of(&mut busy_host());
    let mut seen = BTreeSet::new();
    for (name, tags, value) in &sampled.0 {
        let documented = EVERYWHERE.iter().chain(&WHERE_THERE_ARE_SOME).find(|known| known.0 == name);
        let tag = documented.unwrap_or_else(|| panic!("{name} is not documented")).1;
        let names: Vec<&str> = tags.iter().map(|(name, _)| name).collect();
        assert_eq!(names.concat(), tag, "{name}");
        assert!(value.is_finite() && *value >= 0.0, "{name} {tags} is {value}");
        assert!(seen.insert((name.clone(), tags.clone())), "{name} {tags} comes twice");
    }
    for (name, _) in EVERYWHERE {
        assert!(!sampled.values(name).is_empty(), "{name} is missing");
    }
}

#[test]
fn values_are_plausible() {
    let sampled = Sampled::of(&mut busy_host());
    let cores: BTreeSet<usize> = sampled.0.iter().filter_map(|(_, tags, _)| tags.get("core")?.parse().ok()).collect();
    // A container may use fewer than there are.
    let usable = std::thread::available_parallelism().unwrap().get();
    assert!(cores.len() >= usable && cores.iter().copied().eq(0..cores.len()), "{cores:?} of {usable}");
    let usage = sampled.values("cpu.usage");
    assert!(usage.iter().all(|usage| (0.0..=100.0).contains(usage)), "{usage:?}");
    assert!(usage.iter().sum::<f64>() > 10.0, "one core at least was busy with this test: {usage:?}");
    let total = sampled.value("memory.total");
    assert!(total > 0.0 && sampled.value("memory.used") > 0.0);
    assert!(sampled.value("memory.used") <= total && sampled.value("memory.available") <= total);
    assert!(sampled.value("swap.used") <= sampled.value("swap.total"));
    assert!(sampled.value("processes") >= 1.0, "this one runs");
}

#[test]
fn a_second_sample_at_once_has_no_cores_but_all_else() {
    loop {
        let mut host = busy_host();
        let start = Instant::now();
        let (first, second) = (Sampled::of(&mut host), Sampled::of(&mut host));
        assert!(!first.values("cpu.usage").is_empty());
        for (name, _) in EVERYWHERE.into_iter().filter(|known| known.0 != "cpu.usage") {
            assert!(!second.values(name).is_empty(), "{name} is missing");
        }
        // Unless the machine was too busy for the second to come at once.
        if start.elapsed() < Duration::from_millis(200) {
            return assert!(second.values("cpu.usage").is_empty());
        }
    }
}

/// What is sent over loopback in between is in the increase, and what was sent before is not.
#[cfg(target_os = "linux")]
#[test]
fn networks_give_increases() {
    let total = |column: usize| {
        let table = std::fs::read_to_string("/proc/net/dev").unwrap();
        let line = table.lines().find_map(|line| line.trim_start().strip_prefix("lo:")).expect("a loopback interface");
        line.split_whitespace().nth(column).unwrap().parse::<f64>().unwrap()
    };
    let loopback = |sampled: &Sampled, name: &str| {
        let of = |reading: &&(String, Tags, f64)| reading.0 == name && reading.1.get("interface") == Some("lo");
        sampled.0.iter().find(of).expect("a loopback interface").2
    };
    let before = [0, 8].map(total);
    let mut host = Host::new();
    let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    for _ in 0..100 {
        socket.send_to(&[7; 1000], socket.local_addr().unwrap()).unwrap();
    }
    let sampled = Sampled::of(&mut host);
    let most = [0, 8].map(total);
    for (place, name) in ["network.received", "network.sent"].into_iter().enumerate() {
        let increase = loopback(&sampled, name);
        assert!((100_000.0..=most[place] - before[place]).contains(&increase), "{name} is {increase}");
    }
}
