//! The colours of what is told.

use anstyle::{AnsiColor, Color, Style};

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const CYAN: Style = coloured(AnsiColor::Cyan);
pub(crate) const GREEN: Style = coloured(AnsiColor::Green);
pub(crate) const RED: Style = coloured(AnsiColor::Red);
pub(crate) const YELLOW: Style = coloured(AnsiColor::Yellow);

const fn coloured(colour: AnsiColor) -> Style {
    Style::new().fg_color(Some(Color::Ansi(colour)))
}
