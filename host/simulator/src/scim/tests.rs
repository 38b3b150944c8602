//! The service over its wire.
