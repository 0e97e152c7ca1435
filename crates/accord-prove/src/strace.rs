//! The real binary under `strace`, which makes one of its system calls fail or kills it there.

use crate::how::Failed;
use std::path::Path;
use std::process::{Child, Command};

/// `strace` in front of `bin`: the `when`th of `calls` (of each thread; "3+" is all from the third on) meets `fault`.
pub fn wrapped(bin: &Path, calls: &str, fault: &str, when: &str) -> Command {
    faulty(Command::new("strace"), bin, calls, fault, when)
}

/// [`wrapped`], only where the calls are about one file.
pub fn wrapped_on(bin: &Path, file: &Path, calls: &str, fault: &str, when: &str) -> Command {
    let mut command = Command::new("strace");
    command.arg("-P").arg(file);
    faulty(command, bin, calls, fault, when)
}

fn faulty(mut command: Command, bin: &Path, calls: &str, fault: &str, when: &str) -> Command {
    // Without --seccomp-bpf, quick as it is: strace 6.1 then meets the first call only, never the nth.
    command.args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={calls}")]);
    command.args(["-e", &format!("inject={calls}:{fault}:when={when}")]).arg(bin);
    command
}

/// Whether it is on this machine, and may be used here.
pub fn is_there() -> Result<(), Failed> {
    let said = Command::new("strace").args(["-f", "-qq", "-o", "/dev/null", "true"]).status();
    if said.is_ok_and(|status| status.success()) {
        return Ok(());
    }
    Err("strace is not there or may not trace; apt-get install strace, or run it by scripts/prove".into())
}

/// Kills what `strace` runs; killing `strace` itself would let that go on untraced.
pub fn kill_traced(strace: u32) {
    let children = std::fs::read_to_string(format!("/proc/{strace}/task/{strace}/children")).unwrap_or_default();
    for child in children.split_whitespace() {
        kill(child);
    }
}

/// Kills a process of ours; the shell's own kill, since a signal needs unsafe code otherwise.
pub fn kill(pid: &str) {
    drop(Command::new("sh").args(["-c", &format!("kill -KILL {pid} 2>/dev/null")]).status());
}

/// A child that is killed, with what it traces, when dropped.
#[derive(Debug)]
pub struct Traced(pub Child);

impl Drop for Traced {
    fn drop(&mut self) {
        kill_traced(self.0.id());
        drop(self.0.kill());
        drop(self.0.wait());
    }
}
