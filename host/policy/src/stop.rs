//! Why a plugin was stopped, in words that help.

use std::fmt;
use std::io;
use std::time::{Duration, Instant};

use usher_core::figures::grouped;
use wasmtime::Trap;

use crate::answer::AnswerFault;
use crate::error::PluginName;
use crate::limits::{INSTANCES, LOG_LINE_BYTES, Limits, MEMORIES, TABLE_ELEMENTS, TABLES, WASM_STACK};
use crate::place::Place;
use crate::sandbox::Refused;
use crate::text::{self, size};

/// A plugin that was stopped or gave no answer. Its decisions are void: no answer is never "no".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// Which plugin.
    pub name: PluginName,
    /// Where in its work.
    pub place: Place,
    /// Why.
    pub cause: StopCause,
}

/// Why a plugin was stopped. All text is escaped and shortened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StopCause {
    /// It used up its fuel.
    Fuel {
        /// What the call was given.
        limit: u64,
        /// What one item took in the calls before, when there were some.
        before: Option<u64>,
        /// What one item is given; counts where the call decides items.
        per_item: u64,
    },
    /// It took too long.
    Time {
        /// What one call is given.
        limit: Duration,
        /// After how long it was stopped.
        after: Duration,
    },
    /// It asked for more memory than it may have.
    Memory {
        /// What it may have, in bytes.
        limit: usize,
        /// What it would have come to, in bytes.
        wanted: usize,
    },
    /// It asked for larger tables than it may have.
    Tables {
        /// What they would have come to, in elements.
        wanted: usize,
    },
    /// It is made of more parts than it may be.
    Parts {
        /// Which: `instance`, `table` or `memory`.
        part: &'static str,
        /// How many it may have.
        limit: usize,
    },
    /// Its calls went too deep.
    Stack,
    /// It reached outside its memory. In Rust plugins that is what a recursion comes to whose variables fill their share of it.
    OutOfBounds,
    /// It handed over more than it may.
    TooMuch {
        /// What it may hand over at a time, in bytes.
        limit: usize,
    },
    /// It crashed.
    Trap {
        /// What WebAssembly says of it.
        trap: String,
        /// What the plugin said last, when it panicked.
        panic: Option<String>,
    },
    /// It answered, and the answer is an error.
    Said {
        /// The error.
        message: String,
    },
    /// Its answer does not fit the question.
    Answer(AnswerFault),
    /// Anything else, in wasmtime's words; or the system's, when it gave no thread.
    Other {
        /// Those words.
        cause: String,
    },
}

/// What a call was given.
pub(crate) struct Bounds<'a> {
    pub(crate) limits: &'a Limits,
    pub(crate) fuel: u64,
    pub(crate) fuel_before: Option<u64>,
    pub(crate) began: Instant,
}

impl StopCause {
    pub(crate) fn of(error: &wasmtime::Error, panic: Option<String>, bounds: &Bounds<'_>) -> Self {
        let limits = bounds.limits;
        if let Some(refused) = error.downcast_ref::<Refused>() {
            return match *refused {
                Refused::Memory(wanted) => Self::Memory { limit: limits.memory, wanted },
                Refused::Tables(wanted) => Self::Tables { wanted },
            };
        }
        match error.downcast_ref::<Trap>() {
            Some(Trap::OutOfFuel) => {
                Self::Fuel { limit: bounds.fuel, before: bounds.fuel_before, per_item: limits.fuel_per_item }
            }
            Some(Trap::Interrupt) => Self::Time { limit: limits.wall_clock, after: bounds.began.elapsed() },
            Some(Trap::StackOverflow) => Self::Stack,
            Some(Trap::MemoryOutOfBounds) if panic.is_none() => Self::OutOfBounds,
            Some(trap) => Self::Trap {
                trap: trap.to_string().trim_start_matches("wasm trap: ").to_owned(),
                panic: panic.map(|panic| text::shown(&panic, LOG_LINE_BYTES)),
            },
            None if is_too_much(error) => Self::TooMuch { limit: limits.answer },
            None => too_many_parts(error).unwrap_or_else(|| Self::Other {
                cause: text::shown(&error.root_cause().to_string(), LOG_LINE_BYTES),
            }),
        }
    }

    pub(crate) fn said(message: &str) -> Self {
        Self::Said { message: text::shown(message, LOG_LINE_BYTES) }
    }

    pub(crate) fn no_thread(error: io::Error) -> Self {
        Self::Other { cause: format!("no thread could be started: {error}") }
    }
}

/// wasmtime has no type for this; a test of ours notices should the words change.
fn is_too_much(error: &wasmtime::Error) -> bool {
    error.root_cause().to_string().starts_with("too much data is being copied between the host and the guest")
}

/// Neither has it one for this.
fn too_many_parts(error: &wasmtime::Error) -> Option<StopCause> {
    let cause = error.root_cause().to_string();
    let rest = cause.strip_prefix("resource limit exceeded: ")?;
    let parts = [("instance", INSTANCES), ("table", TABLES), ("memory", MEMORIES)];
    let (part, limit) = parts.into_iter().find(|(part, _)| rest.starts_with(part))?;
    Some(StopCause::Parts { part, limit })
}

impl std::error::Error for Stop {}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, place, cause } = self;
        write!(f, "the policy {name} ")?;
        match cause {
            StopCause::Fuel { limit, before, per_item } => {
                write!(f, "ran out of fuel in {place}: the limit is {}", grouped(*limit))?;
                if place.items.is_some() {
                    write!(f, ", {} for each {}", grouped(*per_item), place.call.item())?;
                }
                if let Some(before) = before {
                    write!(f, "; each one before took {}", grouped(*before))?;
                }
            }
            StopCause::Time { limit, after } => write!(
                f,
                "took too long in {place}: it was stopped after {:.1} s, and the limit is {} s for a call",
                after.as_secs_f64(),
                limit.as_secs_f64()
            )?,
            StopCause::Memory { limit, wanted } => write!(
                f,
                "ran out of memory in {place}: it asked for {}, and the limit is {}",
                size(*wanted),
                size(*limit)
            )?,
            StopCause::Tables { wanted } => write!(
                f,
                "asked for too large tables in {place}: {} elements, and the limit is {}",
                grouped(*wanted as u64),
                grouped(TABLE_ELEMENTS as u64)
            )?,
            StopCause::Parts { part, limit } => {
                write!(
                    f,
                    "has too many parts in {place}: more than {limit} of the kind `{part}`, which is the limit"
                )?;
            }
            StopCause::Stack => {
                write!(f, "ran out of stack in {place}: its calls go deeper than {}", size(WASM_STACK))?;
            }
            StopCause::OutOfBounds => write!(f, "reached outside its memory in {place}")?,
            StopCause::TooMuch { limit } => {
                write!(
                    f,
                    "handed over too much in {place}: more than {} at a time, which is the limit",
                    size(*limit)
                )?;
            }
            StopCause::Trap { panic: Some(panic), .. } => write!(f, "crashed in {place}: {panic}")?,
            StopCause::Trap { trap, panic: None } => write!(f, "crashed in {place}: {trap}")?,
            StopCause::Said { message } if message.is_empty() => {
                write!(f, "failed in {place} and did not say why")?;
            }
            StopCause::Said { message } => write!(f, "failed in {place}: {message}")?,
            StopCause::Answer(fault) => write!(f, "gave a wrong answer in {place}: {fault}")?,
            StopCause::Other { cause } => write!(f, "could not go on in {place}: {cause}")?,
        }
        write!(f, "\nhint: {}", Hint(self))
    }
}

/// What to do about a stop.
struct Hint<'a>(&'a Stop);

impl fmt::Display for Hint<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Stop { place, cause, .. } = self.0;
        let several = place.items.as_ref().is_some_and(|items| items.last > items.first);
        match cause {
            StopCause::Fuel { .. } => {
                let setting = if place.items.is_some() { "fuel_per_item" } else { "configure_fuel" };
                f.write_str("it probably loops")?;
                if several {
                    write!(f, " on one of these {}", place.call.items())?;
                }
                write!(
                    f,
                    "; if it only works hard, allow more with --plugin-fuel 4 or with `{setting}` in [policy.limits]"
                )?;
            }
            StopCause::Time { .. } => f.write_str(
                "it probably loops; on a slow or busy machine allow more with --plugin-timeout SECONDS or with `timeout_seconds` in \
                 [policy.limits]",
            )?,
            StopCause::Memory { .. } => f.write_str(
                "if it really needs that much, allow more with --plugin-memory MIB or with `memory_mib` in [policy.limits]",
            )?,
            StopCause::Stack | StopCause::OutOfBounds => f.write_str(
                "this is a bug in the plugin, most often a recursion without an end; tell its author",
            )?,
            StopCause::TooMuch { .. } => f.write_str(
                "an answer or a log line of this size is most often a bug in the plugin; if not, allow more with `answer_mib` in \
                 [policy.limits]",
            )?,
            StopCause::Said { .. } => {
                f.write_str("the plugin itself gave up; its author, or its configuration, can mend this")?;
            }
            // It names the item.
            StopCause::Answer(_) => {
                return f.write_str(
                    "a policy answers each item once, in order and under its own id; tell the plugin's author",
                );
            }
            StopCause::Tables { .. }
            | StopCause::Parts { .. }
            | StopCause::Trap { .. }
            | StopCause::Other { .. } => f.write_str("this is a bug in the plugin; tell its author")?,
        }
        if several {
            write!(f, ". `usher plugin run --snapshot FILE --batch 1` finds the {}", place.call.item())?;
        }
        Ok(())
    }
}
