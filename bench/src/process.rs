//! What a process has used, as Linux tells it.

use std::fs;

use crate::error::{During, Error};

/// Ticks of `/proc/<id>/stat` in a second, the same on every Linux that Rust runs on.
const TICKS: f64 = 100.0;

/// Another process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Process(pub(crate) u32);

impl Process {
    /// Seconds of CPU, its own and the system's for it, so far.
    pub(crate) fn cpu_seconds(self) -> Result<f64, Error> {
        let text = fs::read_to_string(format!("/proc/{}/stat", self.0)).during("reading a process's CPU time")?;
        // The name is in brackets and may hold anything; user and system time are the 12th and 13th field after it.
        let fields = text.rsplit_once(')').map(|(_, rest)| rest.split_whitespace());
        let ticks: f64 = fields.into_iter().flatten().skip(11).take(2).filter_map(|it| it.parse::<f64>().ok()).sum();
        Ok(ticks / TICKS)
    }

    /// The most memory that it has held, in MB, since it started.
    pub(crate) fn peak_mb(self) -> Result<f64, Error> {
        let text = fs::read_to_string(format!("/proc/{}/status", self.0)).during("reading a process's memory")?;
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.split_whitespace().next()).and_then(|it| it.parse::<f64>().ok());
        kib.map(|kib| kib * 1_024.0 / 1e6).ok_or_else(|| Error::new("reading a process's memory", "no VmHWM"))
    }
}
