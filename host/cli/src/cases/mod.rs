//! Case files beside what the host asks and is answered: `questions` makes what a policy is asked, and `items` the way back.

pub(crate) mod items;
pub(crate) mod questions;
