//! The end of a journal: where the next line goes, and what to do with a line that was torn.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use usher_policy::Digest;

use super::error::JournalError;
use super::line::{self, Head, Line};

/// How much is read at a time, from the end.
const BLOCK: u64 = 64 << 10;

/// What the next line needs to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tail {
    /// The number of the last whole line; 0 when there is none.
    pub(super) number: u64,
    /// Its digest.
    pub(super) digest: String,
    /// The time that it names.
    pub(super) at: Option<String>,
    /// How long the file is up to the end of that line.
    pub(super) length: u64,
}

/// A line that was torn, cut off and kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repair {
    /// How many bytes.
    pub bytes: u64,
    /// Where they are now.
    pub kept_in: PathBuf,
}

/// Finds the last whole line. Whatever comes after it was torn: it is returned with the tail.
pub(super) fn find(file: &mut File, path: &Path) -> Result<(Tail, Vec<u8>), JournalError> {
    let shown = path.display().to_string();
    let unreadable = |source| JournalError::Unreadable { path: shown.clone(), source };
    let (length, last, torn) = ends(file).map_err(unreadable)?;
    let not_ours = |problem: String| JournalError::NotAJournal { path: shown.clone(), problem };
    let Some(last) = last else {
        // A file without a single whole line is one that was torn at its very first, or no journal at all.
        if !may_be_torn(&torn) {
            return Err(not_ours("it has no line of a journal".to_owned()));
        }
        return Ok((Tail { number: 0, digest: line::NONE_BEFORE.to_owned(), at: None, length }, torn));
    };
    if last.is_empty() {
        return Err(not_ours(
            "its last line is empty; if it is one all the same, take that line out".to_owned(),
        ));
    }
    let line = parse(&last).map_err(|problem| not_ours(format!("its last line: {problem}")))?;
    let tail = Tail { number: line.number, digest: Digest::of(&last).to_string(), at: Some(line.at), length };
    Ok((tail, torn))
}

/// Whether these bytes may be the beginning of a journal's first line, or what a power cut leaves in place of it.
fn may_be_torn(bytes: &[u8]) -> bool {
    const BEGINNING: &[u8] = b"{\"version\":";
    let is_beginning = bytes.starts_with(BEGINNING) || BEGINNING.starts_with(bytes);
    is_beginning || bytes.iter().all(|byte| *byte == 0)
}

/// A line out of its bytes.
pub(super) fn parse(bytes: &[u8]) -> Result<Line, String> {
    let head: Head = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    if head.version != line::VERSION {
        return Err(format!("it is of version {}, and this usher knows {}", head.version, line::VERSION));
    }
    serde_json::from_slice(bytes).map_err(|error| error.to_string())
}

/// Puts torn bytes beside the journal and cuts them off it.
pub(super) fn repair(file: &File, path: &Path, tail: &Tail, torn: &[u8]) -> io::Result<Repair> {
    let mut kept_in = path.as_os_str().to_owned();
    kept_in.push(".torn");
    let kept_in = PathBuf::from(kept_in);
    let mut beside = private(OpenOptions::new().append(true).create(true)).open(&kept_in)?;
    beside.write_all(torn)?;
    beside.write_all(b"\n")?;
    beside.sync_all()?;
    file.set_len(tail.length)?;
    file.sync_all()?;
    Ok(Repair { bytes: torn.len() as u64, kept_in })
}

/// A file that only its owner may read.
pub(crate) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// The length up to the end of the last whole line, that line without its end, if there is one, and what comes after it.
fn ends(file: &mut File) -> io::Result<(u64, Option<Vec<u8>>, Vec<u8>)> {
    let mut start = file.metadata()?.len();
    let mut end: Vec<u8> = Vec::new();
    loop {
        let line_ends: Vec<usize> =
            end.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at).collect();
        let (last, before) = (line_ends.last().copied(), line_ends.iter().rev().nth(1).copied());
        match (last, before) {
            (Some(last), before) if before.is_some() || start == 0 => {
                let from = before.map_or(0, |before| before + 1);
                let line = end[from..last].to_vec();
                return Ok((start + last as u64 + 1, Some(line), end[last + 1..].to_vec()));
            }
            (None, _) if start == 0 => return Ok((0, None, end)),
            _ => {}
        }
        let size = BLOCK.min(start);
        start -= size;
        let mut block = vec![0; usize::try_from(size).unwrap_or_default()];
        file.seek(SeekFrom::Start(start))?;
        file.read_exact(&mut block)?;
        block.append(&mut end);
        end = block;
    }
}
