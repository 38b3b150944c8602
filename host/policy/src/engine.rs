//! wasmtime, set up so that a plugin is bounded and repeatable.

use std::fmt;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use wasmtime::component::Component;
use wasmtime::{Cache, Config, Engine};

use crate::admission::{self, Admitted};
use crate::cache;
use crate::clock::Clock;
use crate::digest::Digest;
use crate::error::{PluginName, PolicyError};
use crate::limits::{Limits, WASM_STACK};
use crate::loaded::LoadedPolicy;
use crate::session::Session;
use crate::text;

/// Where compiled code is kept between runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum CompiledCode {
    /// In the user's cache folder.
    #[default]
    InUserCache,
    /// In this folder, which only this user may be able to write: whoever writes there can run code as this user.
    In(PathBuf),
    /// Nowhere: every load compiles.
    NotKept,
}

/// What bounds a plugin's work: both, always, but in the benchmark that measures what each costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(unreachable_pub, reason = "public for the benchmark alone")]
pub struct Metering {
    /// Work is counted.
    pub fuel: bool,
    /// Time is looked at.
    pub epoch: bool,
}

/// On which terms a plugin is let in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// What it may use.
    pub limits: Limits,
    /// The digest that its bytes must have; none lets any in.
    pub digest: Option<Digest>,
}

/// Compiles plugins and starts them. What it loaded goes on working when it is gone.
pub struct PolicyEngine {
    engine: Engine,
    cache: Option<Cache>,
    clock: Arc<Clock>,
    limits: Limits,
}

impl PolicyEngine {
    /// An engine for this machine that keeps compiled code in the user's cache folder, or nowhere when that folder cannot
    /// be used.
    ///
    /// # Errors
    ///
    /// [`PolicyError::Engine`] when wasmtime cannot compile for this machine, or no thread can be started.
    pub fn new(limits: Limits) -> Result<Self, PolicyError> {
        Self::keeping(limits, CompiledCode::InUserCache)
    }

    /// Like [`new`](Self::new), with another place for compiled code. A folder that cannot be used is as none.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn keeping(limits: Limits, compiled_code: CompiledCode) -> Result<Self, PolicyError> {
        Self::with(limits, compiled_code, Metering { fuel: true, epoch: true })
    }

    /// Like [`keeping`](Self::keeping), without some of what bounds a plugin's work. For the benchmark alone: no policy that
    /// decides anything may run on it.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    #[cfg(feature = "unmetered")]
    pub fn unmetered(
        limits: Limits,
        compiled_code: CompiledCode,
        metering: Metering,
    ) -> Result<Self, PolicyError> {
        Self::with(limits, compiled_code, metering)
    }

    fn with(limits: Limits, compiled_code: CompiledCode, metering: Metering) -> Result<Self, PolicyError> {
        let cache = cache::open(match compiled_code {
            CompiledCode::InUserCache => cache::user_folder(),
            CompiledCode::In(folder) => Some(folder),
            CompiledCode::NotKept => None,
        });
        let engine = Engine::new(&config(cache.clone(), metering))
            .map_err(|error| PolicyError::Engine { cause: text::cause(&error) })?;
        let clock =
            Clock::start(&engine).map_err(|error| PolicyError::Engine { cause: error.to_string() })?;
        Ok(Self { engine, cache, clock: Arc::new(clock), limits })
    }

    /// Compiles a plugin, looks whether it is a policy, starts it and lets it describe itself. `name` is how messages call
    /// it: the path or the reference it came from.
    ///
    /// # Errors
    ///
    /// What is no component, no policy, or asks for more than the log is refused; a plugin that fails while it starts or
    /// describes itself is [`PolicyError::Stopped`].
    pub fn load(&self, name: &str, bytes: &[u8]) -> Result<LoadedPolicy, PolicyError> {
        self.load_on(name, bytes, Terms { limits: self.limits.clone(), digest: None })
    }

    /// Like [`load`](Self::load), on terms of its own. Bytes of another digest than the terms name are refused before anything
    /// looks at them.
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load), and [`PolicyError::OtherBytes`].
    pub fn load_on(&self, name: &str, bytes: &[u8], terms: Terms) -> Result<LoadedPolicy, PolicyError> {
        let name = PluginName::new(name);
        let found = Digest::of(bytes);
        if let Some(pinned) = terms.digest.filter(|pinned| *pinned != found) {
            return Err(PolicyError::OtherBytes { name, found, pinned });
        }
        admission::check_kind(&name, bytes)?;
        let component = Component::from_binary(&self.engine, bytes)
            .map_err(|error| PolicyError::Malformed { name: name.clone(), cause: text::cause(&error) })?;
        let Admitted { compiled, version } = admission::admit(&name, &self.engine, &component)?;
        let session = Session::start(name, &self.engine, &*compiled, Arc::clone(&self.clock), terms.limits)?;
        LoadedPolicy::described(session, found, version)
    }

    /// How often a plugin did not have to be compiled, because its code was kept from before.
    pub fn loads_from_kept_code(&self) -> usize {
        self.cache.as_ref().map_or(0, Cache::cache_hits)
    }
}

impl fmt::Debug for PolicyEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PolicyEngine").field("limits", &self.limits).finish_non_exhaustive()
    }
}

fn config(cache: Option<Cache>, metering: Metering) -> Config {
    let mut config = Config::new();
    config
        .consume_fuel(metering.fuel)
        .epoch_interruption(metering.epoch)
        .max_wasm_stack(WASM_STACK)
        // The same bits on every machine (reference wasm.md §2.4).
        .cranelift_nan_canonicalization(true)
        .wasm_relaxed_simd(false)
        // Enough to see what recursed; a deeper trace helps nobody.
        .wasm_backtrace_max_frames(NonZeroUsize::new(16))
        .cache(cache);
    config
}
