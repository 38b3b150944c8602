//! Results to stdout, talk to stderr. A reader that has gone (`usher plan | head`) is no reason to stop, least of all between a plan
//! and its writes; any other failure to print a result is told, since a result that is cut looks like a whole one.

use std::fmt;
use std::io::{ErrorKind, Write};

/// Prints a result to stdout, with colours where they can be seen.
pub(crate) fn result(text: fmt::Arguments<'_>) {
    let mut stdout = anstream::stdout();
    if let Err(error) = stdout.write_fmt(text).and_then(|()| stdout.flush())
        && error.kind() != ErrorKind::BrokenPipe
    {
        talk(format_args!("warning: the result could not be printed to the end ({error})\n"));
    }
}

/// Prints talk to stderr, with colours where they can be seen. There is nowhere to tell that this failed.
pub(crate) fn talk(text: fmt::Arguments<'_>) {
    let mut stderr = anstream::stderr();
    let _ = stderr.write_fmt(text).and_then(|()| stderr.flush());
}

/// [`result`], of a format and its values.
macro_rules! out {
    ($($arguments:tt)*) => { $crate::output::result(::std::format_args!($($arguments)*)) };
}

/// [`result`], and the end of the line.
macro_rules! outln {
    ($($arguments:tt)*) => { $crate::output::result(::std::format_args!("{}\n", ::std::format_args!($($arguments)*))) };
}

/// [`talk`], and the end of the line.
macro_rules! talkln {
    ($($arguments:tt)*) => { $crate::output::talk(::std::format_args!("{}\n", ::std::format_args!($($arguments)*))) };
}
