//! What a process has used so far, as `/proc` tells it; 0 where there is none. Apart because more than one example asks.

/// Seconds of processor time so far, all threads; 0 where `/proc` does not tell.
pub fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|x| x.parse::<f64>().ok());
    ticks(13)
        .zip(ticks(14))
        .map_or(0.0, |(user, system)| (user + system) / 100.0)
}

/// Megabytes a line of `/proc/self/status` states: `VmHWM:` for the most memory so far, `VmRSS:` for what is taken now.
pub fn megabytes(key: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(key));
    line.and_then(|x| x.trim().strip_suffix("kB")?.trim().parse::<f64>().ok())
        .map_or(0.0, |kilobytes| kilobytes / 1024.0)
}
