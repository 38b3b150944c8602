//! Progress on stderr: bars on a terminal, nothing elsewhere.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use usher_engine::{Activity, Progress};

/// One line for each activity under way.
pub(crate) struct Bars {
    shown: Option<MultiProgress>,
    bars: Mutex<BTreeMap<Activity, ProgressBar>>,
}

impl Bars {
    /// Bars that show when stderr is a terminal and nobody asked for quiet.
    pub(crate) fn new(quiet: bool) -> Self {
        let show = !quiet && std::io::stderr().is_terminal();
        Self { shown: show.then(MultiProgress::new), bars: Mutex::default() }
    }

    /// Takes every line off the screen.
    pub(crate) fn clear(&self) {
        let mut bars = self.bars.lock().unwrap_or_else(PoisonError::into_inner);
        for bar in std::mem::take(&mut *bars).into_values() {
            bar.finish_and_clear();
        }
    }
}

impl Progress for Bars {
    fn begin(&self, activity: Activity, total: Option<u64>) {
        let Some(shown) = &self.shown else { return };
        let bar = match total {
            Some(total) => {
                let style = ProgressStyle::with_template("{spinner} {msg} {pos}/{len} {wide_bar} {eta}");
                ProgressBar::new(total).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
            }
            None => ProgressBar::new_spinner(),
        };
        let bar = shown.add(bar.with_message(activity.words()));
        bar.enable_steady_tick(Duration::from_millis(120));
        self.bars.lock().unwrap_or_else(PoisonError::into_inner).insert(activity, bar);
    }

    fn advance(&self, activity: Activity, by: u64) {
        if let Some(bar) = self.bars.lock().unwrap_or_else(PoisonError::into_inner).get(&activity) {
            bar.inc(by);
        }
    }

    fn end(&self, activity: Activity) {
        if let Some(bar) = self.bars.lock().unwrap_or_else(PoisonError::into_inner).remove(&activity) {
            bar.finish_and_clear();
        }
    }
}
