//! `cargo xtask run`: the build, then the server in our place.

use std::process::Command;

use crate::{
    build::{self, Quality},
    place,
    step::{Error, say},
};

/// Builds and becomes the server, which prints its address when it is ready.
pub(crate) fn run(quality: Quality, arguments: &[String]) -> Result<(), Error> {
    build::build(quality)?;
    say("sluice");
    let mut server = Command::new(place::server());
    server.args(arguments);
    become_program(&mut server)
}

/// Replaces this process, so that signals and the exit code are the server's own.
#[cfg(unix)]
fn become_program(command: &mut Command) -> Result<(), Error> {
    use std::os::unix::process::CommandExt;

    Err(Error::new("starting the server", command.exec()))
}

#[cfg(not(unix))]
fn become_program(command: &mut Command) -> Result<(), Error> {
    crate::step::run("the server", command)
}
