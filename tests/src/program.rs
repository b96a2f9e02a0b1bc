//! The program under test: the `socai` that was built with these tests, or one built now.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
    time::SystemTime,
};

/// The program's file. `cargo test --workspace` has built it; `cargo test -p socai-tests` alone has not, so it is built here, once.
///
/// # Panics
/// It cannot be built.
pub fn socai() -> &'static Path {
    static PROGRAM: LazyLock<Result<PathBuf, String>> =
        LazyLock::new(|| match env::var_os("SOCAI_PROGRAM") {
            Some(named) => Ok(PathBuf::from(named)),
            None => built(),
        });
    PROGRAM.as_ref().unwrap_or_else(|why| panic!("no socai program to test: {why}"))
}

/// Beside this test's own directory: `target/<profile>/deps/<test>` has `target/<profile>/socai`.
fn built() -> Result<PathBuf, String> {
    let test = env::current_exe().map_err(|error| error.to_string())?;
    let profile = test.parent().and_then(Path::parent).ok_or("tests lie in target/<profile>/deps")?;
    let program = profile.join("socai");
    if !is_fresh(&program) {
        build(profile)?;
    }
    if program.is_file() { Ok(program) } else { Err(format!("{} was not built", program.display())) }
}

/// Whether no source that went into the program has changed since, by the list that cargo writes beside it.
fn is_fresh(program: &Path) -> bool {
    let changed = |path: &Path| fs::metadata(path).and_then(|meta| meta.modified()).ok();
    let (Some(built), Ok(list)) = (changed(program), fs::read_to_string(program.with_extension("d"))) else {
        return false;
    };
    let sources = list.split_once(": ").map_or("", |(_, sources)| sources);
    let is_older = |source: &str| changed(Path::new(source)).is_some_and(|time: SystemTime| time <= built);
    sources.replace("\\ ", "\0").split_whitespace().all(|source| is_older(&source.replace('\0', " ")))
}

/// Builds under cargo's own lock, so tests that run side by side build once.
fn build(profile: &Path) -> Result<(), String> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let name = profile.file_name().and_then(|name| name.to_str()).unwrap_or("debug");
    let target = profile.parent().ok_or("a profile lies in the target directory")?;
    let mut command = Command::new(cargo);
    command.args(["build", "--quiet", "--package", "socai", "--bin", "socai"]);
    command.args(["--profile", if name == "debug" { "dev" } else { name }]);
    command.arg("--manifest-path").arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml"));
    command.arg("--target-dir").arg(target);
    let said = command.output().map_err(|error| format!("cargo does not run: {error}"))?;
    if said.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&said.stderr).into_owned()) }
}
