//! The digest that the read models told others, against a replay.

use std::path::{Path, PathBuf};

use serde::Serialize;
use socai_fold::ROWS_VERSION;
use socai_follow::{ReplayError, Verified};
use socai_log::{LogError, Reader};
use socai_models::{ModelsError, Place, Published};
use socai_tlog::{Digest, Hash, TreeSize};

use crate::{fault_line::FaultLine, replayed::Replayed, said::Said, words::Remedy};

/// What was found out about the models.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum ModelsAnswer {
    /// A log alone, or models that have told nothing yet.
    Absent,
    /// The published digest is that of a replay.
    Match {
        /// Entries replayed.
        size: u64,
        /// The digest, 64 hex digits.
        digest: String,
    },
    /// Published by another version of the rows, or beside a log that does not verify.
    NotCompared {
        /// Why, in English.
        reason: String,
        /// The same in Vietnamese.
        #[serde(skip)]
        reason_vi: String,
    },
    /// Not what a replay gives: the fault `models` says how.
    Differs,
}

impl ModelsAnswer {
    pub(crate) fn not_compared(why: Said) -> Self {
        ModelsAnswer::NotCompared { reason: why.en, reason_vi: why.vi }
    }

    /// The answer without a fault.
    pub(crate) fn alone(self) -> (Self, Option<FaultLine>) {
        (self, None)
    }
}

/// What the models say of themselves, and where.
pub(crate) struct Told {
    path: PathBuf,
    published: Result<Option<Published>, ModelsError>,
}

/// Reads what the models in `dir` published.
pub(crate) fn published(dir: &Path) -> Told {
    let place = Place::new(dir);
    Told { path: place.published(), published: Published::read(&place) }
}

impl Told {
    /// The size at which a replay has to know its digest to be compared; none when that cannot be.
    pub(crate) fn digest_at(&self, end: TreeSize) -> Option<TreeSize> {
        let published = self.published.as_ref().ok()?.as_ref()?;
        Some(published.size).filter(|size| published.version == ROWS_VERSION && *size <= end)
    }
}

/// Compares what the models published with a replay of the log, whose record is verified. The replay is past [`Told::digest_at`], or says
/// why it could not get there.
pub(crate) fn compare(
    told: Told,
    reader: &Reader,
    log: &Verified,
    replayed: Result<Option<Digest>, &ReplayError>,
) -> (ModelsAnswer, Option<FaultLine>) {
    let file = Some(told.path.display().to_string());
    let published = match told.published {
        Ok(Some(published)) => published,
        Ok(None) => return ModelsAnswer::Absent.alone(),
        Err(ModelsError::Io { cause, .. }) => {
            let said = Said::new(format!("không đọc được: {cause}"), format!("cannot be read: {cause}"));
            let fault = FaultLine::new("unreadable", said, Remedy::Read.said());
            let why = Said::new("không đọc được mã đã công bố", "what they published cannot be read");
            let fault = FaultLine { file, unreadable: true, ..fault };
            return (ModelsAnswer::not_compared(why), Some(fault));
        }
        Err(error) => return differs(file, Said::same(error)),
    };
    if published.version != ROWS_VERSION {
        let (theirs, ours) = (published.version, ROWS_VERSION);
        return ModelsAnswer::not_compared(Said::new(
            format!("công bố theo phiên bản hàng {theirs}, chương trình này biết {ours}"),
            format!("published by version {theirs} of the rows, this program knows {ours}"),
        ))
        .alone();
    }
    match flaw(&published, reader, log.size, replayed) {
        Ok(None) => {
            let (size, digest) = (published.size.0, published.digest.to_string());
            ModelsAnswer::Match { size, digest }.alone()
        }
        Ok(Some(said)) => differs(file, said),
        // a replay looks records up by the derived files, which are told already
        Err(said) if !log.holds() => ModelsAnswer::not_compared(said).alone(),
        Err(said) => differs(file, said),
    }
}

fn differs(file: Option<String>, said: Said) -> (ModelsAnswer, Option<FaultLine>) {
    let fault = FaultLine::new("models", said, Remedy::Rebuild.said());
    (ModelsAnswer::Differs, Some(FaultLine { file, repaired_by_start: true, ..fault }))
}

/// What the models say that the log does not.
fn flaw(
    published: &Published,
    reader: &Reader,
    end: TreeSize,
    replayed: Result<Option<Digest>, &ReplayError>,
) -> Result<Option<Said>, Said> {
    let Published { size, root, digest, .. } = *published;
    if size > end {
        return Ok(Some(Said::new(
            format!("mô hình đọc đã gấp {size} mục, sổ cái chỉ có {end}: sổ cái bị cắt hoặc bị thay"),
            format!("the models fold {size} entries, the log has {end}: the log was cut or replaced"),
        )));
    }
    if root_at(reader, size).map_err(Said::same)? != Some(root) {
        return Ok(Some(Said::new(
            format!("gốc cây ở {size} mục không phải của sổ cái này"),
            format!("the root at size {size} is not this log's"),
        )));
    }
    let Some(replayed) = replayed.map_err(Said::same)? else {
        return Err(Said::new("chưa phát lại đến đó", "not replayed that far"));
    };
    Ok((replayed != digest).then(|| {
        Said::new(
            format!("mã trạng thái ở {size} mục là {digest}, phát lại sổ cái cho {replayed}"),
            format!("the digest at size {size} is {digest}, a replay of the log gives {replayed}"),
        )
    }))
}

fn root_at(reader: &Reader, size: TreeSize) -> Result<Option<Hash>, LogError> {
    match size {
        TreeSize(0) => Ok(Some(socai_tlog::empty_root())),
        size => reader.root_at(size).map(Some),
    }
}

/// The digest of the state that a replay of the first `size` entries gives.
pub(crate) fn replayed(reader: &Reader, size: TreeSize) -> Result<Digest, ReplayError> {
    let mut replayed = Replayed::new(reader, Some(size));
    replayed.to(size)?;
    Ok(replayed.digest().expect("asked for at this size"))
}
