//! The guest SDK inside the binary, as the build script put it there.

include!(concat!(env!("OUT_DIR"), "/sdk.rs"));
