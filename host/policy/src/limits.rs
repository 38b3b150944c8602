//! How much a plugin may cost.

use std::time::Duration;

/// Bytes of a rule's name that are kept; the rest is cut off.
pub(crate) const RULE_BYTES: usize = 64;

/// Bytes of a reason's message, and of any other line a plugin says about itself, that are kept.
pub(crate) const MESSAGE_BYTES: usize = 512;

/// Bytes of one log line that are kept.
pub(crate) const LOG_LINE_BYTES: usize = 2048;

/// Stack of the guest, in bytes. More is a trap.
pub(crate) const WASM_STACK: usize = 1 << 20;

/// Stack of the thread that a call runs on: the guest's, and room for the host below and above it.
pub(crate) const THREAD_STACK: usize = 4 << 20;

/// Time between two ticks of the clock that stops what runs too long.
pub(crate) const TICK: Duration = Duration::from_millis(100);

/// Core instances, tables and memories of one plugin. A Rust component has four, one and one; those made of many linked
/// modules (Python's) have some dozens. What they cost together is bounded by [`Limits::memory`].
pub(crate) const INSTANCES: usize = 128;
/// See [`INSTANCES`].
pub(crate) const TABLES: usize = 32;
/// See [`INSTANCES`].
pub(crate) const MEMORIES: usize = 8;
/// Elements of all tables together; one takes a pointer's room.
pub(crate) const TABLE_ELEMENTS: usize = 1_000_000;

/// What one plugin may use. The defaults are those of reference wasm.md §2.5.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Fuel (about one per instruction) for starting the plugin, for `describe` and for `configure`, each.
    pub configure_fuel: u64,
    /// Fuel for one group or user. A call that decides `n` of them gets `n` times as much.
    pub fuel_per_item: u64,
    /// Time that one call may take. It is the backstop of the fuel, and the machine's load counts, so it is generous; it is
    /// measured in tenths of a second.
    pub wall_clock: Duration,
    /// Bytes of all linear memories together.
    pub memory: usize,
    /// Bytes that the plugin may hand to the host in one answer (or one log line).
    pub answer: usize,
    /// Log lines that are kept over the run.
    pub log_lines: usize,
    /// Bytes of log lines that are kept over the run.
    pub log_bytes: usize,
    /// Items in one call. It bounds memory, and must not change any decision.
    pub batch: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            configure_fuel: 1_000_000_000,
            fuel_per_item: 10_000_000,
            wall_clock: Duration::from_secs(30),
            memory: 256 << 20,
            answer: 16 << 20,
            log_lines: 1_000,
            log_bytes: 64 << 10,
            batch: 256,
        }
    }
}
