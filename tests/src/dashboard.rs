//! `socai serve` over a ledger's directory, as a child process.

use std::path::Path;

use crate::{command, service::Service};

/// A dashboard that answers.
pub struct Dashboard {
    /// `http://127.0.0.1:port`.
    pub url: String,
    service: Service,
}

impl Dashboard {
    /// Serves the ledger in `dir` at a free port; the log of the service lies beside the directory.
    ///
    /// # Panics
    /// It does not start.
    pub fn serve(dir: &Path) -> Dashboard {
        Dashboard::serve_at(dir, "127.0.0.1:0", &[])
    }

    /// The same at a named address, with more arguments.
    ///
    /// # Panics
    /// It does not start.
    pub fn serve_at(dir: &Path, address: &str, more: &[&str]) -> Dashboard {
        let mut run = command::command(&[&"serve", &dir, &"--http", &address]);
        run.args(more);
        let mut service = Service::start("serve", run, &dir.with_extension("serve.log"));
        service.await_log("Ctrl-C stops it");
        let log = service.log();
        let url = log.split_whitespace().find(|word| word.starts_with("http://")).expect("an address");
        Dashboard { url: url.trim_end_matches('/').to_owned(), service }
    }

    /// `127.0.0.1:port`.
    pub fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// Where a path is.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// Asks it to stop; it has to end well.
    pub fn stop(self) {
        self.service.stop();
    }
}
