//! `events.jsonl`: every record as one JSON object a line, in the order of the log.
//!
//! Shape of a line: that of `socai replay --format jsonl` and `"rejected"`: `null` when the record counts or amends another, else its
//! reasons `[{"field","code","message_vi","message_en"}]`.

use std::{fs::File, io::BufWriter, io::Write as _, path::Path};

use anyhow::{Context as _, Result};
use prost::Message as _;
use socai_fold::{Fold, Verdict};
use socai_follow::{LogFacts, recorded};
use socai_log::{Reader, RecordRef};
use socai_proto::v1;
use socai_tlog::{LeafIndex, TreeSize};

use super::manifest::{Hashing, Written};
use crate::line::{self, UnitIds};

/// The file.
pub const NAME: &str = "events.jsonl";

/// Writes the records below `size`; the fold beside says which do not count.
///
/// # Errors
/// The file is there already or cannot be written, or the log cannot be replayed.
pub fn write(reader: &Reader, size: TreeSize, dir: &Path) -> Result<Written> {
    let path = dir.join(NAME);
    let file = File::create_new(&path).with_context(|| path.display().to_string())?;
    let mut out = Hashing::new(BufWriter::with_capacity(1 << 20, file));
    let (mut ids, mut fold) = (UnitIds::default(), Fold::new());
    let facts = LogFacts { reader, within: size };
    reader.for_each(LeafIndex(0), size, |record| -> Result<()> {
        let verdict = fold.apply(&recorded(&record)?, &facts)?;
        line(&mut out, &record, &verdict, &mut ids).with_context(|| path.display().to_string())
    })?;
    let (writer, bytes, digest) = out.finish().with_context(|| path.display().to_string())?;
    writer.into_inner()?.sync_all().with_context(|| path.display().to_string())?;
    Ok(Written { name: NAME.to_owned(), lines: size.0, bytes, digest })
}

fn line<W: std::io::Write>(
    out: &mut Hashing<W>,
    record: &RecordRef<'_>,
    verdict: &Verdict,
    ids: &mut UnitIds,
) -> Result<()> {
    let event = v1::Event::decode(record.facts()).ok();
    event.iter().for_each(|event| ids.note(event));
    let mut object = line::object(record, event.as_ref(), ids);
    object["rejected"] = match verdict {
        Verdict::Counts => serde_json::Value::Null,
        Verdict::Rejected(rejection) => serde_json::to_value(&rejection.reasons)?,
    };
    serde_json::to_writer(&mut *out, &object)?;
    out.write_all(b"\n")?;
    Ok(())
}
