//! What stands around one instance: its log and the bounds of its memory.

use std::fmt;

use wasmtime::ResourceLimiter;

use crate::limits::{INSTANCES, Limits, MEMORIES, TABLE_ELEMENTS, TABLES};
use crate::log::{Level, PolicyLog};

/// The host's side of an instance.
pub(crate) struct Sandbox {
    log: PolicyLog,
    /// The last text of a panic in the call at hand.
    panic: Option<String>,
    memory_limit: usize,
    memory: usize,
    table_elements: usize,
    /// What was allowed last, to take back if the system refuses it.
    allowed: usize,
}

impl Sandbox {
    pub(crate) fn new(log: PolicyLog, limits: &Limits) -> Self {
        Self { log, panic: None, memory_limit: limits.memory, memory: 0, table_elements: 0, allowed: 0 }
    }

    /// A line from the plugin. The text of a panic arrives here just before the trap (reference wasm.md §2.3), so it is kept,
    /// be the log full or not.
    pub(crate) fn write(&mut self, level: Level, message: &str) {
        if message.trim_start().starts_with("panicked at") {
            self.panic = Some(message.split_whitespace().collect::<Vec<_>>().join(" "));
        }
        self.log.write(level, message);
    }

    /// The text of a panic since the last time, unescaped.
    pub(crate) fn take_panic(&mut self) -> Option<String> {
        self.panic.take()
    }

    /// Bytes of linear memory.
    pub(crate) fn memory(&self) -> usize {
        self.memory
    }
}

/// Why memory was refused. As an error rather than a mere refusal, which a guest's allocator would turn into a trap that
/// says nothing of memory (reference wasm.md §2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Linear memory: what it would have come to, in bytes.
    Memory(usize),
    /// Tables: what they would have come to, in elements.
    Tables(usize),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory(bytes) => write!(f, "{bytes} bytes of memory are too many"),
            Self::Tables(elements) => write!(f, "{elements} table elements are too many"),
        }
    }
}

impl std::error::Error for Refused {}

impl ResourceLimiter for Sandbox {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let more = desired.saturating_sub(current);
        let total = self.memory.saturating_add(more);
        if total > self.memory_limit {
            return Err(wasmtime::Error::new(Refused::Memory(total)));
        }
        self.memory = total;
        self.allowed = more;
        Ok(true)
    }

    fn memory_grow_failed(&mut self, _: wasmtime::Error) -> wasmtime::Result<()> {
        self.memory -= std::mem::take(&mut self.allowed);
        Ok(())
    }

    fn table_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let total = self.table_elements.saturating_add(desired.saturating_sub(current));
        if total > TABLE_ELEMENTS {
            return Err(wasmtime::Error::new(Refused::Tables(total)));
        }
        self.table_elements = total;
        Ok(true)
    }

    fn instances(&self) -> usize {
        INSTANCES
    }

    fn tables(&self) -> usize {
        TABLES
    }

    fn memories(&self) -> usize {
        MEMORIES
    }
}
