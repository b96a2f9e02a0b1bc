//! The publishing side of a running ward: a link to the broker, the journal, and the machine that decides.
//!
//! It has a thread of its own, because it syncs receipts and reads the journal where it waits for messages. Whatever fails here leaves
//! the disk as it is and begins again from there; sealing goes on meanwhile.

mod publishing;

use std::time::Duration;

use socai_bus::{BadKey, BadLedger, BusError, LinkConfig, Refusal, Subjects, TransportKey, UnitLink};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::{cut::CutError, dir::FileError, entropy::NoEntropy, ward::Ward};
use publishing::Node;

/// How long a node waits before it begins again after a failure of its disk.
const BREATH: Duration = Duration::from_secs(5);

/// Why a node cannot run at all.
#[derive(Debug, thiserror::Error)]
pub enum NodeError {
    /// The broker's address cannot be used.
    #[error(transparent)]
    Bus(#[from] BusError),
    /// `ledger` in `unit.toml` cannot be used.
    #[error(transparent)]
    Ledger(#[from] BadLedger),
    /// The transport key cannot be used.
    #[error(transparent)]
    Key(#[from] BadKey),
    /// The system gave no random bytes.
    #[error(transparent)]
    Entropy(#[from] NoEntropy),
    /// The system gave no thread.
    #[error("no thread for publishing: {0}")]
    Thread(#[from] std::io::Error),
    /// The thread ended without a word.
    #[error("the publishing thread ended unexpectedly; start the node again")]
    Ended,
}

/// A failure after which publishing begins again from the disk.
#[derive(Debug, thiserror::Error)]
enum Setback {
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Cut(#[from] CutError),
    #[error("the link to the broker was closed")]
    Closed,
    #[error("{0}")]
    Denied(Refusal),
}

/// Publishes what `ward` seals until `shutdown`, whatever the broker and the disk do meanwhile.
///
/// # Errors
/// Only what no waiting mends: a wrong address, a wrong key.
pub async fn run(ward: Ward, shutdown: CancellationToken) -> Result<(), NodeError> {
    let (done, ended) = oneshot::channel();
    let name = format!("publish-{}", ward.unit().no);
    std::thread::Builder::new().name(name).spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let result =
            runtime.map_err(NodeError::Thread).and_then(|runtime| runtime.block_on(serve(&ward, &shutdown)));
        ward.live().stopped();
        drop(ward); // before the answer: whoever waits for it may open the unit again
        let _ = done.send(result); // nobody waits any more
    })?;
    ended.await.map_err(|_| NodeError::Ended)?
}

async fn serve(ward: &Ward, shutdown: &CancellationToken) -> Result<(), NodeError> {
    let config = &ward.unit().config;
    let subjects = Subjects::new(&config.ledger)?;
    let key = TransportKey::from_seed(ward.transport_seed())?;
    let link_config =
        LinkConfig { name: format!("socai ward {}", config.unit), ..LinkConfig::new(&config.nats, key) };
    while !shutdown.is_cancelled() {
        let link = UnitLink::open(&link_config, &subjects, ward.unit().no).await?;
        let setback = match Node::open(ward, link).await? {
            Ok(node) => node.run(shutdown).await.err(),
            Err(setback) => Some(setback),
        };
        if let Some(setback) = setback {
            tracing::error!(unit = config.no, %setback, "publishing begins again from the disk");
            ward.live().connection(false, Some(setback.to_string()));
            let _ = tokio::time::timeout(BREATH, shutdown.cancelled()).await; // whichever comes first
        }
    }
    Ok(())
}
