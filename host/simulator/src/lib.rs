//! Placeholder.

mod scim;
