//! What the last run left, and what this one leaves: the state, at the place that the configuration names.

use usher_core::id::OktaUserId;
use usher_engine::state::Why;
use usher_engine::{Recall, State, StateError};
use usher_storage::{Conflict, Expected, Storage};

use crate::configuration::StateSection;
use crate::exit::Failure;
use crate::notice::notice;

/// The state as it was found.
pub(crate) struct Remembered {
    storage: Storage,
    /// What stands there.
    standing: Expected,
    state: Option<State>,
    is_damaged: bool,
    full_every: std::time::Duration,
}

impl Remembered {
    /// Reads it. One that is damaged is none, which is told: it costs requests, and nothing else.
    pub(crate) async fn find(section: &StateSection) -> Result<Self, Failure> {
        let storage = Storage::open(&section.place).await?;
        let found = storage.read().await?;
        let parsed = found.as_ref().map(|stored| State::parse(&stored.bytes)).transpose();
        let standing = found.map_or(Expected::Absent, |stored| Expected::Version(stored.version));
        let (state, is_damaged) = match parsed {
            Ok(state) => (state, false),
            Err(StateError::NotAState { problem }) => {
                let place = &section.place;
                talkln!(
                    "{}",
                    notice(&format!("the state {place} is of no use ({problem}): everything is read"))
                );
                (None, true)
            }
            Err(error) => {
                let error = anyhow::Error::from(error).context(format!("the state {}", section.place));
                return Err(Failure::usage(error));
            }
        };
        Ok(Self { storage, standing, state, is_damaged, full_every: section.full_every })
    }

    /// What the last run left.
    pub(crate) fn state(&self) -> Option<&State> {
        self.state.as_ref()
    }

    /// What a run over these services may believe of it: all that is timely, or nothing where there is a reason to read everything.
    pub(crate) fn recall(&self, source: &str, target: &str, full: Option<Why>) -> Recall {
        Recall {
            state: self.state.clone(),
            source: source.to_owned(),
            target: target.to_owned(),
            full: full.or(self.is_damaged.then_some(Why::Damaged)),
            full_every: self.full_every,
        }
    }

    /// The same without the dates of people whose accounts are made again.
    pub(crate) fn forgetting<'a>(self, people: impl Iterator<Item = &'a OktaUserId>) -> Self {
        Self { state: self.state.map(|state| state.forgetting(people)), ..self }
    }

    /// Keeps what a run leaves, before it writes anything, if nobody has left anything else meanwhile. A run that leaves nothing, and changes something, leaves the word that the target
    /// is to be read.
    pub(crate) async fn keep(self, left: Option<State>, changes: bool) -> Result<(), Failure> {
        let left = match (left, self.state) {
            (Some(left), _) => left,
            (None, Some(state)) if changes => state.unsettled(),
            (None, _) => return Ok(()),
        };
        let bytes = left.to_bytes()?;
        if let Err(Conflict) = self.storage.write_if(bytes.clone(), self.standing).await? {
            // It may be our own, where the answer to it was lost and it was sent again.
            let is_ours = self.storage.read().await?.is_some_and(|stored| stored.bytes == bytes);
            if !is_ours {
                return Err(anyhow::anyhow!(
                    "another run has replaced the state {} since this one read it\nhint: run again; where this comes often, two runs share \
                     a state and not a lock: leave `lock.path` out, or name the same one in both",
                    self.storage.place()
                )
                .into());
            }
        }
        Ok(())
    }
}
