//! A policy that misbehaves in the way its configuration names, to see that the host bears it. For tests only.
//!
//! The configuration is `{"mode": "…"}`; see `policy` for the modes. It speaks the contract by wit-bindgen alone, because
//! the guest SDK would not let it do most of this. Off WebAssembly there is nothing in here.

#[cfg(target_family = "wasm")]
mod policy;

#[cfg(target_family = "wasm")]
#[allow(missing_docs, clippy::all, reason = "made by a macro")]
mod bindings {
    wit_bindgen::generate!({ path: "../../../wit", world: "plugin", pub_export_macro: true });
}

#[cfg(target_family = "wasm")]
bindings::export!(Hostile with_types_in bindings);

#[cfg(target_family = "wasm")]
use policy::Hostile;
