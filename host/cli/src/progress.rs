//! Progress on stderr: bars on a terminal; elsewhere, in a log, a line now and then while something takes long.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use usher_engine::{Activity, Progress};

/// How long nothing may be heard of an activity in a log. A short run says nothing.
const SILENCE: Duration = Duration::from_secs(30);

/// One line for each activity under way.
pub(crate) struct Bars {
    shown: Shown,
}

enum Shown {
    Nothing,
    Bars { on: MultiProgress, bars: Mutex<BTreeMap<Activity, ProgressBar>> },
    Lines(Mutex<BTreeMap<Activity, Count>>),
}

/// How far an activity is.
struct Count {
    done: u64,
    total: Option<u64>,
    told: Instant,
}

impl Count {
    fn new(total: Option<u64>, now: Instant) -> Self {
        Self { done: 0, total, told: now }
    }

    /// The line to print, if it is time for one.
    fn advance(&mut self, activity: Activity, by: u64, now: Instant) -> Option<String> {
        self.done += by;
        if now.duration_since(self.told) < SILENCE {
            return None;
        }
        self.told = now;
        let of = self.total.map_or(String::new(), |total| format!(" of {total}"));
        Some(format!("{}: {}{of}", activity.words(), self.done))
    }
}

impl Bars {
    /// Nothing when somebody asked for quiet.
    pub(crate) fn new(quiet: bool) -> Self {
        let shown = match std::io::stderr().is_terminal() {
            _ if quiet => Shown::Nothing,
            true => Shown::Bars { on: MultiProgress::new(), bars: Mutex::default() },
            false => Shown::Lines(Mutex::default()),
        };
        Self { shown }
    }

    /// Takes every line off the screen.
    pub(crate) fn clear(&self) {
        if let Shown::Bars { bars, .. } = &self.shown {
            for bar in std::mem::take(&mut *lock(bars)).into_values() {
                bar.finish_and_clear();
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Progress for Bars {
    fn begin(&self, activity: Activity, total: Option<u64>) {
        match &self.shown {
            Shown::Nothing => {}
            Shown::Bars { on, bars } => {
                let bar = match total {
                    Some(total) => {
                        let style =
                            ProgressStyle::with_template("{spinner} {msg} {pos}/{len} {wide_bar} {eta}");
                        ProgressBar::new(total)
                            .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
                    }
                    None => ProgressBar::new_spinner(),
                };
                let bar = on.add(bar.with_message(activity.words()));
                bar.enable_steady_tick(Duration::from_millis(120));
                lock(bars).insert(activity, bar);
            }
            Shown::Lines(counts) => {
                lock(counts).insert(activity, Count::new(total, Instant::now()));
            }
        }
    }

    fn advance(&self, activity: Activity, by: u64) {
        match &self.shown {
            Shown::Nothing => {}
            Shown::Bars { bars, .. } => {
                if let Some(bar) = lock(bars).get(&activity) {
                    bar.inc(by);
                }
            }
            Shown::Lines(counts) => {
                let mut counts = lock(counts);
                let count = counts.get_mut(&activity);
                if let Some(line) = count.and_then(|it| it.advance(activity, by, Instant::now())) {
                    talkln!("{line}");
                }
            }
        }
    }

    fn end(&self, activity: Activity) {
        match &self.shown {
            Shown::Nothing => {}
            Shown::Bars { bars, .. } => {
                if let Some(bar) = lock(bars).remove(&activity) {
                    bar.finish_and_clear();
                }
            }
            Shown::Lines(counts) => drop(lock(counts).remove(&activity)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_hears_of_what_takes_long_and_of_nothing_else() {
        let begun = Instant::now();
        let mut count = Count::new(Some(500), begun);
        assert_eq!(count.advance(Activity::ReadMembers, 30, begun + SILENCE / 2), None);
        let told = count.advance(Activity::ReadMembers, 1, begun + SILENCE);
        assert_eq!(told, Some(format!("{}: 31 of 500", Activity::ReadMembers.words())));
        assert_eq!(count.advance(Activity::ReadMembers, 1, begun + SILENCE), None);
        let mut open = Count::new(None, begun);
        let told = open.advance(Activity::Decide, 7, begun + 2 * SILENCE);
        assert_eq!(told, Some(format!("{}: 7", Activity::Decide.words())));
    }
}
