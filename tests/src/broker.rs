//! A real nats-server with the permissions of one ledger.

use std::{fs, path::Path};

use socai_bus::{
    Role, Subjects, User,
    server::{Server, ServerConfig},
};
use tokio::runtime::Runtime;

/// The token of the ledger in subjects.
pub const LEDGER: &str = "thu-nghiem";

/// A private nats-server; it keeps its port over restarts.
pub struct Broker {
    runtime: Runtime,
    server: Server,
}

impl Broker {
    /// Starts it in `dir`; nobody is let in yet.
    ///
    /// # Panics
    /// There is no nats-server, or it does not start.
    pub fn start(dir: &Path) -> Broker {
        Broker::with_room(dir, None)
    }

    /// The same, with room for this many bytes in all streams.
    ///
    /// # Panics
    /// As for [`Broker::start`].
    pub fn with_room(dir: &Path, max_store: Option<u64>) -> Broker {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let mut config = ServerConfig::new(dir, Subjects::new(LEDGER).unwrap(), Vec::new());
        config.limits.max_store = max_store;
        let server = runtime.block_on(Server::start(config)).unwrap();
        Broker { runtime, server }
    }

    /// Where clients connect.
    pub fn url(&self) -> String {
        self.server.client_url()
    }

    /// Lets these keys in and no others.
    ///
    /// # Panics
    /// The server does not take the new configuration.
    pub fn admit(&mut self, users: &[(String, Role)]) {
        let user = |(key, role): &(String, Role)| User { public_key: key.clone(), role: role.clone() };
        self.runtime.block_on(self.server.set_users(users.iter().map(user).collect())).unwrap();
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        self.server.kill();
    }

    /// Its process number.
    ///
    /// # Panics
    /// It does not run.
    pub fn pid(&self) -> u32 {
        self.server.pid().expect("the broker runs")
    }

    /// Starts it again on the same port and files.
    ///
    /// # Panics
    /// It does not start.
    pub fn restart(&mut self) {
        self.runtime.block_on(self.server.restart()).unwrap();
    }

    /// Kills it and deletes everything it held.
    ///
    /// # Panics
    /// The files cannot be deleted.
    pub fn wipe(&mut self) {
        self.server.wipe_jetstream().unwrap();
    }

    /// Deletes everything it holds while it runs.
    ///
    /// # Panics
    /// The files cannot be deleted.
    pub fn wipe_under_it(&mut self) {
        let dir = self.server.store_dir();
        // it may write a file between the listing and the removal of a directory
        crate::wait::until_so("the JetStream directory is gone", || {
            let _ = fs::remove_dir_all(&dir);
            !dir.exists()
        });
    }
}
