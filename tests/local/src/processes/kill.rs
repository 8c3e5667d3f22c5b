//! The end of processes.

use std::fs::{read_dir, read_to_string};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

/// Kills a process with its group, and all other processes of the session that it leads.
pub(super) fn kill(leader: u32) {
    let Some(group) = pid(leader) else { return };
    // What has ended already needs no killing.
    let _ = kill_process_group(group, Signal::KILL);
    for process in members(leader) {
        let _ = kill_process(process, Signal::KILL);
    }
}

/// The processes of a session, where the system has a folder of processes.
fn members(session: u32) -> impl Iterator<Item = Pid> {
    let entries = read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(move |entry| {
        let process = entry.file_name().to_str()?.parse().ok()?;
        let status = read_to_string(entry.path().join("stat")).ok()?;
        // The name, in parentheses, may hold anything. Behind it are the state, the parent, the group, the session.
        let (_, status) = status.rsplit_once(')')?;
        let is_member = status.split_whitespace().nth(3)?.parse() == Ok(session);
        if is_member { pid(process) } else { None }
    })
}

/// No id of a process is 0, which would mean this process's own group.
fn pid(id: u32) -> Option<Pid> {
    let id = i32::try_from(id).ok().filter(|id| *id > 0)?;
    Pid::from_raw(id)
}
