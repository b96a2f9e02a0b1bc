//! The life of a private server: start, wait until it answers, restart on the same port, reload, stop; never left behind.

use super::{
    FindError, Finder, ServerConfig,
    command::run,
    free_port,
    guard::{Guard, detach},
};
use crate::{keys::BadKey, permissions::User};
use serde::Deserialize;
use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};
use tokio::time::{Instant, sleep};

/// What the server writes to its log once it has read its configuration again, and when it cannot.
const RELOADED: &str = "Reloaded server configuration";
const NOT_RELOADED: &str = "Failed to reload server configuration";

/// A private server could not be started, changed or stopped.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// There is no program to start.
    #[error(transparent)]
    Find(#[from] FindError),
    /// A user's key is not a key.
    #[error(transparent)]
    Key(#[from] BadKey),
    /// No port was given, and there is none.
    #[error("nats-server gets no port: {0}")]
    Port(#[source] io::Error),
    /// A file of its directory could not be written or read.
    #[error("{what} {}: {error}", path.display())]
    Io {
        /// What was being done.
        what: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// It ended before it answered.
    #[error("nats-server ended at once ({status}); the end of {} says:\n{tail}", log.display())]
    Ended {
        /// How it ended.
        status: ExitStatus,
        /// Its log.
        log: PathBuf,
        /// The last lines of the log.
        tail: String,
    },
    /// It did not answer in time.
    #[error("nats-server did not answer within {within:?}; the end of {} says:\n{tail}", log.display())]
    Silent {
        /// How long we waited.
        within: Duration,
        /// Its log.
        log: PathBuf,
        /// The last lines of the log.
        tail: String,
    },
    /// It would not take a signal.
    #[error("nats-server (process {pid}) did not take the signal: {why}")]
    Signal {
        /// Its process number.
        pid: u32,
        /// What was said.
        why: String,
    },
}

/// What the server writes to its ports file once it listens.
#[derive(Deserialize)]
struct Ports {
    nats: Vec<String>,
    #[serde(default)]
    monitoring: Vec<String>,
}

/// A running nats-server of our own. It is killed when this is dropped and when our process dies.
#[derive(Debug)]
pub struct Server {
    config: ServerConfig,
    program: PathBuf,
    running: Option<Running>,
    monitor_url: Option<String>,
}

#[derive(Debug)]
struct Running {
    child: Child,
    guard: Option<Guard>,
}

impl Drop for Running {
    fn drop(&mut self) {
        // the guard first: once the child is waited for, its number may belong to another process
        self.guard = None;
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// Finds the program, writes the configuration, starts the server and waits until it listens.
    pub async fn start(mut config: ServerConfig) -> Result<Server, ServerError> {
        if config.port == 0 {
            config.port = free_port().map_err(ServerError::Port)?;
        }
        let program = match &config.program {
            Some(file) => file.clone(),
            None => find_program().await?,
        };
        let mut server = Server { config, program, running: None, monitor_url: None };
        server.restart().await?;
        Ok(server)
    }

    /// Kills the server if it runs, then starts it on the same port and directory.
    ///
    /// While it was down somebody may have taken its port; then it is tried again until the deadline.
    pub async fn restart(&mut self) -> Result<(), ServerError> {
        let deadline = Instant::now() + self.config.ready_within;
        loop {
            self.kill();
            self.spawn()?;
            match self.until_ready(deadline).await {
                Err(ServerError::Ended { tail, .. })
                    if tail.contains("address already in use") && Instant::now() < deadline =>
                {
                    sleep(Duration::from_millis(100)).await;
                }
                other => return other.inspect_err(|_| self.kill()),
            }
        }
    }

    fn spawn(&mut self) -> Result<(), ServerError> {
        for dir in [self.config.dir.clone(), self.config.ports_dir()] {
            fs::create_dir_all(&dir).map_err(io_error("cannot create", &dir))?;
        }
        self.write_config()?;
        let mut command = Command::new(&self.program);
        command.arg("--config").arg(self.config.file());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        detach(&mut command);
        let child = command.spawn().map_err(io_error("cannot start", &self.program))?;
        let guard = Guard::over(child.id());
        if let Err(error) = &guard {
            tracing::warn!(%error, "no shell to watch over nats-server: it would outlive a crash of this process");
        }
        self.running = Some(Running { child, guard: guard.ok() });
        Ok(())
    }

    /// Polls the ports file, which the server writes when it listens, until the deadline.
    async fn until_ready(&mut self, deadline: Instant) -> Result<(), ServerError> {
        loop {
            if let Some(ports) = self.read_ports() {
                self.monitor_url = ports.monitoring.into_iter().next();
                return Ok(());
            }
            let (log, within) = (self.config.log_file(), self.config.ready_within);
            if let Some(status) = self.ended() {
                return Err(ServerError::Ended { status, tail: tail(&log), log });
            }
            if Instant::now() >= deadline {
                return Err(ServerError::Silent { within, tail: tail(&log), log });
            }
            sleep(Duration::from_millis(3)).await;
        }
    }

    /// `Some` once the file `<program>_<pid>.ports` is whole.
    fn read_ports(&self) -> Option<Ports> {
        let suffix = format!("_{}.ports", self.pid()?);
        let mut entries = fs::read_dir(self.config.ports_dir()).ok()?.filter_map(Result::ok);
        let entry = entries.find(|entry| entry.file_name().to_string_lossy().ends_with(&suffix))?;
        let ports: Ports = serde_json::from_slice(&fs::read(entry.path()).ok()?).ok()?;
        (!ports.nats.is_empty()).then_some(ports)
    }

    fn write_config(&self) -> Result<(), ServerError> {
        let file = self.config.file();
        fs::write(&file, self.config.render()?).map_err(io_error("cannot write", &file))
    }

    /// Lets other keys in: rewrites the configuration, has the server read it, and waits until it has. Clients whose key went are disconnected.
    pub async fn set_users(&mut self, users: Vec<User>) -> Result<(), ServerError> {
        self.config.users = users;
        self.write_config()?;
        let Some(pid) = self.pid() else { return Ok(()) }; // the next start reads it
        let (log, within) = (self.config.log_file(), self.config.ready_within);
        let known = text(&log).len();
        self.signal("reload").await?;
        let deadline = Instant::now() + within;
        loop {
            // the signal is answered by a line in the log, and by nothing else
            let text = text(&log);
            let said = text.get(known..).unwrap_or_default();
            if said.contains(RELOADED) {
                return Ok(());
            }
            if let Some(why) = said.lines().find(|line| line.contains(NOT_RELOADED)) {
                return Err(ServerError::Signal { pid, why: why.to_owned() });
            }
            if let Some(status) = self.ended() {
                return Err(ServerError::Ended { status, tail: tail(&log), log });
            }
            if Instant::now() >= deadline {
                return Err(ServerError::Silent { within, tail: tail(&log), log });
            }
            sleep(Duration::from_millis(3)).await;
        }
    }

    /// Asks the server to stop in order; kills it when it does not within ten seconds.
    pub async fn stop(&mut self) -> Result<(), ServerError> {
        if self.running.is_some() {
            self.signal("quit").await?;
        }
        let deadline = Instant::now() + Duration::from_secs(10);
        while self.is_running() && Instant::now() < deadline {
            sleep(Duration::from_millis(3)).await;
        }
        self.kill();
        Ok(())
    }

    /// Kills the server at once (SIGKILL), as a crash would.
    pub fn kill(&mut self) {
        self.running = None;
    }

    /// Kills the server and deletes every stream it held; [`Server::restart`] brings up an empty one.
    pub fn wipe_jetstream(&mut self) -> Result<(), ServerError> {
        self.kill();
        let dir = self.config.store_dir();
        match fs::remove_dir_all(&dir) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(io_error("cannot delete", &dir)(error))
            }
            _ => Ok(()),
        }
    }

    /// Where clients connect: `nats://127.0.0.1:<port>`.
    pub fn client_url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.config.port)
    }

    /// The monitoring page, when it was asked for.
    pub fn monitor_url(&self) -> Option<&str> {
        self.monitor_url.as_deref()
    }

    /// Its process number while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.running.as_ref().map(|running| running.child.id())
    }

    /// Whether the process lives.
    pub fn is_running(&mut self) -> bool {
        self.running.is_some() && self.ended().is_none()
    }

    /// Where JetStream keeps its files.
    pub fn store_dir(&self) -> PathBuf {
        self.config.store_dir()
    }

    fn ended(&mut self) -> Option<ExitStatus> {
        self.running.as_mut()?.child.try_wait().ok().flatten()
    }

    /// Sends a signal by the server's own command line, which spares us unsafe code or another dependency.
    async fn signal(&self, name: &str) -> Result<(), ServerError> {
        let Some(pid) = self.pid() else { return Ok(()) };
        let mut command = Command::new(&self.program);
        command.arg(format!("--signal={name}={pid}"));
        let said = tokio::task::spawn_blocking(move || run(command, Duration::from_secs(10))).await;
        let why = match said {
            Ok(Ok(said)) if said.ok => return Ok(()),
            Ok(Ok(said)) => said.err,
            Ok(Err(why)) => why,
            Err(error) => error.to_string(),
        };
        Err(ServerError::Signal { pid, why })
    }
}

async fn find_program() -> Result<PathBuf, ServerError> {
    let found = tokio::task::spawn_blocking(|| Finder::from_env().find()).await;
    let found = found.map_err(|error| ServerError::Io {
        what: "the search for nats-server broke off in",
        path: PathBuf::from("PATH"),
        error: io::Error::other(error),
    })??;
    tracing::debug!(file = %found.file.display(), version = %found.version, source = ?found.source, "nats-server");
    Ok(found.file)
}

fn io_error(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> ServerError {
    let path = path.to_owned();
    move |error| ServerError::Io { what, path, error }
}

fn text(log: &Path) -> String {
    String::from_utf8_lossy(&fs::read(log).unwrap_or_default()).into_owned()
}

/// The last lines of a log, for an error message.
fn tail(log: &Path) -> String {
    let text = text(log);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(8)..].join("\n")
}
