//! What a run came to, as text and as JSON: the same facts.

pub(crate) mod allowance;
pub(crate) mod comparison;
pub(crate) mod explain;
pub(crate) mod html;
pub(crate) mod journal;
pub(crate) mod json;
pub(crate) mod markdown;
pub(crate) mod plan;
pub(crate) mod record;
pub(crate) mod result;
pub(crate) mod undo;
