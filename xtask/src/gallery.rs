//! `cargo xtask gallery`: a picture of every page, in both themes, as wide as a desk and as a phone.

use crate::{
    browser,
    build::{self, Quality},
    place,
    step::{Error, say},
};

/// Builds, fills a server of its own by a fixed seed, and leaves the pictures in `target/gallery`.
pub(crate) fn gallery(quality: Quality) -> Result<(), Error> {
    build::build(quality)?;
    browser::gallery()?;
    say(format!("look at them: {}", place::at("target/gallery").display()));
    Ok(())
}
