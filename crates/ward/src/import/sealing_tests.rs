//! What happens between the two readings of a file and between two batches, on a real journal and vault.

use std::{path::Path, sync::Arc};

use serde_json::json;
use socai_domain::CivilDate;
use socai_tlog::UnitNo;

use super::*;
use crate::{
    desk::{Desk, DeskThread},
    dir::UnitDir,
    entropy::IdMaker,
    import::{Format, Spool, import},
    keeper::{Known, Sealed},
    testing::{enrolled, open},
    vault::{Person, Vault},
};

/// The row whose person another command changes.
const CHANGED: u32 = 591;

/// 600 rows, each about a person of its own.
fn text() -> String {
    let row = |number: u32| {
        let row = json!({
            "kind": "violation.recorded", "occurred_on": "2023-01-19", "case": format!("vp/2023/{number}"),
            "place": ["hn.tx.ha-dinh.1"],
            "identity": {"number": format!("0010990{number:05}"), "name": "Nguyễn Thị Hoà", "address": "Số 1"},
            "data": {"record_no": format!("{number}/BB-VPHC"), "field": "food_safety", "acts": ["115/2018/NĐ-CP:15.1.a"],
                     "subject_kind": "individual", "transferred": false}
        });
        format!("{row}\n")
    };
    (1..=600).map(row).collect()
}

fn changed(name: &str) -> Person {
    Person { number: format!("0010990{CHANGED:05}"), name: name.into(), ..Person::default() }
}

/// A desk beside which something happens before the `before`th batch is sealed, counted from 1.
struct Beside<'a> {
    desk: &'a Desk,
    before: std::cell::Cell<u32>,
    happens: &'a dyn Fn() -> Result<(), SealError>,
}

impl Seals for Beside<'_> {
    fn known(&self, draft: &Draft) -> Result<Known, SealError> {
        self.desk.known(draft)
    }

    fn seal(&self, drafts: Vec<Draft>) -> Result<Vec<Sealed>, SealError> {
        self.before.set(self.before.get().wrapping_sub(1));
        if self.before.get() == 0 {
            (self.happens)()?;
        }
        Seals::seal(self.desk, drafts)
    }
}

/// Its fields are dropped in this order: the thread ends when nobody asks the desk any more.
struct Office {
    desk: Desk,
    _thread: DeskThread,
    _dir: tempfile::TempDir,
    unit: UnitDir,
    drafter: Drafter,
    spool: Spool,
}

fn office() -> Office {
    let (dir, unit) = enrolled();
    let (desk, thread) = Desk::open(open(&unit)).unwrap();
    let drafter =
        Drafter::new("hn.tx.ha-dinh.1", UnitNo(7), IdMaker::new([3; 32]), None, Arc::new(Vault::of(&unit)));
    let spool = Spool::open(unit.spool()).unwrap();
    Office { desk, _thread: thread, _dir: dir, unit, drafter, spool }
}

impl Office {
    fn import(&self, sealer: &impl Seals) -> Result<Imported, ImportError> {
        let file = self.spool.copy(text().as_bytes(), Path::new("test")).unwrap();
        let today = CivilDate::from_yyyymmdd(20_230_201).unwrap();
        import(&file, &Order { format: Format::Jsonl, kind: None, today }, &self.drafter, sealer)
    }

    /// Imports while something happens before a batch.
    fn import_beside(
        &self,
        before: u32,
        happens: &dyn Fn() -> Result<(), SealError>,
    ) -> Result<Imported, ImportError> {
        self.import(&Beside { desk: &self.desk, before: before.into(), happens })
    }

    fn sealed(&self) -> u64 {
        self.desk.shelf().borrow().head.next_seq.0
    }
}

#[test]
fn a_vault_changed_between_two_batches_breaks_the_import_off_and_the_same_file_finishes_it() {
    let office = office();
    let other = Vault::of(&office.unit);
    let broken = office.import_beside(1, &|| {
        other.token(&changed("Trần Văn Khác"), false).unwrap();
        Ok(())
    });
    let Err(ImportError::Broken { broken }) = broken else { panic!("{broken:?}") };
    assert_eq!((broken.sealed, broken.to_line, office.sealed()), (512, 512, 512));
    let Stopped::Row(problems) = &broken.why else { panic!("{broken}") };
    assert_eq!((problems[0].row, problems[0].code.as_str()), (Some(CHANGED), "other_name"));
    assert!(broken.to_string().contains("512 rows of the file, up to line 512, are sealed."), "{broken}");

    // as long as the vault says otherwise the file is wrong, and what is sealed of it is told
    let Err(ImportError::Rejected { rejected }) = office.import(&office.desk) else { panic!() };
    assert_eq!((rejected.problems.len(), rejected.problems[0].row), (1, Some(CHANGED)));
    assert_eq!((rejected.sealed_to, office.sealed()), (Some(512), 512));
    assert!(rejected.to_string().contains("up to line 512"), "{rejected}");

    other.token(&changed("Nguyễn Thị Hoà"), true).unwrap();
    let done = office.import(&office.desk).unwrap();
    assert_eq!((done.already, done.sealed, office.sealed()), (512, 88, 600));
}

#[test]
fn a_disk_that_is_full_before_the_first_batch_leaves_nothing_sealed_and_says_so() {
    let office = office();
    let full = || Err(SealError::NotSealed { why: "no space left".into() });
    let refused = office.import_beside(1, &full);
    assert!(matches!(refused, Err(ImportError::Seal(SealError::NotSealed { .. }))), "{refused:?}");
    assert_eq!(office.sealed(), 0);
    assert_eq!(office.import(&office.desk).unwrap().sealed, 600);
}

#[test]
fn an_outcome_that_is_not_known_is_never_told_as_nothing_sealed() {
    let office = office();
    let unknown = office.import_beside(1, &|| Err(SealError::Unknown { why: "the disk is gone".into() }));
    let Err(ImportError::Broken { broken }) = unknown else { panic!("{unknown:?}") };
    assert_eq!((broken.sealed, broken.to_line), (0, 0));
    assert!(broken.to_string().contains("and perhaps more"), "{broken}");
}

#[test]
fn what_an_earlier_import_sealed_counts_as_sealed_when_the_next_one_breaks_off_at_once() {
    let office = office();
    let full = || Err(SealError::NotSealed { why: "no space left".into() });
    for _ in 0..2 {
        let broken = office.import_beside(2, &full);
        let Err(ImportError::Broken { broken }) = broken else { panic!("{broken:?}") };
        assert_eq!((broken.sealed, office.sealed()), (512, 512));
    }
    assert_eq!(office.import(&office.desk).unwrap().sealed, 88);
}

#[test]
fn a_row_sealed_by_an_earlier_import_whose_person_was_erased_since_is_told_as_sealed() {
    let office = office();
    assert_eq!(office.import(&office.desk).unwrap().sealed, 600);
    let vault = Vault::of(&office.unit);
    let token = vault.known(&changed("")).unwrap().unwrap();
    vault.erase(&token).unwrap();
    let Err(ImportError::Rejected { rejected }) = office.import(&office.desk) else { panic!() };
    let told: Vec<_> = rejected.problems.iter().map(|problem| (problem.row, problem.code.as_str())).collect();
    assert_eq!((told, rejected.sealed_to), (vec![(Some(CHANGED), "sealed_otherwise")], Some(600)));
    assert_eq!(office.sealed(), 600);
}
