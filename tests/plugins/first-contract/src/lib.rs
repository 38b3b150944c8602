//! A policy as somebody built it when the contract was 0.1.0: from `wit-0.1.0`, which is a copy of the contract of that day and is never
//! changed again. It must run on every Usher that serves 0.1. It uses every part of the contract, and none of our own code.
//! For tests only; off WebAssembly there is nothing in here.

#[cfg(target_family = "wasm")]
mod policy;

#[cfg(target_family = "wasm")]
#[allow(missing_docs, clippy::all, reason = "made by a macro")]
mod bindings {
    wit_bindgen::generate!({ path: "wit-0.1.0", world: "plugin", pub_export_macro: true });
}

#[cfg(target_family = "wasm")]
bindings::export!(FirstContract with_types_in bindings);

#[cfg(target_family = "wasm")]
use policy::FirstContract;
