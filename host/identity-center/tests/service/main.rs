//! The client against a SCIM interface on loopback that says exactly what a test tells it to say, and remembers exactly
//! what it was asked.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod deletion;
mod failures;
mod fake;
mod groups;
mod lists;
mod members;
mod membership;
mod repeats;
mod users;
