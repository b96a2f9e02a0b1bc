//! A question answered at two sizes of one ledger, and why the answers differ.

use anyhow::Result;
use socai_audit::printed;
use socai_fold::{
    Fold, Report,
    figures::{Asked, Restatement},
};
use socai_log::Reader;
use socai_report::{AsOf, Changes, changes_json, changes_text};

use crate::{cli::ChangesFormat, lang::Lang, mistake::mistake};

/// What differs between two states of a ledger; what the report printed stands for the earlier one when there is a report.
pub fn restated(
    reader: &Reader,
    earlier: &Fold,
    later: &Fold,
    asked: &Asked,
    report: Option<&Report>,
) -> Result<Vec<Restatement>> {
    if earlier.size() > later.size() {
        let (from, to) = (earlier.size(), later.size());
        return Err(mistake(
            format!("mốc {from} sau mốc {to}: mốc trước là --from"),
            format!("cut-off {from} comes after {to}: the earlier one is --from"),
        ));
    }
    Ok(printed::compared(reader, earlier, later, asked, report)?)
}

/// The comparison as it is printed.
pub fn printed(
    reader: &Reader,
    (earlier, later): (&Fold, &Fold),
    asked: &Asked,
    report: Option<&Report>,
    format: ChangesFormat,
    lang: Lang,
) -> Result<String> {
    let restated = restated(reader, earlier, later, asked, report)?;
    let as_of = |fold: &Fold| -> Result<AsOf> {
        Ok(AsOf {
            size: fold.size(),
            root: reader.root_at(fold.size())?,
            time_ms: fold.last_received_at_ms(),
        })
    };
    let ledger = printed::origin(reader)?;
    let changes = Changes {
        ledger: &ledger,
        registry: later.registry(),
        asked,
        from: as_of(earlier)?,
        to: as_of(later)?,
        report,
        restated: &restated,
    };
    Ok(match format {
        ChangesFormat::Text => changes_text(&changes, lang.proto()),
        ChangesFormat::Json => changes_json(&changes)?,
    })
}
