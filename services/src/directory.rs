//! The directory in which a service keeps everything.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::error::{During, Error};

/// The directory as an absolute path, there and empty.
pub(crate) fn empty(dir: &Path) -> Result<PathBuf, Error> {
    if dir.exists() {
        fs::remove_dir_all(dir).during(|| format!("emptying {}", dir.display()))?;
    }
    fs::create_dir_all(dir).during(|| format!("creating {}", dir.display()))?;
    dir.canonicalize().during(|| format!("resolving {}", dir.display()))
}

/// Writes a configuration file.
pub(crate) fn write(dir: &Path, name: &str, text: &str) -> Result<(), Error> {
    let path = dir.join(name);
    fs::write(&path, text).during(|| format!("writing {}", path.display()))
}
