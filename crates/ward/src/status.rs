//! How a unit stands: what is sealed, on its way and recorded, and what hinders it.

use std::{
    fs,
    sync::{PoisonError, RwLock},
};

use serde::Serialize;
use socai_domain::{
    CivilDate,
    time::{vietnam_date, vietnam_rfc3339},
};
use socai_log::JournalReader;
use socai_tlog::{ChainHead, SignedCheckpoint, UnitSeq};
use tokio::sync::watch;

use crate::{
    config::Unit,
    dir::{FileError, UnitDir, read_if_there, replace},
    keeper::record_at,
    publisher::{Alarm, Pause, Standing},
    receipts,
    trust::Trust,
    witness::WitnessStanding,
};

/// What `ward status` and `GET /api/v1/status` show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Status {
    /// The unit's id.
    pub unit: String,
    /// Its number.
    pub no: u32,
    /// The ledger's name.
    pub ledger: String,
    /// Records in the journal.
    pub sealed: u64,
    /// Of these, taken by the broker and not proven yet.
    pub in_transit: u64,
    /// Of these, proven by a receipt to be in the log.
    pub recorded: u64,
    /// When the district received the last of them, in Viet Nam.
    pub recorded_at: Option<String>,
    /// The newest checkpoint of the ledger that was verified.
    pub checkpoint: Option<CheckpointLine>,
    /// How the connection to the broker is.
    pub connection: Connection,
    /// What the node is doing: `offline`, `asking`, `publishing`, `waiting`, `rejoining`, `halted`; `stopped` without a node.
    pub state: &'static str,
    /// Why it waits or is halted, in words.
    pub reason: Option<String>,
    /// Whether the operator has suspended the unit.
    pub suspended: bool,
    /// A contradiction that somebody must look at; nothing is published until then.
    pub alarm: Option<Alarm>,
    /// Whether the ledger's units are known here; if not, the district alone checks who exists.
    pub knows_units: bool,
    /// What it cosigned as a witness, and why it cosigns no more.
    pub witness: WitnessStanding,
}

/// A checkpoint in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CheckpointLine {
    /// Entries in the log.
    pub size: u64,
    /// The root over them, 64 hex digits.
    pub root: String,
}

/// The connection to the broker.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Connection {
    /// Whether it stands.
    pub up: bool,
    /// What went wrong last, since it was last well.
    pub error: Option<String>,
}

/// What only the publishing side knows, shared with whoever asks.
pub(crate) struct Live {
    parts: RwLock<Parts>,
    /// Counts how often an alarm was cleared.
    cleared: watch::Sender<u64>,
    /// The first number without a receipt, for whoever waits.
    proven: watch::Sender<u64>,
}

struct Parts {
    recorded: UnitSeq,
    in_transit_to: UnitSeq,
    received_at_ms: Option<u64>,
    newest: Option<SignedCheckpoint>,
    connection: Connection,
    standing: Option<Standing>,
    alarm: Option<Alarm>,
}

impl Live {
    /// What the disk says, without a node.
    pub(crate) fn open(dir: &UnitDir, unit: &Unit, reader: &JournalReader) -> Result<Live, FileError> {
        let trust = Trust::new(unit.origin.clone(), unit.operator);
        let link_of = |seq| record_at(reader, seq).ok().flatten().map(|record| record.link());
        let recorded = receipts::read(dir, &trust, unit.genesis(), link_of)?;
        let parts = Parts {
            recorded: recorded.head.next_seq,
            in_transit_to: recorded.head.next_seq,
            received_at_ms: recorded.received_at_ms,
            newest: recorded.newest,
            connection: Connection::default(),
            standing: None,
            alarm: read_alarm(dir)?,
        };
        let proven = watch::Sender::new(parts.recorded.0);
        Ok(Live { parts: RwLock::new(parts), cleared: watch::Sender::new(0), proven })
    }

    /// The whole picture.
    pub(crate) fn status(
        &self,
        unit: &Unit,
        sealed: ChainHead,
        knows_units: bool,
        witness: WitnessStanding,
    ) -> Status {
        let parts = self.parts.read().unwrap_or_else(PoisonError::into_inner);
        let line =
            |seen: &SignedCheckpoint| CheckpointLine { size: seen.size().0, root: seen.root().to_string() };
        let (state, reason) = words(parts.standing.as_ref());
        Status {
            unit: unit.config.unit.clone(),
            no: unit.no.0,
            ledger: unit.origin.to_string(),
            sealed: sealed.next_seq.0,
            in_transit: parts.in_transit_to.0.saturating_sub(parts.recorded.0),
            recorded: parts.recorded.0,
            recorded_at: parts.received_at_ms.map(vietnam_rfc3339),
            checkpoint: parts.newest.as_ref().map(line),
            connection: parts.connection.clone(),
            state,
            reason,
            suspended: matches!(parts.standing, Some(Standing::Waiting(Pause::Suspended))),
            alarm: parts.alarm.clone(),
            knows_units,
            witness,
        }
    }

    /// The publisher moved on.
    pub(crate) fn moved(
        &self,
        standing: Standing,
        recorded: UnitSeq,
        in_transit_to: UnitSeq,
        newest: Option<&SignedCheckpoint>,
    ) {
        let mut parts = self.parts.write().unwrap_or_else(PoisonError::into_inner);
        (parts.recorded, parts.in_transit_to) = (recorded, in_transit_to);
        if parts.newest.as_ref().map(SignedCheckpoint::size) != newest.map(SignedCheckpoint::size) {
            parts.newest = newest.cloned();
        }
        parts.standing = Some(standing);
        self.proven.send_if_modified(|proven| std::mem::replace(proven, recorded.0) != recorded.0);
    }

    /// The first number without a receipt, as it moves.
    pub(crate) fn proven(&self) -> watch::Receiver<u64> {
        self.proven.subscribe()
    }

    /// The district received a proven record at this time.
    pub(crate) fn received(&self, at_ms: u64) {
        self.parts.write().unwrap_or_else(PoisonError::into_inner).received_at_ms = Some(at_ms);
    }

    /// Today in Viet Nam by the district's clock, as far as the newest receipt tells; by ours when there is none.
    pub(crate) fn district_day(&self, reader: &JournalReader, now_ms: u64) -> CivilDate {
        let (recorded, received_at_ms) = {
            let parts = self.parts.read().unwrap_or_else(PoisonError::into_inner);
            (parts.recorded, parts.received_at_ms)
        };
        let Some(received_at_ms) = received_at_ms else { return vietnam_date(now_ms) };
        let last = recorded.0.checked_sub(1).and_then(|last| record_at(reader, UnitSeq(last)).ok().flatten());
        let sealed_at_ms = last.map_or(0, |record| record.header().recorded_at_ms);
        vietnam_date(district_time_ms(now_ms, sealed_at_ms, received_at_ms))
    }

    /// The connection changed; an error stays until the connection stands without one.
    pub(crate) fn connection(&self, up: bool, error: Option<String>) {
        let mut parts = self.parts.write().unwrap_or_else(PoisonError::into_inner);
        parts.connection = Connection { up, error };
    }

    /// Something went wrong on a connection that may still stand.
    pub(crate) fn trouble(&self, error: String) {
        self.parts.write().unwrap_or_else(PoisonError::into_inner).connection.error = Some(error);
    }

    /// The broker took a message: what went wrong before is over.
    pub(crate) fn well(&self) {
        self.parts.write().unwrap_or_else(PoisonError::into_inner).connection.error = None;
    }

    /// The node has stopped.
    pub(crate) fn stopped(&self) {
        self.parts.write().unwrap_or_else(PoisonError::into_inner).standing = None;
        self.connection(false, None);
    }

    /// The alarm that stops publishing, if there is one.
    pub(crate) fn alarm(&self) -> Option<Alarm> {
        self.parts.read().unwrap_or_else(PoisonError::into_inner).alarm.clone()
    }

    /// Keeps a contradiction on disk and shows it.
    pub(crate) fn raise(&self, dir: &UnitDir, alarm: Alarm) -> Result<(), FileError> {
        let text = serde_json::to_string_pretty(&alarm).unwrap_or_default();
        let kept = replace(&dir.alarm(), text.as_bytes());
        self.parts.write().unwrap_or_else(PoisonError::into_inner).alarm = Some(alarm);
        kept
    }

    /// Puts the alarm's file aside and tells the publisher.
    pub(crate) fn clear_alarm(&self, dir: &UnitDir, now_ms: u64) -> Result<(), FileError> {
        let (path, aside) = (dir.alarm(), dir.path().join(format!("alarm-{now_ms}.json")));
        if path.exists() {
            fs::rename(&path, &aside).map_err(FileError::at(&path))?;
        }
        self.parts.write().unwrap_or_else(PoisonError::into_inner).alarm = None;
        self.cleared.send_modify(|times| *times += 1);
        Ok(())
    }

    /// Changes when an alarm is cleared.
    pub(crate) fn cleared(&self) -> watch::Receiver<u64> {
        self.cleared.subscribe()
    }
}

/// Our time less what our clock is known to be ahead: a record is never received before it is sealed. It never is before the last receipt.
fn district_time_ms(now_ms: u64, sealed_at_ms: u64, received_at_ms: u64) -> u64 {
    let ahead_ms = sealed_at_ms.saturating_sub(received_at_ms);
    now_ms.saturating_sub(ahead_ms).max(received_at_ms)
}

fn read_alarm(dir: &UnitDir) -> Result<Option<Alarm>, FileError> {
    let Some(bytes) = read_if_there(&dir.alarm())? else { return Ok(None) };
    // a file that cannot be read is still a file that nobody has cleared
    Ok(Some(serde_json::from_slice(&bytes).unwrap_or_else(|error| Alarm::unreadable(&error.to_string()))))
}

fn words(standing: Option<&Standing>) -> (&'static str, Option<String>) {
    let Some(standing) = standing else { return ("stopped", None) };
    match standing {
        Standing::Offline => ("offline", Some("the broker is not connected".to_owned())),
        Standing::Greeting { unanswered: 0 | 1 } => ("asking", None),
        Standing::Greeting { unanswered } => {
            ("asking", Some(format!("the district has not answered {unanswered} hellos: is it running?")))
        }
        Standing::Publishing => ("publishing", None),
        Standing::Waiting(pause) => ("waiting", Some(why(pause))),
        Standing::Rejoining => ("rejoining", Some("records come back from the district".to_owned())),
        Standing::Halted(alarm) => ("halted", Some(alarm.to_string())),
    }
}

fn why(pause: &Pause) -> String {
    match pause {
        Pause::Suspended => "the operator has suspended this unit; facts are sealed and wait".to_owned(),
        Pause::Refused { code, text } => format!("the district refuses what we send: {text} ({code})"),
        Pause::DistrictBehind { theirs, ours } => format!(
            "the district ends at record {theirs}, its receipts at {ours}: it was restored from an old copy and must be restored further"
        ),
        Pause::CannotRejoin => {
            "records came back from the district that do not join ours: see the log of this node".to_owned()
        }
        Pause::OtherGenesis => {
            "the district begins our chain elsewhere: origin, operator or first_key in unit.toml are not those it registered"
                .to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_districts_time_is_ours_less_what_our_clock_is_known_to_be_ahead() {
        let day = 86_400_000;
        let received = 100 * day;
        for (now, sealed, expected, why) in [
            (received + 50, received - 5, received + 50, "our clock is not known to be wrong"),
            (received + day + 60, received + day, received + 60, "a day ahead"),
            (received - day, received - day, received, "behind: not before what the district told"),
            (
                received + 60,
                received + 300 * day,
                received,
                "set right since then, and the chain's time is not",
            ),
        ] {
            assert_eq!(super::district_time_ms(now, sealed, received), expected, "{why}");
        }
    }
}
