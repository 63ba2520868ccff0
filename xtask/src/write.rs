//! Files that are written only when they change, since what is built from them looks at their times.

use std::{fs, path::Path};

use crate::step::{Error, io_error};

/// Writes a file, unless it has these bytes already.
pub(crate) fn if_changed(step: &str, path: &Path, bytes: &[u8]) -> Result<(), Error> {
    if fs::read(path).is_ok_and(|present| present == bytes) {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(io_error(step, parent))?;
    }
    fs::write(path, bytes).map_err(io_error(step, path))
}

/// Does some work unless its output is there and the file `stamp` says that it was made from just these inputs.
pub(crate) fn unless_stamped(
    step: &str,
    output: &Path,
    stamp: &Path,
    inputs: &str,
    work: impl FnOnce() -> Result<(), Error>,
) -> Result<(), Error> {
    if output.exists() && fs::read_to_string(stamp).is_ok_and(|present| present == inputs) {
        return Ok(());
    }
    if stamp.exists() {
        fs::remove_file(stamp).map_err(io_error(step, stamp))?;
    }
    work()?;
    if_changed(step, stamp, inputs.as_bytes())
}
