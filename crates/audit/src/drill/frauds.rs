//! The frauds, one function each: what the insider does to a ledger that was honest until then.

use std::{
    fs,
    path::{Path, PathBuf},
};

use socai_fold::ROWS_VERSION;
use socai_log::Reader;
use socai_models::{Place, Published};

use super::{
    DrillError, Tried,
    files::{COMMIT, Frames, RECORD, all, rework},
    insider::{Insider, ORIGIN, OTHER_ORIGIN, Use, key, operator, posting},
    watch::{Held, who_notices},
};
use crate::models::replayed;

/// Honest days before a fraud.
const DAYS: u64 = 4;
/// Amount of a posting that nobody made, in đồng.
const FORGED: i64 = 999_000_000;

/// A fraud: gives what others hold when the deed is done.
struct Fraud {
    id: &'static str,
    vi: &'static str,
    en: &'static str,
    commit: fn(&Stage<'_>) -> Result<Held, DrillError>,
}

/// Where a fraud takes place.
struct Stage<'a> {
    fraud: &'static str,
    /// The ledger that will be shown.
    ledger: PathBuf,
    /// Room for another one.
    spare: &'a Path,
}

impl Stage<'_> {
    /// The ledger after some honest days; the writer lets go of it when it is dropped.
    fn honest(&self) -> Result<Insider, DrillError> {
        let mut insider = Insider::found(&self.ledger, ORIGIN)?;
        insider.work(DAYS)?;
        Ok(insider)
    }

    fn rework(&self, change: impl FnOnce(&mut Frames) -> Option<()>) -> Result<(), DrillError> {
        rework(&self.ledger, self.fraud, change)
    }
}

const FRAUDS: &[Fraud] = &[
    Fraud {
        id: "edit",
        vi: "sửa một số tiền trong tệp sổ, tính lại mã kiểm của khung",
        en: "edits an amount in the log's file and mends the frame's checksum",
        commit: edit,
    },
    Fraud {
        id: "edit-and-sign",
        vi: "viết lại bản ghi của phường với số tiền khác, ký bằng khóa vận hành",
        en: "writes a ward's record anew with another amount, signed with the operator's key",
        commit: edit_and_sign,
    },
    Fraud {
        id: "delete",
        vi: "bỏ một bản ghi khỏi tệp sổ",
        en: "takes a record out of the log's file",
        commit: delete,
    },
    Fraud {
        id: "delete-and-sign",
        vi: "dựng lại lịch sử thiếu bản ghi cuối của một phường, ký lại mọi mốc",
        en: "builds history anew without a ward's last record and signs every checkpoint again",
        commit: delete_and_sign,
    },
    Fraud {
        id: "reorder",
        vi: "đổi chỗ hai bản ghi trong tệp sổ",
        en: "swaps two records in the log's file",
        commit: reorder,
    },
    Fraud {
        id: "reorder-and-sign",
        vi: "dựng lại lịch sử với thứ tự khác, ký lại mọi mốc",
        en: "builds history anew in another order and signs every checkpoint again",
        commit: reorder_and_sign,
    },
    Fraud {
        id: "insert",
        vi: "chèn một bản ghi mang tên phường, ký bằng khóa vận hành",
        en: "inserts a record in a ward's name, signed with the operator's key",
        commit: insert,
    },
    Fraud {
        id: "truncate",
        vi: "cắt phần cuối tệp sổ",
        en: "cuts the end off the log's file",
        commit: truncate,
    },
    Fraud {
        id: "roll-back",
        vi: "khôi phục cả sổ cái từ bản sao cũ rồi ghi tiếp",
        en: "restores the whole ledger from an old backup and goes on",
        commit: roll_back,
    },
    Fraud {
        id: "two-histories",
        vi: "cho kiểm toán xem một sổ khác với sổ đã cho phường xem",
        en: "shows the auditor another history than the wards",
        commit: two_histories,
    },
    Fraud {
        id: "swap-models",
        vi: "thay mô hình đọc bằng mô hình của số liệu khác",
        en: "swaps the read models for those of other facts",
        commit: swap_models,
    },
    Fraud {
        id: "change-key",
        vi: "thay khóa của một phường bằng khóa của mình rồi ký thay phường",
        en: "replaces a ward's key with one of his own and signs for the ward",
        commit: change_key,
    },
    Fraud {
        id: "erase",
        vi: "hủy phụ lục của một bản ghi ngoài thủ tục",
        en: "erases the annex of a record outside the procedure",
        commit: erase,
    },
    Fraud {
        id: "invent-unit",
        vi: "đăng ký một đơn vị không có thật để nó báo số",
        en: "registers a unit that does not exist and lets it report",
        commit: invent_unit,
    },
    Fraud {
        id: "transport-key",
        vi: "dùng chữ ký nonce của khóa truyền tin làm dấu niêm phong",
        en: "uses a nonce signature of a ward's transport key as its seal",
        commit: transport_key,
    },
    Fraud {
        id: "other-ledger",
        vi: "chép chuỗi bản ghi của phường từ sổ cái khác sang",
        en: "replays a ward's chain from another ledger",
        commit: other_ledger,
    },
    Fraud {
        id: "backdate",
        vi: "sửa thời điểm nhận của một bản ghi trong tệp sổ",
        en: "moves the time of receipt of a record back in the log's file",
        commit: backdate,
    },
    Fraud {
        id: "backdate-and-sign",
        vi: "vặn đồng hồ quận lùi lại, dựng lại lịch sử và ký lại mọi mốc",
        en: "turns the district's clock back, builds history anew and signs every checkpoint again",
        commit: backdate_and_sign,
    },
    Fraud {
        id: "backdate-at-once",
        vi: "ghi giờ nhận lùi ba ngày ngay khi bản ghi đến, trước khi ai thấy",
        en: "dates a record three days back the moment it comes, before anybody saw it",
        commit: backdate_at_once,
    },
];

/// Holds the drill in `place`, which should be empty; each fraud gets directories of its own there.
///
/// # Errors
/// The directory cannot be used. What nobody notices is no error: its [`Tried::caught`] is empty.
pub fn drill(place: &Path, progress: &mut dyn FnMut(usize, usize)) -> Result<Vec<Tried>, DrillError> {
    let mut tried = Vec::with_capacity(FRAUDS.len());
    for (done, fraud) in FRAUDS.iter().enumerate() {
        progress(done, FRAUDS.len());
        let dir = place.join(fraud.id);
        let stage = Stage { fraud: fraud.id, ledger: dir.join("ledger"), spare: &dir.join("spare") };
        let held = (fraud.commit)(&stage)?;
        let caught = who_notices(&stage.ledger, &stage.ledger.join("policy"), &held)?;
        tried.push(Tried { fraud: fraud.id, what: fraud.en, what_vi: fraud.vi, caught });
    }
    progress(FRAUDS.len(), FRAUDS.len());
    Ok(tried)
}

/// What an auditor and the wards hold of an insider's ledger.
fn held(insider: &Insider) -> Held {
    Held { checkpoint: Some(insider.checkpoint()), journals: insider.journals() }
}

fn edit(stage: &Stage<'_>) -> Result<Held, DrillError> {
    drop(stage.honest()?);
    stage.rework(|frames| {
        let place = *all(frames, RECORD).last()?;
        *frames[place].1.last_mut()? ^= 1; // the facts end the frame
        Some(())
    })?;
    Ok(Held::default())
}

fn edit_and_sign(stage: &Stage<'_>) -> Result<Held, DrillError> {
    let mut insider = stage.honest()?;
    insider.forge(1, FORGED, &operator())?;
    insider.commit()?;
    Ok(Held::default())
}

fn delete(stage: &Stage<'_>) -> Result<Held, DrillError> {
    drop(stage.honest()?);
    stage.rework(|frames| {
        let records = all(frames, RECORD);
        frames.remove(*records.get(records.len() / 2)?);
        // the records behind it move up
        for (index, place) in all(frames, RECORD).into_iter().enumerate() {
            frames[place].1.get_mut(1..5)?.copy_from_slice(&(index as u32).to_be_bytes());
        }
        Some(())
    })?;
    Ok(Held::default())
}

fn delete_and_sign(stage: &Stage<'_>) -> Result<Held, DrillError> {
    let mut real = Insider::found(stage.spare, ORIGIN)?;
    real.work(DAYS)?;
    real.post(1, FORGED)?;
    real.commit()?;
    let mut anew = stage.honest()?;
    anew.post(2, FORGED)?;
    anew.commit()?;
    Ok(held(&real))
}

fn reorder(stage: &Stage<'_>) -> Result<Held, DrillError> {
    drop(stage.honest()?);
    stage.rework(|frames| {
        let records = all(frames, RECORD);
        let (first, second) = (*records.get(records.len() - 2)?, *records.last()?);
        // each keeps its place's number, as a careful hand would
        let index = |frames: &Frames, at: usize| frames[at].1.get(1..5).map(<[u8]>::to_vec);
        let (of_first, of_second) = (index(frames, first)?, index(frames, second)?);
        frames.swap(first, second);
        frames[first].1.get_mut(1..5)?.copy_from_slice(&of_first);
        frames[second].1.get_mut(1..5)?.copy_from_slice(&of_second);
        Some(())
    })?;
    Ok(Held::default())
}

fn reorder_and_sign(stage: &Stage<'_>) -> Result<Held, DrillError> {
    let mut real = Insider::found(stage.spare, ORIGIN)?;
    real.work(DAYS)?;
    for no in [1, 2] {
        real.post(no, FORGED)?;
    }
    real.commit()?;
    let mut anew = stage.honest()?;
    for no in [2, 1] {
        anew.post(no, FORGED)?;
    }
    anew.commit()?;
    Ok(held(&real))
}

fn insert(stage: &Stage<'_>) -> Result<Held, DrillError> {
    let mut insider = stage.honest()?;
    insider.forge(2, FORGED, &operator())?;
    // the ward's real next record has to go on from the inserted one, and the ward signed no such thing
    insider.forge(2, FORGED, &operator())?;
    insider.commit()?;
    Ok(Held { checkpoint: None, journals: insider.journals() })
}

fn truncate(stage: &Stage<'_>) -> Result<Held, DrillError> {
    drop(stage.honest()?);
    stage.rework(|frames| {
        let commits = all(frames, COMMIT);
        frames.truncate(*commits.get(commits.len() - 2)? + 1);
        Some(())
    })?;
    Ok(Held::default())
}

fn roll_back(stage: &Stage<'_>) -> Result<Held, DrillError> {
    let mut real = Insider::found(stage.spare, ORIGIN)?;
    real.work(DAYS + 2)?;
    let mut old = stage.honest()?;
    old.post(3, FORGED)?;
    old.commit()?;
    Ok(held(&real))
}

fn two_histories(stage: &Stage<'_>) -> Result<Held, DrillError> {
    let mut to_wards = Insider::found(stage.spare, ORIGIN)?;
    to_wards.work(DAYS)?;
    let mut to_auditor = Insider::found(&stage.ledger, ORIGIN)?;
    to_auditor.work(DAYS - 1)?;
    for no in [3, 1, 2] {
        to_auditor.post(no, 1_000)?;
    }
    to_auditor.commit()?;
    Ok(held(&to_wards))
}

fn swap_models(stage: &Stage<'_>) -> Result<Held, DrillError> {
    let honest = stage.honest()?;
    let mut other = Insider::found(stage.spare, ORIGIN)?;
    other.work(DAYS - 1)?;
    for no in 1..=3 {
        other.post(no, FORGED)?;
    }
    other.commit()?;
    let (reader, others) =
        (Reader::open(&honest.dir().join("log"))?, Reader::open(&other.dir().join("log"))?);
    let size = reader.committed()?.size;
    let published = Published {
        version: ROWS_VERSION,
        size,
        root: reader.root_at(size)?,
        digest: replayed(&others, size)?,
    };
    let place = Place::new(stage.ledger.join("models"));
    let io = |cause| DrillError::Io { path: place.published(), cause };
    fs::create_dir_all(stage.ledger.join("models")).map_err(io)?;
    fs::write(place.published(), published.to_string()).map_err(io)?;
    Ok(Held::default())
}

fn change_key(stage: &Stage<'_>) -> Result<Held, DrillError> {
    let mut insider = stage.honest()?;
    let checkpoint = Some(insider.checkpoint());
    // the ward goes on meanwhile, and its journal knows nothing of the insider's record
    insider.ward(2).seal_unsent(posting(1_000_000, 0))?;
    insider.replace_key(2)?;
    insider.forge(2, FORGED, &key(2, Use::Insiders))?;
    insider.commit()?;
    Ok(Held { checkpoint, journals: insider.journals() })
}

fn erase(stage: &Stage<'_>) -> Result<Held, DrillError> {
    let mut insider = stage.honest()?;
    insider.erase(1, 1)?;
    Ok(Held::default())
}

fn invent_unit(stage: &Stage<'_>) -> Result<Held, DrillError> {
    let mut insider = stage.honest()?;
    let checkpoint = Some(insider.checkpoint());
    let no = insider.invent()?;
    insider.post(no, FORGED)?;
    insider.commit()?;
    Ok(Held { checkpoint, journals: vec![] })
}

fn transport_key(stage: &Stage<'_>) -> Result<Held, DrillError> {
    let mut insider = stage.honest()?;
    // the broker asks for a nonce signature and chooses as nonce what a seal would be over
    insider.forge(3, FORGED, &key(3, Use::Transport))?;
    insider.commit()?;
    Ok(Held::default())
}

fn other_ledger(stage: &Stage<'_>) -> Result<Held, DrillError> {
    let mut insider = Insider::found(&stage.ledger, ORIGIN)?;
    let mut other = Insider::found(stage.spare, OTHER_ORIGIN)?;
    let record = other.ward(1).seal(posting(FORGED, 0), "", 0)?;
    insider.append(&record, &key(1, Use::Sealing))?;
    insider.commit()?;
    Ok(Held::default())
}

fn backdate(stage: &Stage<'_>) -> Result<Held, DrillError> {
    drop(stage.honest()?);
    stage.rework(|frames| {
        let place = *all(frames, RECORD).last()?;
        let received = frames[place].1.get_mut(5..13)?;
        let ms = u64::from_be_bytes(received.try_into().ok()?);
        received.copy_from_slice(&(ms - 1).to_be_bytes());
        Some(())
    })?;
    Ok(Held::default())
}

fn backdate_and_sign(stage: &Stage<'_>) -> Result<Held, DrillError> {
    let mut real = Insider::found(stage.spare, ORIGIN)?;
    real.work(DAYS)?;
    real.post(1, FORGED)?;
    real.commit()?;
    let mut anew = stage.honest()?;
    anew.turn_clock_back(1);
    anew.post(1, FORGED)?;
    anew.commit()?;
    Ok(held(&real))
}

/// Everything is signed by whom it should be and nobody holds anything else: only the witnesses know what day it was.
fn backdate_at_once(stage: &Stage<'_>) -> Result<Held, DrillError> {
    let mut insider = stage.honest()?;
    insider.ask_for_witness()?;
    insider.witness(3)?;
    insider.post(1, FORGED)?;
    insider.commit()?;
    insider.witness(3)?;
    Ok(held(&insider))
}
