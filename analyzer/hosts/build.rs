//! Turns the host model files in this folder into constants, so that the built-in models cost nothing at start-up.

// The modules are the library's: what only it uses of them is not unused.
#![allow(dead_code, unreachable_pub)]
// That is how build scripts talk to cargo.
#![allow(clippy::print_stdout)]

#[path = "src/error.rs"]
mod error;
#[path = "src/file.rs"]
mod file;
#[path = "src/form.rs"]
mod form;
#[path = "src/model.rs"]
mod model;
#[path = "src/ty.rs"]
mod ty;
#[path = "src/words.rs"]
mod words;

#[path = "build/literal.rs"]
mod literal;

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use literal::literal;
use ty::Type;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=.");

    let mut models = Vec::new();
    let mut support = None;
    let mut paths = fs::read_dir(".")?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>, std::io::Error>>()?;
    paths.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "toml")
            && path.file_name().is_some_and(|name| name != "Cargo.toml")
    });
    paths.sort();
    for path in paths {
        let model = file::parse(&fs::read_to_string(&path)?)
            .map_err(|error| format!("{}:{error}", path.display()))?;
        if path.file_stem() != Some(model.id.as_ref().as_ref()) {
            return Err(format!("{} is the model of `{}`", path.display(), model.id).into());
        }
        if model.id == "support" {
            support = Some(model);
        } else {
            models.push(model);
        }
    }
    models.sort_by(|a, b| a.id.cmp(&b.id));
    let support = support.ok_or("support.toml is missing")?;

    let code = format!(
        "static SUPPORT: HostModel = {};\nstatic MODELS: [HostModel; {}] = {};\n",
        literal(&support),
        models.len(),
        literal(&models),
    );
    let out = env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?;
    fs::write(Path::new(&out).join("models.rs"), code)?;
    Ok(())
}
