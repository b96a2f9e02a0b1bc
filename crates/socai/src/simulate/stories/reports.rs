//! The monthly report, issued by the operator on the 20th from what was recorded the evening before.

use anyhow::Result;
use socai_domain::CivilDate;
use socai_fold::figures::Asked;
use socai_proto::v1::event::Kind;
use socai_tlog::UnitNo;

use crate::{
    cmd::{issue, report},
    paper,
    simulate::{
        day::{Day, Story},
        said::Said,
    },
};

/// The story.
#[derive(Default)]
pub struct Reports {
    issued: u64,
}

impl Story for Reports {
    fn tell(&mut self, day: &mut Day<'_>) -> Result<()> {
        if !day.is_first_from(20) {
            return Ok(());
        }
        let to = CivilDate::new(day.date.year(), day.date.month(), 14).unwrap_or(day.date);
        let from = to.add_months(-1).map_or(to, CivilDate::next);
        self.issued += 1;
        let (fold, reader) = day.book.state();
        let asked = Asked::days(fold.rulebook(), from, to);
        let mut figures = report::figures(reader, fold, &asked)?;
        figures.number = Some(format!("{}/BC-UBND", 30 + 12 * self.issued));
        let text = paper::text(fold, &figures)?;
        let stated = issue::stated(socai_proto::v1::PeriodKind::Month, fold, &figures, &text)?;
        day.say(UnitNo::OPERATOR, Said::new(day.date, Kind::ReportIssued(stated)).public());
        Ok(())
    }
}
