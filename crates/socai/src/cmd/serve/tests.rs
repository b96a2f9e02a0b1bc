//! What pages show at once, beside what a report prints.

use std::path::Path;

use socai_district::LedgerDir;
use socai_domain::tables::Measure;

use super::*;
use crate::simulate::{self, Wish};

fn simulated(dir: &Path) -> Reader {
    let dir = LedgerDir::new(dir);
    let wish = Wish { seed: 11, units: 17, days: 70, events_per_day: 40 };
    simulate::make(&dir, &wish, &mut |_| ()).unwrap();
    Reader::open(&dir.log()).unwrap()
}

/// The figures of a report without what pages do not show.
fn without_digests(mut figures: Figures) -> Figures {
    figures.figures.iter_mut().for_each(|figure| figure.digest = None);
    figures.units.iter_mut().filter_map(|unit| unit.newest.as_mut()).for_each(|newest| newest.link = None);
    figures.restated.clear();
    figures.texts.clear();
    figures
}

#[test]
fn a_page_shows_what_the_report_prints_and_at_once_what_of_it_needs_no_record() {
    let dir = tempfile::tempdir().unwrap();
    let reader = simulated(dir.path());
    let end = reader.committed().unwrap().size;
    for size in [end, TreeSize(end.0 / 2), TreeSize(end.0 - 333)] {
        let fold = Printed.at(&reader, size).unwrap();
        for period in ["2023-01", "2023-02", "2023-Q1", "2023-01-20..2023-02-03"] {
            let asked = Asked::written(fold.rulebook(), period).unwrap();
            let whole = without_digests(Printed.figures(&reader, &fold, &asked).unwrap());
            let glance = Printed.glance(&reader, &fold, &asked).unwrap();
            assert_eq!(format!("{glance:#?}"), format!("{whole:#?}"), "{period} at {size}");
            assert!(glance.figures.iter().any(|figure| figure.cases.is_some_and(|cases| cases > 0)));
            assert!(glance.units.iter().all(|unit| unit.late.is_some()));

            let sums = Printed.sums(&reader, &fold, &asked).unwrap();
            let (_, rows) = fold.rulebook().indicators(asked.to).unwrap();
            let is_read = |code: &str| {
                let row = rows.iter().find(|row| row.code == code).unwrap();
                matches!(row.measure, Measure::AsOf(_) | Measure::Ratio(_) | Measure::Units)
            };
            let of_state = whole.figures.iter().filter(|figure| !is_read(&figure.indicator));
            assert!(of_state.clone().count() > 50);
            assert_eq!(
                format!("{:#?}", sums.figures),
                format!("{:#?}", of_state.collect::<Vec<_>>()),
                "{period} at {size}"
            );
            assert!(sums.units.iter().all(|unit| unit.late.is_none()));
        }
    }
}
