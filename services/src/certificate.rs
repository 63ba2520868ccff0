//! A certificate authority that nobody knows, and a certificate of it for the loopback address.

use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{
    directory,
    error::{During, Error, tail},
};

/// What a server with encrypted connections needs, and what its clients trust.
#[derive(Debug)]
pub(crate) struct Certificate {
    /// The authority's certificate.
    pub(crate) ca: PathBuf,
    /// The server's private key.
    pub(crate) key: PathBuf,
    /// The server's certificate.
    pub(crate) chain: PathBuf,
}

/// Makes them in a directory, which is emptied first.
pub(crate) fn make(dir: &Path) -> Result<Certificate, Error> {
    let dir = directory::empty(dir)?;
    let [ca_key, ca, request] = ["ca.key", "ca.pem", "server.csr"].map(|name| dir.join(name));
    let made = Certificate { ca, key: dir.join("server.key"), chain: dir.join("server.pem") };
    // Clients refuse a server certificate that may sign others, so there have to be two.
    directory::write(&dir, "extensions", "subjectAltName=IP:127.0.0.1,DNS:localhost\nbasicConstraints=CA:FALSE\n")?;
    let path = |path: &Path| path.display().to_string();
    let key = |key: &Path| ["-newkey", "rsa:2048", "-nodes", "-keyout", &path(key)].map(str::to_owned).to_vec();
    let name = |name: &str| vec!["-subj".to_owned(), format!("/CN={name}")];
    let out = |file: &Path| vec!["-out".to_owned(), path(file)];
    let words = |words: &str| words.split(' ').map(str::to_owned).collect::<Vec<_>>();
    run(&dir, [words("req -x509 -days 30"), key(&ca_key), name("An authority for tests"), out(&made.ca)].concat())?;
    run(&dir, [words("req -new"), key(&made.key), name("localhost"), out(&request)].concat())?;
    let sign = words("x509 -req -days 30 -set_serial 1 -extfile extensions -in server.csr -CA ca.pem -CAkey ca.key");
    run(&dir, [sign, out(&made.chain)].concat())?;
    Ok(made)
}

fn run(dir: &Path, arguments: Vec<String>) -> Result<(), Error> {
    let output = Command::new("openssl").args(arguments).current_dir(dir).stdin(Stdio::null()).output();
    let output = match output {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(Error::Missing {
                program: "OpenSSL",
                hint: "install it, on Debian and Ubuntu with `apt-get install openssl`",
            });
        }
        output => output.during(|| "running openssl".to_owned())?,
    };
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    directory::write(dir, "openssl.log", &said)?;
    Err(Error::Prepare { step: "making a certificate", log: dir.join("openssl.log"), output: tail(&said) })
}
