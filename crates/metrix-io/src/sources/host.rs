//! [`Host`]: the machine that this runs on.

use std::borrow::Cow;
use std::fmt;
use std::time::Instant;

use sysinfo::{
    CpuRefreshKind, DiskRefreshKind, Disks, MINIMUM_CPU_UPDATE_INTERVAL, MemoryRefreshKind, Networks,
    ProcessRefreshKind, ProcessesToUpdate, System,
};

use super::every::Sample;
use crate::Reading;
use crate::increases::Increases;

/// Samples the machine that this runs on.
///
/// | metric | tag | unit | what it is |
/// | --- | --- | --- | --- |
/// | `cpu.usage` | `core`, from 0 | percent, 0 to 100 | how much of the time since the last sample the core was busy |
/// | `load.1`, `load.5`, `load.15` | | threads | how many ran or waited to run, on average over so many minutes; not on Windows |
/// | `memory.total` | | bytes | all there is |
/// | `memory.used` | | bytes | what programs take |
/// | `memory.available` | | bytes | what programs could still have, caches being given up for them |
/// | `swap.total`, `swap.used` | | bytes | memory on disks |
/// | `disk.used`, `disk.free` | `mount` | bytes | of the file system mounted there: free is what users may fill, used all else, what is reserved too |
/// | `disk.read`, `disk.written` | `device` | bytes | increase since the last sample |
/// | `network.received`, `network.sent` | `interface` | bytes | increase since the last sample |
/// | `processes` | | processes | how many there are |
///
/// Values are finite and never negative. As the kernel's counters come as increases, `sum` and `rate` are the aggregates for
/// them; `mean`, `max` and `last` are for the others. What the system does not tell is left out; so is a disk's or
/// network's increase when it is there for the first time, and the usage of the cores if the last sample that had it was less
/// than 200 ms ago, as the kernel counts too coarsely for less.
///
/// A sample blocks: it takes a millisecond or two on a machine with few processes, and some 30 µs more for each. In
/// asynchronous code, sample it by [`Every`](super::every::Every).
///
/// ```
/// use metrix_io::sources::{every::Sample, host::Host};
///
/// let mut host = Host::new();
/// let mut total = 0.0;
/// host.sample(&mut |reading| {
///     assert!(reading.value >= 0.0);
///     if reading.name == "memory.total" {
///         total = reading.value;
///     }
/// });
/// assert!(total > 0.0);
/// ```
///
/// Memory: a few kilobytes, and about 1 KiB for each process.
pub struct Host {
    system: System,
    disks: Disks,
    networks: Networks,
    increases: Increases<(&'static str, String)>,
    /// When the usage of the cores was last worked out.
    cores_at: Instant,
}

impl Host {
    /// Reads the counters, so that the first sample has the increase since now. It takes as long as a sample.
    pub fn new() -> Self {
        let mut host = Self {
            system: System::new(),
            disks: Disks::new(),
            networks: Networks::new(),
            increases: Increases::default(),
            cores_at: Instant::now(),
        };
        host.system.refresh_cpu_usage();
        host.sample(&mut |_| ());
        host
    }

    fn cores(&mut self, emit: &mut dyn FnMut(Reading<'_>)) {
        if self.cores_at.elapsed() < MINIMUM_CPU_UPDATE_INTERVAL {
            return;
        }
        self.system.refresh_cpu_specifics(CpuRefreshKind::nothing().with_cpu_usage());
        self.cores_at = Instant::now();
        for (core, cpu) in self.system.cpus().iter().enumerate() {
            // The library works it out from counters that are not read at the very same time.
            let usage = f64::from(cpu.cpu_usage()).clamp(0.0, 100.0);
            emit(tagged("cpu.usage", usage, "core", &core.to_string()));
        }
    }

    fn memory(&mut self, emit: &mut dyn FnMut(Reading<'_>)) {
        self.system.refresh_memory_specifics(MemoryRefreshKind::everything());
        let system = &self.system;
        emit(Reading::new("memory.total", system.total_memory() as f64));
        emit(Reading::new("memory.used", system.used_memory() as f64));
        emit(Reading::new("memory.available", system.available_memory() as f64));
        emit(Reading::new("swap.total", system.total_swap() as f64));
        emit(Reading::new("swap.used", system.used_swap() as f64));
    }

    fn disks(&mut self, emit: &mut dyn FnMut(Reading<'_>)) {
        self.disks.refresh_specifics(true, DiskRefreshKind::nothing().with_storage().with_io_usage());
        for disk in &self.disks {
            let mount = disk.mount_point().to_string_lossy();
            let free = disk.available_space();
            emit(tagged("disk.used", disk.total_space().saturating_sub(free) as f64, "mount", &mount));
            emit(tagged("disk.free", free as f64, "mount", &mount));
            let (device, usage) = (disk.name().to_string_lossy(), disk.usage());
            for (name, total) in [("disk.read", usage.total_read_bytes), ("disk.written", usage.total_written_bytes)] {
                if let Some(increase) = self.increases.of((name, device.to_string()), total as f64) {
                    emit(tagged(name, increase, "device", &device));
                }
            }
        }
    }

    fn networks(&mut self, emit: &mut dyn FnMut(Reading<'_>)) {
        self.networks.refresh(true);
        for (interface, network) in &self.networks {
            for (name, total) in
                [("network.received", network.total_received()), ("network.sent", network.total_transmitted())]
            {
                if let Some(increase) = self.increases.of((name, interface.clone()), total as f64) {
                    emit(tagged(name, increase, "interface", interface));
                }
            }
        }
    }

    fn processes(&mut self, emit: &mut dyn FnMut(Reading<'_>)) {
        let kind = ProcessRefreshKind::nothing().without_tasks();
        self.system.refresh_processes_specifics(ProcessesToUpdate::All, true, kind);
        emit(Reading::new("processes", self.system.processes().len() as f64));
    }
}

impl Default for Host {
    fn default() -> Self {
        Self::new()
    }
}

impl Sample for Host {
    fn sample(&mut self, emit: &mut dyn FnMut(Reading<'_>)) {
        self.increases.begin();
        self.cores(emit);
        if cfg!(not(windows)) {
            let load = System::load_average();
            for (name, load) in [("load.1", load.one), ("load.5", load.five), ("load.15", load.fifteen)] {
                emit(Reading::new(name, load));
            }
        }
        self.memory(emit);
        self.disks(emit);
        self.networks(emit);
        self.processes(emit);
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host").field("increases", &self.increases).finish_non_exhaustive()
    }
}

fn tagged<'a>(name: &'a str, value: f64, tag: &'a str, of: &'a str) -> Reading<'a> {
    let mut reading = Reading::new(name, value);
    reading.tags.push((Cow::Borrowed(tag), Cow::Borrowed(of)));
    reading
}
