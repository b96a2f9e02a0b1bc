//! Those who look: the audit under a pinned key, the same with an older checkpoint, and the units with their journals.

use std::{fs, path::Path};

use socai_domain::CivilDate;
use socai_log::{LogError, Reader};
use socai_tlog::{EventName, Link};

use super::{By, Caught, DrillError};
use crate::{
    Asked, Report,
    findings::{Question, find},
    said::Said,
    verify,
};

/// What others hold that the insider cannot reach.
#[derive(Default)]
pub(super) struct Held {
    /// A checkpoint that was kept outside.
    pub(super) checkpoint: Option<Vec<u8>>,
    /// What units sealed, by their own journals.
    pub(super) journals: Vec<(EventName, Link)>,
}

/// Everybody who notices something about a ledger.
pub(super) fn who_notices(ledger: &Path, policy: &Path, held: &Held) -> Result<Vec<Caught>, DrillError> {
    let pinned = Asked { policy: Some(policy), ..Asked::default() };
    let report = verify(ledger, pinned, &mut |_| ())?;
    let mut caught = Vec::from_iter(worst_fault(By::Verify, &report));
    if let Some(note) = held.checkpoint.as_ref() {
        let kept = ledger.with_extension("kept");
        fs::write(&kept, note).map_err(|cause| DrillError::Io { path: kept.clone(), cause })?;
        let since = verify(ledger, Asked { since: Some(&kept), ..pinned }, &mut |_| ())?;
        if report.verified {
            caught.extend(worst_fault(By::Since, &since));
        }
        caught.extend(since.key_changes.iter().map(|change| {
            let (unit, record) = (&change.unit, &change.record);
            let (vi, en) = match change.what {
                "registered" => ("đơn vị mới", "new unit"),
                "replaced_by_unit" => ("đơn vị tự thay khóa", "key replaced by the unit"),
                _ => ("khóa do đơn vị vận hành thay", "key replaced by the operator"),
            };
            Caught::new(
                By::InTheOpen,
                Said::new(format!("{vi}: {unit} ({record})"), format!("{en}: {unit} ({record})")),
            )
        }));
    }
    if report.verified {
        caught.extend(first_refuted(ledger)?);
    }
    caught.extend(first_foreign(ledger, &held.journals));
    Ok(caught)
}

fn worst_fault(by: By, report: &Report) -> Option<Caught> {
    // what a start would mend says least
    let fault = report.faults.iter().find(|fault| !fault.repaired_by_start).or(report.faults.first())?;
    let place = fault.record.as_ref().map(|record| format!("{record}: ")).unwrap_or_default();
    Some(Caught::new(by, Said::new(format!("{place}{}", fault.what_vi), format!("{place}{}", fault.what))))
}

/// The rule by which witnesses refute a time of receipt, as districts adopt it.
const WITNESSED: &str = r#"[[finding]]
id = "received_before_witnessed"
label = "Giờ nhận bị nhân chứng bác"
severity = "high"
check = "witnessed-without"
claim = "received"
minutes = 15
valid_from = 2000-01-01
source = "diễn tập"
"#;

/// What an inspector finds of the times of receipt.
fn first_refuted(ledger: &Path) -> Result<Option<Caught>, DrillError> {
    let reader = Reader::open(&ledger.join("log"))?;
    let question = Question {
        on: CivilDate::MAX,
        size: reader.committed()?.size,
        rule: None,
        unit: None,
        own_table: Some(("diễn tập".to_owned(), WITNESSED.to_owned())),
    };
    let found = find(&reader, &question)?.findings.into_iter().next();
    Ok(found.map(|line| Caught::new(By::Findings, Said::new(line.message_vi, line.message_en))))
}

/// The first record of a journal that the log holds otherwise, or does not hold.
fn first_foreign(ledger: &Path, journals: &[(EventName, Link)]) -> Option<Caught> {
    let reader = Reader::open(&ledger.join("log")).ok()?;
    let differs = |(name, link): &&(EventName, Link)| match reader
        .leaf_of(*name)
        .and_then(|leaf| reader.record(leaf))
    {
        Ok(stored) => stored.record.link() != *link,
        Err(LogError::NoRecord { .. }) => true,
        Err(_) => false, // the files are damaged: the audit says so
    };
    let (name, _) = journals.iter().find(differs)?;
    Some(Caught::new(
        By::Unit,
        Said::new(
            format!("bản ghi {name} không phải bản đơn vị đã ký"),
            format!("record {name} is not the one that the unit sealed"),
        ),
    ))
}
