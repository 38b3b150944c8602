//! Policies in the real sandbox: the hostile plugin in each of its modes, and small components written by hand.

#![allow(clippy::unwrap_used, reason = "in tests a panic is the message, in their helpers too")]

mod admission;
mod answers;
mod batches;
mod compiled_code;
mod configuration;
mod contract;
mod crafted;
mod digests;
mod documented;
mod fixture;
mod limits;
mod one_process;
mod row;
mod shown;
