//! A folder in which the program runs, and what it printed.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A folder of its own. `.git` marks it as a repository, so that no configuration above it is found.
pub(crate) struct Sandbox {
    folder: tempfile::TempDir,
}

/// What the program printed.
pub(crate) struct Output {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(".git")).unwrap();
        Self { folder }
    }

    /// With all that lies in the folder of a contract of the corpus: `near/vault`.
    pub(crate) fn of_corpus(contract: &str) -> Self {
        let folder = repository("corpus").join(contract);
        let mut walk = ignore::WalkBuilder::new(&folder);
        let files = walk.standard_filters(false).build().map(Result::unwrap);
        files
            .filter(|entry| entry.path().is_file())
            .fold(Self::new(), |sandbox, entry| {
                let name = entry.path().strip_prefix(&folder).unwrap();
                sandbox.with(name.to_str().unwrap(), fs::read(entry.path()).unwrap())
            })
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// With a file, in folders as needed.
    pub(crate) fn with(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    /// With a small module.
    pub(crate) fn with_module(self, name: &str) -> Self {
        self.with(name, module())
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_contract-lint"));
        command.env_clear().current_dir(self.path());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.run_with(arguments, &[])
    }

    /// With this on standard input.
    pub(crate) fn run_with(&self, arguments: &[&str], stdin: &[u8]) -> Output {
        let mut child = self
            .command()
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // The program may end without having read all.
        let _ = child.stdin.take().unwrap().write_all(stdin);
        let output = child.wait_with_output().unwrap();
        Output {
            status: output.status.code().expect("ended by a signal"),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The parsed report of `--format json`.
    pub(crate) fn json(&self, arguments: &[&str]) -> serde_json::Value {
        let arguments = [&["--format", "json"], arguments].concat();
        serde_json::from_str(&self.run(&arguments).stdout).unwrap()
    }

    /// The files of a JSON report, with their status.
    pub(crate) fn files(&self, arguments: &[&str]) -> Vec<String> {
        let report = self.json(arguments);
        let files = report["files"].as_array().unwrap();
        files
            .iter()
            .map(|f| {
                format!(
                    "{} {}",
                    f["path"].as_str().unwrap(),
                    f["status"].as_str().unwrap()
                )
            })
            .collect()
    }
}

impl Output {
    /// Everything, for a snapshot.
    pub(crate) fn all(&self) -> String {
        format!(
            "status: {}\n----- stdout -----\n{}\n----- stderr -----\n{}",
            self.status, self.stdout, self.stderr
        )
    }
}

/// A module that no platform claims.
pub(crate) fn module() -> Vec<u8> {
    wat::parse_str("(module (func (export \"run\")))").unwrap()
}

/// A file of the repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}
