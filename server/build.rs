//! Makes sure that the folder of the site exists, since the binary embeds it: without a built site it is empty.

fn main() -> std::io::Result<()> {
    let manifest = std::env::var("CARGO_MANIFEST_DIR").map_err(std::io::Error::other)?;
    let site = std::path::Path::new(&manifest).join("../target/site");
    std::fs::create_dir_all(&site)?;
    println!("cargo::rerun-if-changed={}", site.display());
    Ok(())
}
