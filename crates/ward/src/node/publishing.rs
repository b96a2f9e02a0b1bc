//! One life of the publishing side, from opening the disk to the next setback.

use std::time::{Duration, Instant};

use bytes::Bytes;
use prost::Message as _;
use socai_bus::{Downs, LinkEvent, LinkState, PublishError, Refusal, UnitLink};
use socai_proto::v1;
use socai_tlog::UnitSeq;
use tokio::{
    sync::{broadcast, watch},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

use super::{NodeError, Setback};
use crate::{
    cut::Cutter,
    desk::Shelf,
    entropy::random,
    erased,
    keeper::record_at,
    publisher::{Input, Ordered, Output, Publisher, Start},
    receipts::Receipts,
    trust::Trust,
    ward::Ward,
};

/// How long a denied inbox is left at that: an administrator who mends it does not make us ask for it again.
const DENIED_FOR: Duration = Duration::from_secs(10);

/// The machine with what it needs: link, journal, receipts.
pub(super) struct Node<'a> {
    ward: &'a Ward,
    machine: Publisher,
    cutter: Cutter,
    receipts: Receipts,
    link: UnitLink,
    events: broadcast::Receiver<LinkEvent>,
    state: watch::Receiver<LinkState>,
    downs: Downs,
    shelf: watch::Receiver<Shelf>,
    cleared: watch::Receiver<u64>,
    outcomes: JoinSet<(Option<UnitSeq>, Result<(), PublishError>)>,
    keys: usize,
    restored: Result<(), String>,
    denied: Option<(Instant, Refusal)>,
    begun: Instant,
}

impl<'a> Node<'a> {
    /// Everything as the disk has it; the link begins to connect.
    pub(super) async fn open(ward: &'a Ward, link: UnitLink) -> Result<Result<Node<'a>, Setback>, NodeError> {
        let (events, state) = (link.events(), link.state());
        let downs = link.downs().await?;
        let nonce_seed = random()?;
        let (shelf, cleared) = (ward.desk().shelf(), ward.live().cleared());
        let (unit, now) = (ward.unit(), shelf.borrow().clone());
        let trust = Trust::new(unit.origin.clone(), unit.operator);
        let link_of = |seq| record_at(&now.reader, seq).ok().flatten().map(|record| record.link());
        let (receipts, recorded) = match Receipts::open(ward.dir(), &trust, unit.genesis(), link_of) {
            Ok(opened) => opened,
            Err(error) => return Ok(Err(error.into())),
        };
        let erased = match erased::read(ward.dir()) {
            Ok(size) => size,
            Err(error) => return Ok(Err(error.into())),
        };
        let machine = Publisher::new(Start {
            erased,
            unit: unit.no,
            trust,
            keys: now.keys.clone(),
            journal: now.head,
            recorded: recorded.head,
            newest: recorded.newest,
            alarm: ward.live().alarm(),
            nonce_seed,
        });
        Ok(Ok(Node {
            ward,
            machine,
            cutter: Cutter::new(now.reader.clone()),
            receipts,
            link,
            events,
            state,
            downs,
            shelf,
            cleared,
            outcomes: JoinSet::new(),
            keys: now.keys.len(),
            restored: Ok(()),
            denied: None,
            begun: Instant::now(),
        }))
    }

    /// Publishes until told to stop, or until something fails.
    pub(super) async fn run(mut self, shutdown: &CancellationToken) -> Result<(), Setback> {
        if *self.state.borrow() == LinkState::Up {
            self.linked(LinkEvent::Connected).await?;
        }
        loop {
            self.show();
            let due = self.machine.wake_at().map(|at| self.begun + Duration::from_millis(at));
            tokio::select! {
                biased;
                () = shutdown.cancelled() => break,
                event = self.events.recv() => match event {
                    Ok(event) => self.linked(event).await?,
                    Err(broadcast::error::RecvError::Lagged(_)) => self.missed_events().await?,
                    Err(broadcast::error::RecvError::Closed) => return Err(Setback::Closed),
                },
                Some(outcome) = self.outcomes.join_next() => self.came_out(outcome).await?,
                down = self.downs.next() => match down {
                    Some(bytes) => self.hear(bytes).await?,
                    None => return Err(Setback::Closed),
                },
                changed = self.shelf.changed() => match changed {
                    Ok(()) => self.sealed().await?,
                    Err(_) => return Err(Setback::Closed),
                },
                Ok(()) = self.cleared.changed() => self.tell(Input::Cleared).await?,
                () = sleep_until(due) => self.tell(Input::Tick).await?,
                () = sleep_until(self.denied.as_ref().map(|(until, _)| *until)) => {
                    return Err(self.denied.take().map_or(Setback::Closed, |(_, refusal)| Setback::Denied(refusal)));
                }
            }
        }
        self.link.close().await;
        Ok(())
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// What others may see of it.
    fn show(&self) {
        let machine = &self.machine;
        self.ward.live().moved(
            machine.standing(),
            machine.recorded(),
            machine.in_transit_to(),
            machine.newest(),
        );
    }

    /// The connection changed, or the server denied something: shown at once, in the log and in the status.
    async fn linked(&mut self, event: LinkEvent) -> Result<(), Setback> {
        let (live, unit) = (self.ward.live(), self.ward.unit().no.0);
        match event {
            LinkEvent::Connected => {
                tracing::info!(unit, "connected to the broker");
                live.connection(true, None);
                self.denied = None;
                self.tell(Input::Connected).await
            }
            LinkEvent::Disconnected | LinkEvent::Closed => {
                tracing::warn!(unit, "the connection to the broker broke");
                live.connection(false, Some("the connection broke; it is being set up again".to_owned()));
                self.tell(Input::Disconnected).await
            }
            LinkEvent::Refused(refusal) => {
                tracing::error!(unit, %refusal, "the broker denies us");
                live.trouble(refusal.to_string());
                if let Refusal::Subscribe { .. } = refusal {
                    self.denied.get_or_insert((Instant::now() + DENIED_FOR, refusal));
                }
                Ok(())
            }
            LinkEvent::Trouble(why) => {
                live.trouble(why);
                Ok(())
            }
            LinkEvent::Dropped => {
                tracing::warn!(unit, "messages from the district were dropped; they are asked for again");
                Ok(())
            }
            LinkEvent::Leaving => Ok(()),
        }
    }

    /// Nobody knows what happened to the connection meanwhile: as if it had broken.
    async fn missed_events(&mut self) -> Result<(), Setback> {
        self.tell(Input::Disconnected).await?;
        if *self.state.borrow() == LinkState::Up { self.tell(Input::Connected).await } else { Ok(()) }
    }

    /// The broker answered for a message, or did not.
    async fn came_out(
        &mut self,
        outcome: Result<(Option<UnitSeq>, Result<(), PublishError>), tokio::task::JoinError>,
    ) -> Result<(), Setback> {
        match outcome {
            Ok((last, Ok(()))) => {
                self.ward.live().well();
                match last {
                    Some(last) => self.tell(Input::Acked(last)).await,
                    None => Ok(()),
                }
            }
            Ok((_, Err(error))) => {
                tracing::warn!(unit = self.ward.unit().no.0, %error, "a message was not taken");
                self.ward.live().trouble(error.to_string());
                self.tell(Input::NotTaken).await
            }
            Err(_) => self.tell(Input::NotTaken).await,
        }
    }

    async fn hear(&mut self, bytes: Bytes) -> Result<(), Setback> {
        let down = match v1::Down::decode(bytes) {
            Ok(down) => Box::new(down),
            Err(error) => {
                tracing::debug!(%error, "a message that is none of ours");
                return Ok(());
            }
        };
        let own = match Publisher::asks(&down) {
            Some(seq) => self.cutter.own(seq)?.map(Box::new),
            None => None,
        };
        self.tell(Input::Down { down, own }).await
    }

    /// The journal grew, or has another key.
    async fn sealed(&mut self) -> Result<(), Setback> {
        let now = self.shelf.borrow_and_update().clone();
        for key in now.keys.iter().skip(self.keys) {
            self.machine.handle(self.now_ms(), Input::KeyAdded(*key));
        }
        self.keys = now.keys.len();
        self.cutter.renew(now.reader);
        self.tell(Input::Sealed(now.head)).await
    }

    /// Tells the machine and does what it says, then sends what it wants sent.
    async fn tell(&mut self, input: Input) -> Result<(), Setback> {
        let mut inputs = vec![input];
        while let Some(input) = inputs.pop() {
            for output in self.machine.handle(self.now_ms(), input) {
                inputs.extend(self.perform(output).await?);
            }
        }
        while let Some(from) = self.machine.next_send() {
            let Some(cut) = self.cutter.cut(from)? else { break };
            self.machine.sent(self.now_ms(), cut.first, cut.last);
            let publish = v1::Publish { seen_size: self.machine.seen_size().0, segment: cut.bytes };
            if !self.send(v1::up::Message::Publish(publish), Some(cut.last)).await {
                self.machine.handle(self.now_ms(), Input::NotTaken);
                break;
            }
        }
        Ok(())
    }

    /// Does one thing the machine asks for; what came of it may be news.
    async fn perform(&mut self, output: Output) -> Result<Option<Input>, Setback> {
        let unit = self.ward.unit().no.0;
        match output {
            Output::Hello(hello) => {
                let sent = self.send(v1::up::Message::Hello(hello), None).await;
                return Ok((!sent).then_some(Input::NotTaken));
            }
            Output::Save(proven) => {
                self.receipts.keep(&proven)?;
                self.ward.live().received(proven.receipt.received_at_ms);
            }
            Output::BeginRestore(base) => {
                self.restored = self.ward.desk().begin_restore(base).await.map_err(|error| error.to_string());
            }
            Output::Restore(segment) if self.restored.is_ok() => {
                self.restored = self.ward.desk().restore(segment).await.map_err(|error| error.to_string());
            }
            Output::Restore(_) => {}
            Output::Rejoin { head, .. } => return Ok(Some(self.rejoin(head).await)),
            Output::Alarm(alarm) => {
                tracing::error!(unit, %alarm, "ALARM");
                self.ward.live().raise(self.ward.dir(), alarm)?;
            }
            Output::Erase(ordered) => return self.erase(ordered).await,
            Output::Ignored(why) => tracing::debug!(unit, why, "ignored"),
        }
        Ok(None)
    }

    /// Destroys an annex. What fails is told again by the district, and done again.
    async fn erase(&mut self, ordered: Ordered) -> Result<Option<Input>, Setback> {
        let unit = self.ward.unit().no.0;
        match self.ward.desk().erase(ordered).await {
            Some(Ok(copies)) => {
                tracing::info!(unit, record = ordered.seq.0, copies, "annex erased from the journal");
            }
            Some(Err(error)) => {
                tracing::error!(unit, record = ordered.seq.0, %error, "an annex is not erased yet");
                self.ward.live().trouble(error.to_string());
                return Ok(None);
            }
            None => return Ok(None),
        }
        let Some(size) = ordered.size else { return Ok(None) };
        erased::write(self.ward.dir(), size)?;
        Ok(Some(Input::Erased(size)))
    }

    async fn rejoin(&mut self, head: socai_tlog::ChainHead) -> Input {
        let restored = std::mem::replace(&mut self.restored, Ok(()));
        let joined = match restored {
            Ok(()) => self.ward.desk().rejoin(head).await.map_err(|error| error.to_string()),
            Err(error) => Err(error),
        };
        match joined {
            Ok(_) => {
                let now = self.shelf.borrow_and_update().clone();
                self.cutter = Cutter::new(now.reader);
                Input::Rejoined(now.head)
            }
            Err(error) => {
                tracing::error!(
                    unit = self.ward.unit().no.0,
                    error,
                    "records that came back could not be joined"
                );
                self.ward.live().trouble(error);
                Input::NotRejoined
            }
        }
    }

    /// Hands one message to the link; its outcome comes later. `false` when it was not even sent.
    async fn send(&mut self, message: v1::up::Message, last: Option<UnitSeq>) -> bool {
        let bytes = v1::Up { message: Some(message) }.encode_to_vec();
        match self.link.publish(bytes.into()).await {
            Ok(publishing) => {
                self.outcomes.spawn(async move { (last, publishing.await.map(drop)) });
                true
            }
            Err(error) => {
                tracing::warn!(unit = self.ward.unit().no.0, %error, "a message was not sent");
                self.ward.live().trouble(error.to_string());
                false
            }
        }
    }
}

async fn sleep_until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due.into()).await,
        None => std::future::pending().await,
    }
}
