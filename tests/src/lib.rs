//! What the end-to-end tests are written with: an organisation in a few words, the simulator it lives in, the program
//! started as a person would start it, and programs that others wrote.
//!
//! ```no_run
//! use usher_tests::{Org, Sim};
//!
//! let mut sim = Sim::start(Org::new().person("ann").group("aws-admins", ["ann"]));
//! sim.sync([]).exits(0);
//! assert_eq!(sim.target().members("aws-admins"), ["ann"]);
//! sim.happens(|org| org.leaves("ann", "aws-admins"));
//! sim.plan(["--exit-code"]).exits(3);
//! ```
//!
//! Read [`org`] (who there is), [`sim`] (where they live), [`place`] (where the program is started), [`outcome`] (what it
//! said), [`running`] and [`gate`] (a run that is stopped on its way), then [`peers`] (moto, scim2-server and others), [`bucket`] (moto's S3),
//! [`registry`] (docker-registry, oras, cosign), [`sigstore`] (a private Sigstore), [`guests`] (jco, componentize-py), [`proxy`] and [`program`] (how the binary is found).

pub mod bucket;
pub mod gate;
pub mod guests;
pub mod org;
pub mod outcome;
pub mod peers;
pub mod place;
pub mod program;
pub mod proxy;
pub mod registry;
pub mod running;
pub mod sigstore;
pub mod sim;
mod wait;

pub use gate::Gate;
pub use org::Org;
pub use outcome::Outcome;
pub use place::Place;
pub use running::Running;
pub use sim::Sim;
pub use wait::wait;
