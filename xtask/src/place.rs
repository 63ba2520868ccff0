//! Where things are in the workspace.

use std::path::{Path, PathBuf};

/// The workspace's root.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a member of a workspace")
}

/// A path from the root, such as `target/site`.
pub(crate) fn at(path: &str) -> PathBuf {
    root().join(path)
}

/// The product.
pub(crate) fn server() -> PathBuf {
    at("target/release").join(format!("sluice{}", std::env::consts::EXE_SUFFIX))
}
