//! Okta, Identity Center and Parameter Store on loopback, with their quirks.
//!
//! It shares no type with the clients: a field that one of them misspelt would otherwise agree with itself. What it
//! plays is written down in `docs/simulator.md`.
//!
//! Read [`Simulator`] first (what is started and how it is steered), then `organisation` (what stands in Okta), `okta`,
//! `scim` and `ssm` (the three services), `faults` and `control` (how a test makes things go wrong).

mod connection;
mod control;
mod faults;
mod okta;
mod options;
mod organisation;
mod requests;
mod scim;
mod simulator;
mod ssm;

pub use options::Options;
pub use organisation::{
    Change, ChangeError, Event, Group, GroupType, Organisation, OrganisationError, User, UserStatus,
};
pub use requests::Requests;
pub use simulator::{Addresses, Simulator, SimulatorError};
pub use ssm::ParameterType;
