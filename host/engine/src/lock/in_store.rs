//! A lock that is no file: taken, renewed and given back by replacing what was read and nothing else.
//!
//! Asking the place before each write would cost a request each time, and says nothing of the moment after it. So the run goes by its lease: whoever
//! wants to take it over waits until it is over, and the run, which counts from before it asked for it, stops earlier.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::task::JoinHandle;
use usher_identity_center::Permission;

use super::error::LockError;
use super::held::LEASE_SECONDS;
use super::owner::Owner;
use super::record::{Record, held, seconds_between};
use super::store::{LockStore, Standing, StoreError};

/// How often it is renewed.
const RENEWAL: Duration = Duration::from_secs(LEASE_SECONDS / 4);

/// How long after a renewal that failed it is tried again.
const AGAIN: Duration = Duration::from_secs(2);

/// How long one renewal may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long giving it back may keep a run from ending.
const FAREWELL: Duration = Duration::from_secs(10);

/// How much earlier than others believe a run stops: places tell times in whole seconds, and a request takes its time.
const MARGIN: Duration = Duration::from_secs(5);

/// How often a lock is tried for that others are taking at the same time. Each time somebody else was faster, so the last one meets a
/// lock that is held.
const ATTEMPTS: usize = 5;

/// A lock in a place that several machines reach.
#[derive(Debug)]
pub(super) struct StoreLock {
    shared: Arc<Shared>,
    renewal: JoinHandle<()>,
    given_back: bool,
}

/// What the renewal and those who check have in common.
#[derive(Debug)]
struct Shared {
    store: Arc<dyn LockStore>,
    run: String,
    held: Mutex<Held>,
}

#[derive(Clone, Debug)]
struct Held {
    record: Record,
    version: String,
    since: Moment,
    /// How it was lost.
    lost: Option<String>,
}

/// A moment by both clocks of this machine: the steady one stands still while the machine sleeps, the other one may be set.
#[derive(Clone, Copy, Debug)]
struct Moment {
    steady: Instant,
    clock: Timestamp,
}

impl Moment {
    fn now() -> Self {
        Self { steady: Instant::now(), clock: Timestamp::now() }
    }

    /// How long ago it was: the longer of what both say.
    fn until(self, later: Self) -> Duration {
        let steady = later.steady.saturating_duration_since(self.steady);
        let clock = u64::try_from(seconds_between(self.clock, later.clock)).unwrap_or(0);
        steady.max(Duration::from_secs(clock))
    }
}

impl StoreLock {
    /// Takes the lock and renews it from now on.
    pub(super) async fn take(store: Arc<dyn LockStore>, run: &str) -> Result<Self, LockError> {
        let held = take(&*store, run).await?;
        let shared = Arc::new(Shared { store, run: run.to_owned(), held: Mutex::new(held) });
        let renewal = tokio::spawn(renew_for_ever(shared.clone()));
        Ok(Self { shared, renewal, given_back: false })
    }

    pub(super) fn check(&self) -> Result<(), LockError> {
        self.shared.check(Moment::now())
    }

    pub(super) fn permission(&self) -> Permission {
        let shared = self.shared.clone();
        Permission::of(move || shared.check(Moment::now()).map_err(|error| error.to_string()))
    }

    /// Gives it back. Where this fails the lease ends by itself.
    pub(super) async fn give_back(mut self) {
        self.renewal.abort();
        self.given_back = true;
        let _ = tokio::time::timeout(FAREWELL, self.shared.give_back()).await;
    }
}

impl Drop for StoreLock {
    fn drop(&mut self) {
        self.renewal.abort();
        if let Ok(runtime) = tokio::runtime::Handle::try_current()
            && !self.given_back
        {
            let shared = self.shared.clone();
            runtime.spawn(async move { shared.give_back().await });
        }
    }
}

async fn take(store: &dyn LockStore, run: &str) -> Result<Held, LockError> {
    let path = store.name();
    let unusable = |source: StoreError| LockError::Unreachable { path: path.clone(), source };
    let mut first_try = None;
    for _ in 0..ATTEMPTS {
        let standing = store.read().await.map_err(unusable)?;
        let now = Moment::now();
        let since = *first_try.get_or_insert(now);
        if let Some(standing) = &standing
            && let Some(record) = parse(&path, standing)?
        {
            if record.run == run {
                // It was written by the try before, whose first answer was lost.
                return Ok(Held { record, version: standing.version.clone(), since, lost: None });
            }
            if !is_free(standing, &record, now) {
                return Err(held(path, &record, ago(standing, &record, now).as_secs()));
            }
        }
        let record = Record::new(run, &Owner::me(), LEASE_SECONDS, now.clock);
        let bytes = record.bytes().map_err(|error| unusable(error.into()))?;
        let expected = standing.map(|standing| standing.version);
        if let Some(version) = store.replace(bytes, expected).await.map_err(unusable)? {
            return Ok(Held { record, version, since: now, lost: None });
        }
    }
    Err(LockError::Contested { path })
}

/// What stands there. None: nobody has it.
fn parse(path: &str, standing: &Standing) -> Result<Option<Record>, LockError> {
    Record::parse(&standing.bytes).map_err(|()| LockError::NotALock { path: path.to_owned() })
}

/// How long ago a record was written: by the place's own clock where it tells, otherwise by those of both machines. A time in the
/// future, from a clock that is ahead, is taken for as long ago.
fn ago(standing: &Standing, record: &Record, now: Moment) -> Duration {
    let by_clocks = || Duration::from_secs(seconds_between(record.renewed, now.clock).unsigned_abs());
    standing.age.unwrap_or_else(by_clocks)
}

fn is_free(standing: &Standing, record: &Record, now: Moment) -> bool {
    ago(standing, record, now) > Duration::from_secs(record.lease_seconds) || record.owner().is_gone()
}

async fn renew_for_ever(shared: Arc<Shared>) {
    let mut pause = RENEWAL;
    loop {
        tokio::time::sleep(pause).await;
        let renewed = tokio::time::timeout(PATIENCE, shared.renew()).await;
        pause = match renewed {
            Ok(Ok(true)) => RENEWAL,
            Ok(Ok(false)) => return,
            // Whoever writes finds out when the lease is over.
            Ok(Err(_)) | Err(_) => AGAIN,
        };
    }
}

impl Shared {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn check(&self, now: Moment) -> Result<(), LockError> {
        let mut held = self.held();
        if held.lost.is_none() {
            let ago = held.since.until(now);
            if ago + MARGIN > Duration::from_secs(held.record.lease_seconds) {
                // For good: others may have had it and given it back.
                held.lost = Some(format!("it was not renewed for {} s", ago.as_secs()));
            }
        }
        match &held.lost {
            Some(how) => Err(LockError::Lost { path: self.store.name(), how: how.clone() }),
            None => Ok(()),
        }
    }

    /// Renews it if it is still this run's. Whether it is.
    async fn renew(&self) -> Result<bool, StoreError> {
        let now = Moment::now();
        if self.check(now).is_err() {
            return Ok(false);
        }
        let Held { record, version, .. } = self.held().clone();
        let record = record.renewed_at(now.clock);
        if let Some(version) = self.store.replace(record.bytes()?, Some(version)).await? {
            self.renewed(record, version, now);
            return Ok(true);
        }
        // Somebody else was faster: another run, or an earlier call of this one whose answer never came.
        let how = match self.store.read().await? {
            None => "somebody has removed it".to_owned(),
            Some(standing) => match Record::parse(&standing.bytes) {
                Ok(Some(found)) if found.run == self.run => {
                    // Nobody but this run wrote it, and not before it was last renewed. When exactly is not known, so the lease does
                    // not begin anew.
                    let mut held = self.held();
                    (held.record, held.version) = (found, standing.version);
                    return Err("an earlier renewal had arrived".into());
                }
                Ok(Some(found)) => format!("{} on {} has it now", found.run, found.host),
                Ok(None) => "somebody has given it back".to_owned(),
                Err(()) => "it is no lock any more".to_owned(),
            },
        };
        self.held().lost.get_or_insert(how);
        Ok(false)
    }

    fn renewed(&self, record: Record, version: String, since: Moment) {
        let mut held = self.held();
        (held.record, held.version, held.since) = (record, version, since);
    }

    /// Leaves nothing there, unless it is another run's. What a renewal that was given up left there is this run's too.
    async fn give_back(&self) {
        let Held { version, lost, .. } = self.held().clone();
        if lost.is_some() {
            return;
        }
        if let Ok(None) = self.store.replace(Vec::new(), Some(version)).await
            && let Ok(Some(standing)) = self.store.read().await
            && Record::parse(&standing.bytes).is_ok_and(|found| found.is_some_and(|it| it.run == self.run))
        {
            // Where this fails too the lease ends by itself.
            let _ = self.store.replace(Vec::new(), Some(standing.version)).await;
        }
    }
}

#[cfg(test)]
mod tests;
