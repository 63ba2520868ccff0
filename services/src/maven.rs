//! The jars of a service, fetched once into `target/services`.

use std::{
    fs::{self, File},
    io::ErrorKind,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::error::{During, Error, tail};

/// Where everything that this crate downloads or leaves behind lives.
pub(crate) fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("target").join("services")
}

/// The class path of a service (`dir/*`), after making sure that its jars are there.
///
/// A lock file makes tests that run at the same time wait for one download; a copy of the pom beside the jars says
/// which pom they belong to. Another `version` than the pom's has jars of its own.
pub(crate) fn class_path(service: &'static str, version: Option<&str>) -> Result<String, Error> {
    let pom = Path::new(env!("CARGO_MANIFEST_DIR")).join(service).join("pom.xml");
    let wanted = fs::read(&pom).during(|| format!("reading {}", pom.display()))?;
    let home = home();
    fs::create_dir_all(&home).during(|| format!("creating {}", home.display()))?;
    let lock_path = home.join(format!("{service}.lock"));
    let lock = File::create(&lock_path).during(|| format!("creating {}", lock_path.display()))?;
    lock.lock().during(|| format!("locking {}", lock_path.display()))?;

    let jars = home.join(version.map_or_else(|| format!("{service}-jars"), |it| format!("{service}-{it}-jars")));
    let stamp = jars.join("pom.xml");
    if !fs::read(&stamp).is_ok_and(|present| present == wanted) {
        if jars.exists() {
            fs::remove_dir_all(&jars).during(|| format!("removing old jars in {}", jars.display()))?;
        }
        fetch(service, version, &pom, &jars)?;
        fs::write(&stamp, wanted).during(|| format!("writing {}", stamp.display()))?;
    }
    Ok(format!("{}/*", jars.display()))
}

fn fetch(service: &'static str, version: Option<&str>, pom: &Path, jars: &Path) -> Result<(), Error> {
    let output = Command::new("mvn")
        .args(["--quiet", "--batch-mode", "-Dstyle.color=never", "-DincludeScope=runtime"])
        .arg(format!("-DoutputDirectory={}", jars.display()))
        .args(version.map(|version| format!("-D{service}.version={version}")))
        .arg("--file")
        .arg(pom)
        .arg("dependency:copy-dependencies")
        .stdin(Stdio::null())
        .output()
        .map_err(|source| match source.kind() {
            ErrorKind::NotFound => Error::Missing {
                program: "Maven (mvn)",
                hint: "install it, on Debian and Ubuntu with `apt-get install maven`",
            },
            _ => Error::Io { action: "running mvn".to_owned(), source },
        })?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(Error::Maven { service, output: tail(&String::from_utf8_lossy(&said)) })
}
