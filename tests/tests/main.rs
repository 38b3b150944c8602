//! `usher`, started as a person would, against the simulator and against programs that others wrote. One file a subject.

mod builtin_document;
mod changes;
mod check;
mod company_and_local;
mod conflicts;
mod crash;
mod demo;
mod departments;
mod explain;
mod failures;
mod faults;
mod groups_by_name;
mod guards;
mod held;
mod hostile_policies;
mod journal;
mod leavers;
mod moods;
mod one_at_a_time;
mod other_targets;
mod plan_output;
mod plugin_inspect;
mod plugin_new;
mod plugin_run;
mod plugin_test;
mod policies;
mod policies_in_a_row;
mod repeatable;
mod requests;
mod saved_plans;
mod secrets;
mod simulator;
mod snapshot;
mod swaps;
mod undo;

// Programs that others wrote.
mod guests;
mod moto;
mod okta_description;
mod okta_sdk;
mod registry;
mod registry_trust;
mod scim_server;
mod scim_tester;
mod wasm_tools;
