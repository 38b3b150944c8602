//! One instance of a plugin, from its start to its end or its failure.

use std::sync::Arc;
use std::thread;
use std::time::Instant;

use wasmtime::{Engine, Result, Store};

use crate::clock::{self, Clock};
use crate::contract::{Contract, Plugin};
use crate::error::{PluginName, PolicyError};
use crate::limits::{Limits, THREAD_STACK};
use crate::loaded::Description;
use crate::log::PolicyLog;
use crate::place::{Call, Place};
use crate::sandbox::Sandbox;
use crate::stop::{Bounds, Stop, StopCause};
use crate::text;
use crate::usage::CallUsage;

/// One instance with all that bounds it.
pub(crate) struct Session {
    name: PluginName,
    store: Store<Sandbox>,
    plugin: Box<dyn Plugin>,
    log: PolicyLog,
    limits: Limits,
    start: CallUsage,
    /// The first failure. The instance is not entered again after it: its state is not to be trusted, and wasmtime would only
    /// say that it cannot be entered (reference wasm.md §1.6).
    stopped: Option<Stop>,
    /// Without it no call would ever run out of time.
    _clock: Arc<Clock>,
}

impl Session {
    /// Starts a fresh instance.
    pub(crate) fn start(
        name: PluginName,
        engine: &Engine,
        compiled: &dyn Contract,
        clock: Arc<Clock>,
        limits: Limits,
    ) -> Result<Self, PolicyError> {
        let log = PolicyLog::new(&limits);
        let mut store = Store::new(engine, Sandbox::new(log.clone(), &limits));
        store.limiter(|sandbox| sandbox);
        // It bounds every lift from the guest's memory: answers and log lines (reference wasm.md §2.2).
        store.set_hostcall_fuel(limits.answer);

        let bounds =
            Bounds { limits: &limits, fuel: limits.configure_fuel, fuel_before: None, began: Instant::now() };
        match run(&mut store, &bounds, |store| compiled.start(store)) {
            Ok((Ok(plugin), used)) => {
                let mut start = CallUsage::default();
                start.count(0, used);
                Ok(Self { name, store, plugin, log, limits, start, stopped: None, _clock: clock })
            }
            Ok((Err(error), _)) => Err(PolicyError::Shape { name, cause: text::cause(&error) }),
            Err(cause) => Err(PolicyError::from(Stop { name, place: Place::of(Call::Start), cause })),
        }
    }

    /// Calls into the plugin with this much fuel; gives the answer and the fuel used. `fuel_before` is what an item took in
    /// the calls before, for the message should the fuel run out.
    pub(crate) fn call<T: Send>(
        &mut self,
        place: Place,
        fuel: u64,
        fuel_before: Option<u64>,
        work: impl FnOnce(&dyn Plugin, &mut Store<Sandbox>) -> Result<T> + Send,
    ) -> Result<(T, u64), PolicyError> {
        self.check_alive()?;
        let bounds = Bounds { limits: &self.limits, fuel, fuel_before, began: Instant::now() };
        let plugin = &mut self.plugin;
        match run(&mut self.store, &bounds, |store| work(&**plugin, store)) {
            Ok(answer) => Ok(answer),
            Err(cause) => Err(self.stop(place, cause)),
        }
    }

    /// Ends the session: it will say this and nothing else.
    pub(crate) fn stop(&mut self, place: Place, cause: StopCause) -> PolicyError {
        let stop = Stop { name: self.name.clone(), place, cause };
        self.stopped = Some(stop.clone());
        stop.into()
    }

    /// The failure that ended it, if one did.
    pub(crate) fn check_alive(&self) -> Result<(), PolicyError> {
        self.stopped.clone().map_or(Ok(()), |stop| Err(stop.into()))
    }

    /// From now on messages also say what the plugin calls itself.
    pub(crate) fn name_by(&mut self, description: &Description) {
        self.name = self.name.described(description);
    }

    pub(crate) fn name(&self) -> &PluginName {
        &self.name
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    pub(crate) fn log(&self) -> &PolicyLog {
        &self.log
    }

    pub(crate) fn start_usage(&self) -> CallUsage {
        self.start
    }

    pub(crate) fn memory(&self) -> usize {
        self.store.data().memory()
    }
}

/// Runs guest code within its bounds, on a thread of its own: there the guest's stack surely ends before the thread's does, so
/// too deep a recursion is a trap and never the end of the process.
fn run<T: Send>(
    store: &mut Store<Sandbox>,
    bounds: &Bounds<'_>,
    work: impl FnOnce(&mut Store<Sandbox>) -> Result<T> + Send,
) -> Result<(T, u64), StopCause> {
    // Of a call before; none of this one's.
    store.data_mut().take_panic();
    give_fuel(store, bounds.fuel).map_err(|error| StopCause::of(&error, None, bounds))?;
    store.set_epoch_deadline(clock::ticks(bounds.limits.wall_clock));
    let guarded = &mut *store;
    let answer = thread::scope(|scope| {
        let builder = thread::Builder::new().name("policy".to_owned()).stack_size(THREAD_STACK);
        let running = builder.spawn_scoped(scope, move || work(guarded)).map_err(StopCause::no_thread)?;
        match running.join() {
            Ok(Ok(answer)) => Ok(Ok(answer)),
            Ok(Err(error)) => Ok(Err(error)),
            // A bug of ours or of wasmtime's: not for this code to explain.
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })?;
    match answer {
        Ok(answer) => {
            let left = fuel_left(store).map_err(|error| StopCause::of(&error, None, bounds))?;
            Ok((answer, bounds.fuel.saturating_sub(left)))
        }
        Err(error) => {
            let panic = store.data_mut().take_panic();
            Err(StopCause::of(&error, panic, bounds))
        }
    }
}

/// Only the benchmark has engines that count no work; everywhere else it is an error that there is none to give.
fn give_fuel(store: &mut Store<Sandbox>, fuel: u64) -> Result<()> {
    let given = store.set_fuel(fuel);
    if cfg!(feature = "unmetered") { Ok(()) } else { given }
}

fn fuel_left(store: &Store<Sandbox>) -> Result<u64> {
    let left = store.get_fuel();
    if cfg!(feature = "unmetered") { Ok(left.unwrap_or_default()) } else { left }
}
