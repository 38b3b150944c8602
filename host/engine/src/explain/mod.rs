//! Why a person or a group is in AWS as it is, or is not there: every step from Okta to the plan.
//!
//! An explanation is read off a [`Prepared`](crate::Prepared) run, the very one that `plan` shows: nothing is decided here. `step` says
//! what there is to tell; [`person`] and [`group`] walk one object through the run; `find` knows whom a name may mean; what the
//! run did not read (a person in no selected group) is asked of the source.

mod error;
mod find;
mod group;
mod person;
mod step;

pub use error::ExplainError;
pub use group::{GroupExplained, GroupStep, group};
pub use person::{PersonExplained, PersonStep, person};
pub use step::{Becomes, Conclusion, InGroup, Said, Verdict, WouldChange};
