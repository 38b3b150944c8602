//! Files that are there whole or not at all.

use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Writes a file that only its owner may read, of so much as `fill` writes and a line end; one that stood there is replaced.
///
/// # Errors
/// Whatever the file system says; then nothing has changed.
pub fn write(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    // On Unix such a file is made with mode 0600, and a rename keeps that.
    let mut file = tempfile::Builder::new().prefix(".usher-").tempfile_in(folder)?;
    let mut writer = BufWriter::new(&mut file);
    fill(&mut writer)?;
    writer.write_all(b"\n")?;
    writer.flush()?;
    drop(writer);
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
