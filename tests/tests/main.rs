//! `usher`, started as a person would, against the simulator and against programs that others wrote. One file a subject.
