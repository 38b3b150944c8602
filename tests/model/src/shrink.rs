//! From a history that fails to a short one that still does.

use crate::history::History;
use crate::play::{Failure, Met, play};
use crate::stage::Stage;
use crate::way::Way;

/// Histories that are tried at most.
const TRIES: usize = 200;

/// The shortest beginning that fails, without the events that it fails without.
pub(crate) async fn shrink(
    stage: &mut Stage<'_>,
    way: &mut impl Way,
    mut history: History,
    mut failure: Failure,
) -> (History, Failure) {
    history.steps.truncate(failure.step + 1);
    let mut tries = 0;
    let mut has_shrunk = true;
    while has_shrunk {
        has_shrunk = false;
        for shorter in shorter(&history) {
            tries += 1;
            if tries > TRIES {
                return (history, failure);
            }
            if let Err(found) = play(stage, way, &shorter, &mut Met::new()).await {
                history = shorter;
                history.steps.truncate(found.step + 1);
                failure = found;
                has_shrunk = true;
                break;
            }
        }
    }
    (history, failure)
}

/// The history without each of its steps' ends, and without each of its events.
fn shorter(history: &History) -> Vec<History> {
    let mut all = Vec::new();
    for (number, step) in history.steps.iter().enumerate().rev() {
        if number + 1 < history.steps.len() {
            let mut joined = history.clone();
            let events = joined.steps.remove(number).events;
            joined.steps[number].events.splice(0..0, events);
            all.push(joined);
        }
        if step.broken_off.is_some() {
            let mut whole = history.clone();
            whole.steps[number].broken_off = None;
            all.push(whole);
        }
        if step.is_state_lost {
            let mut remembered = history.clone();
            remembered.steps[number].is_state_lost = false;
            all.push(remembered);
        }
        for event in (0..step.events.len()).rev() {
            let mut without = history.clone();
            without.steps[number].events.remove(event);
            all.push(without);
        }
    }
    all
}
