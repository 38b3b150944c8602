//! `usher`, started as a person would, against the simulator and against programs that others wrote. One file a subject.

mod changes;
mod demo;
mod failures;
mod groups_by_name;
mod guards;
mod held;
mod hostile_policies;
mod moods;
mod plan_output;
mod plugin_inspect;
mod plugin_new;
mod plugin_run;
mod plugin_test;
mod policies;
mod policies_in_a_row;
mod requests;
mod secrets;
mod simulator;
mod snapshot;

// Programs that others wrote.
mod moto;
mod okta_description;
mod okta_sdk;
mod scim_server;
mod scim_tester;
mod wasm_tools;
