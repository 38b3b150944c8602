//! Starts Usher and what it talks to, for the tests.
