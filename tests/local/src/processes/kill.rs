//! The end of processes.

use std::fs::read_dir;

use rustix::process::{Pid, Signal, getsid, kill_process, kill_process_group};

/// Kills a process with its group, and all other processes of the session that it leads.
pub(super) fn kill(leader: u32) {
    let Some(leader) = i32::try_from(leader).ok().and_then(Pid::from_raw) else { return };
    // What has ended already needs no killing.
    let _ = kill_process_group(leader, Signal::KILL);
    for process in processes() {
        if process != leader && getsid(Some(process)) == Ok(leader) {
            let _ = kill_process(process, Signal::KILL);
        }
    }
}

/// All processes, where the system has a folder of them.
fn processes() -> impl Iterator<Item = Pid> {
    let entries = read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| Pid::from_raw(entry.file_name().to_str()?.parse().ok()?))
}
