//! Texts of a report, from the annexes of the closings that carry them.

use std::collections::HashSet;

use prost::Message as _;
use socai_fold::{Closing, Fold};
use socai_log::{Annex, Reader};
use socai_proto::v1;
use socai_report::{Body, Figures, Period, SectionText, UnitName, unit_name};
use socai_tlog::UnitNo;

use super::PrintedError;

/// The texts of every unit, in official order and the operator's last: of each unit and section the newest whose closing ends with the period of the
/// report.
pub fn of(reader: &Reader, fold: &Fold, figures: &Figures) -> Result<Vec<SectionText>, PrintedError> {
    let mut texts = Vec::new();
    let units = figures.units.iter().map(|standing| (standing.no, standing.unit.clone()));
    let operator = (UnitNo::OPERATOR, unit_name(fold.registry(), UnitNo::OPERATOR, figures.period.to));
    for (no, unit) in units.chain([operator]) {
        let mut said = HashSet::new();
        let closings = fold.closings().of(no).iter().rev();
        for closing in closings.filter(|closing| is_of(closing, &figures.period)) {
            if closing.sections.iter().any(|section| !said.contains(section)) {
                texts.extend(
                    read(reader, closing, &unit)?
                        .into_iter()
                        .filter(|text| said.insert(text.section.clone())),
                );
            }
        }
    }
    Ok(texts)
}

fn is_of(closing: &Closing, period: &Period) -> bool {
    closing.to == period.to && !closing.sections.is_empty()
}

fn read(reader: &Reader, closing: &Closing, unit: &UnitName) -> Result<Vec<SectionText>, PrintedError> {
    let annex = reader.annex(closing.leaf)?;
    let written = match &annex {
        Annex::Present(bytes) => {
            let wrong = |cause| PrintedError::Annex { record: closing.name, cause };
            v1::Annex::decode(bytes.as_slice()).map_err(wrong)?.text
        }
        Annex::None | Annex::Erased => Default::default(),
    };
    let body = |section: &String| match (written.get(section), &annex) {
        (Some(text), _) => Body::Written(text.clone()),
        (None, Annex::Erased) => Body::Erased,
        (None, _) => Body::Missing,
    };
    let digest = reader.record(closing.leaf)?.record.header().annex;
    let text = |section: &String| SectionText {
        section: section.clone(),
        unit: unit.clone(),
        event: closing.name,
        signer_position: closing.signer_position.clone(),
        annex: digest,
        body: body(section),
    };
    Ok(closing.sections.iter().map(text).collect())
}
