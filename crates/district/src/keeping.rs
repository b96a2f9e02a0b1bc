//! Snapshots of the fold, made beside the district's work by a fold of their own, from the log.
//!
//! The models know only the newest state; these are for questions about the past. They may lag or be missing: then such a question
//! replays more.

use socai_log::Reader;
use socai_models::{Keeper, Snapshots};
use socai_tlog::TreeSize;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::error::DistrictError;

/// Entries between two looks at whether to go on.
const STEP: u64 = 8_192;

/// Makes every snapshot that a log of `end` entries should have and does not; the number made. Ends early, and makes nothing half, once
/// `goes_on` says no.
///
/// # Errors
/// The log cannot be replayed, or the directory cannot be written.
pub fn keep_snapshots(
    place: Snapshots,
    reader: &Reader,
    end: TreeSize,
    goes_on: impl Fn() -> bool,
) -> Result<u64, DistrictError> {
    let root_at = |size| reader.root_at(size).ok();
    let Some(mut keeper) = Keeper::open(place, end, root_at)? else { return Ok(0) };
    let mut made = 0;
    while let Some(due) = keeper.due() {
        while keeper.fold().size() < due {
            if !goes_on() {
                return Ok(made);
            }
            let next = TreeSize(due.0.min(keeper.fold().size().0 + STEP));
            socai_follow::replay(reader, keeper.fold(), next, |_, _| ())?;
        }
        // A crash before the file is whole leaves one that nobody reads, and the next start makes it.
        keeper.keep(reader.root_at(due)?)?;
        made += 1;
    }
    Ok(made)
}

/// Follows a district until it stops. What goes wrong is told and tried again at the next snapshot: nobody waits for them.
pub(crate) async fn follow(
    snapshots: Snapshots,
    reader: Reader,
    mut committed: watch::Receiver<TreeSize>,
    stop: CancellationToken,
) {
    let mut is_first = true;
    loop {
        let end = *committed.borrow_and_update();
        // the first look is at every file, later ones only at whether the newest is there
        if is_first || snapshots.due(end).is_some() {
            is_first = false;
            let (place, reader, stop) = (snapshots.clone(), reader.clone(), stop.clone());
            let keep = move || keep_snapshots(place, &reader, end, || !stop.is_cancelled());
            match tokio::task::spawn_blocking(keep).await {
                Ok(Ok(made)) if made > 0 => tracing::info!(made, %end, "snapshots of the fold"),
                Ok(Ok(_)) => {}
                Ok(Err(error)) => {
                    tracing::warn!(%error, "no snapshot of the fold; questions about the past take longer");
                }
                Err(_) => return, // the runtime ends
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            grown = committed.changed() => if grown.is_err() { return },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use socai_tlog::{SealingKey, SigningKey};

    use super::*;
    use crate::{LedgerConfig, LedgerDir, PublicKeys, UnitSpec, establish, registration};

    const NOW: u64 = 1_680_000_000_000;

    fn spec(no: u32) -> UnitSpec {
        UnitSpec {
            unit_no: no,
            unit_id: format!("test.phuong-{no}"),
            code: format!("{no:05}"),
            name: format!("Phường {no}"),
            unit_type: if no == 0 { "operator" } else { "ward" }.to_owned(),
            parent: String::new(),
            valid_from: "2000-01-01".to_owned(),
            valid_to: None,
            assumed: Vec::new(),
        }
    }

    async fn until(what: &str, is_so: impl Fn() -> bool) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !is_so() {
            assert!(Instant::now() < deadline, "{what}");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_growing_log_gets_its_snapshots_and_a_wrong_one_is_made_anew_at_the_next_start() {
        let place = tempfile::tempdir().unwrap();
        let dir = LedgerDir::new(place.path().join("district"));
        let config = LedgerConfig {
            origin: "socai.test/quan".into(),
            ledger: "quan".into(),
            nats: "nats://127.0.0.1:1".into(),
        };
        let mut ledger = establish(&dir, &config, &spec(0), &[], NOW).unwrap();
        let mut no = 0;
        let mut enrol = |ledger: &mut crate::Ledger| {
            let events: Vec<_> = (0..5)
                .map(|_| {
                    no += 1;
                    let key = |of: u8| {
                        *SealingKey::of(&SigningKey::from_bytes(&[no as u8 ^ of << 6; 32])).as_bytes()
                    };
                    let keys = PublicKeys { transport: key(1), sealing: key(2), witnessing: key(3) };
                    registration(&spec(no), &keys, NOW).unwrap()
                })
                .collect();
            ledger.publish(&events, NOW).unwrap();
            ledger.checkpoint().size()
        };
        let size = enrol(&mut ledger);
        let snapshots = || Snapshots::new(dir.snapshots()).every(3);
        let there = |end: TreeSize| snapshots().below(end).len() as u64 == end.0 / 3;
        let (told, committed) = watch::channel(size);
        let begin = |committed: watch::Receiver<TreeSize>| {
            let stop = CancellationToken::new();
            (tokio::spawn(follow(snapshots(), ledger.reader().clone(), committed, stop.clone())), stop)
        };
        let (following, stop) = begin(committed.clone());
        until("the first ones are made", || there(size)).await;
        stop.cancel();
        following.await.unwrap();

        // a wrong one, and a ledger that grows
        let first = dir.snapshots().join(format!("{:020}", 3));
        let good = std::fs::read(&first).unwrap();
        std::fs::write(&first, b"torn").unwrap();
        let (following, _stop) = begin(committed);
        until("the wrong one is made anew", || std::fs::read(&first).is_ok_and(|bytes| bytes == good)).await;
        let size = enrol(&mut ledger);
        told.send_replace(size);
        until("those of the growth are made", || there(size)).await;
        drop(told); // the projector has gone
        following.await.unwrap();
    }
}
