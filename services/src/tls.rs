//! Keys for a broker that speaks TLS, signed by an authority that exists only for this broker.

use std::path::{Path, PathBuf};

use crate::{error::Error, java};

/// Of the key store; what is in it is worth nothing after the test.
pub(crate) const STORE_PASSWORD: &str = "changeit";

/// Files that [`make`] makes.
#[derive(Debug)]
pub(crate) struct Keys {
    /// PKCS 12, with the broker's key and its certificate for 127.0.0.1.
    pub(crate) key_store: PathBuf,
    /// The authority's certificate, PEM.
    pub(crate) ca_file: PathBuf,
}

/// Makes them in a directory.
pub(crate) fn make(dir: &Path) -> Result<Keys, Error> {
    let pair = ["-genkeypair", "-keyalg", "EC", "-groupname", "secp256r1", "-validity", "3650"];
    let authority = ["-alias", "ca", "-dname", "CN=The authority of a test", "-ext", "bc:c"];
    let broker = ["-alias", "broker", "-signer", "ca", "-dname", "CN=127.0.0.1", "-ext", "san=ip:127.0.0.1"];
    keytool(dir, &[&pair[..], &authority].concat())?;
    keytool(dir, &[&pair[..], &broker].concat())?;
    keytool(dir, &["-exportcert", "-alias", "ca", "-rfc", "-file", "ca.pem"])?;
    // Of two keys the broker might show the wrong one.
    keytool(dir, &["-delete", "-alias", "ca"])?;
    Ok(Keys { key_store: dir.join(STORE), ca_file: dir.join("ca.pem") })
}

const STORE: &str = "broker.p12";

/// Java's own `keytool`, by the class behind it: it need not be in the path as well.
fn keytool(dir: &Path, arguments: &[&str]) -> Result<(), Error> {
    let store = ["-keystore", STORE, "-storetype", "PKCS12", "-storepass", STORE_PASSWORD];
    let class = ["-XX:TieredStopAtLevel=1", "sun.security.tools.keytool.Main"];
    let all = [&class[..], arguments, &store].concat();
    java::run("making keys for TLS", &all.into_iter().map(str::to_owned).collect::<Vec<_>>(), dir, &[])
}
