//! Any sequence of appends, commits, kills and garbage against a list in memory.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests

use std::{fs, path::Path};

use crate::common::*;
use bytes::Bytes;
use proptest::prelude::*;
use socai_log::{NewEntry, Reader, Writer, verify};
use socai_tlog::{Chain, ChainHead, LeafIndex, UnitNo};

#[derive(Clone, Debug)]
enum Step {
    Append {
        unit: u32,
        count: usize,
        annex: usize,
        facts: usize,
    },
    Commit,
    Begin,
    Finish,
    Erase(u64),
    /// The process ends, perhaps inside a commit, and bytes that were never committed are left behind.
    Kill(Vec<u8>),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..4_u32, 1..6_usize, 0..40_usize, 0..3000_usize)
            .prop_map(|(unit, count, annex, facts)| Step::Append { unit, count, annex, facts }),
        3 => Just(Step::Commit),
        2 => Just(Step::Begin),
        2 => Just(Step::Finish),
        1 => any::<u64>().prop_map(Step::Erase),
        1 => proptest::collection::vec(any::<u8>(), 0..60).prop_map(Step::Kill),
    ]
}

type Content = Vec<(String, Vec<u8>)>;

/// What the log must hold.
#[derive(Default)]
struct Model {
    committed: Content,
    flying: Option<Content>,
    building: Content,
    made: u64,
}

impl Model {
    fn append(&mut self, writer: &mut Writer, unit: u32, count: usize, annex: usize, facts: usize) {
        let head = writer.head(UnitNo(unit)).unwrap_or(ChainHead::genesis(unit_genesis(unit)));
        let mut chain = Chain::new(UnitNo(unit), head);
        for i in 0..count {
            self.made += 1;
            let text = format!("{} {}", self.made, "x".repeat(facts));
            let annex = if i % 2 == 0 { vec![b'a'; annex] } else { Vec::new() };
            let record = chain.seal(Bytes::from(text), annex.into(), self.made, 0).unwrap();
            let signature = (i + 1 == count).then_some(&[7; 64]);
            writer.append(&NewEntry { received_at_ms: self.made, record: &record, signature }).unwrap();
            self.building.push((record.name().to_string(), record.facts().to_vec()));
        }
    }

    fn begin(&mut self, writer: &mut Writer) {
        if self.flying.is_none() {
            writer.begin_commit(cursor(self.made)).unwrap();
            self.flying = Some(std::mem::take(&mut self.building));
        }
    }

    fn finish(&mut self, writer: &mut Writer) {
        if let Some(flying) = self.flying.take() {
            let signed = writer.finish_commit().unwrap();
            self.committed.extend(flying);
            assert_eq!(signed.size().0, self.committed.len() as u64);
        }
    }

    /// The batch under way may be there; what was being built is not.
    fn killed(&mut self, found: usize) {
        let flying = self.flying.take().unwrap_or_default();
        self.building.clear();
        if found > self.committed.len() {
            self.committed.extend(flying);
        }
        assert_eq!(found, self.committed.len());
    }
}

fn kill(root: &Path, writer: Writer, garbage: &[u8]) -> Writer {
    drop(writer);
    let newest = Reader::open(&log_dir(root)).unwrap().newest_volume();
    let path = log_dir(root).join("volumes").join(format!("{newest:010}.vol"));
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, [&bytes[..], garbage].concat()).unwrap();
    open(root, small(9)).unwrap().0
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_done_the_log_holds_what_was_committed(steps in proptest::collection::vec(step(), 1..60)) {
        let root = scratch();
        let mut writer = open(root.path(), small(9)).unwrap().0;
        let mut model = Model::default();
        for step in steps {
            match step {
                Step::Append { unit, count, annex, facts } => model.append(&mut writer, unit, count, annex, facts),
                Step::Begin => model.begin(&mut writer),
                Step::Finish => model.finish(&mut writer),
                Step::Commit => {
                    model.finish(&mut writer);
                    model.begin(&mut writer);
                    model.finish(&mut writer);
                }
                Step::Erase(leaf) if !model.committed.is_empty() => {
                    writer.erase_annex(LeafIndex(leaf % model.committed.len() as u64)).unwrap();
                }
                Step::Erase(_) => {}
                Step::Kill(garbage) => {
                    writer = kill(root.path(), writer, &garbage);
                    model.killed(writer.size().0 as usize);
                }
            }
        }
        writer = kill(root.path(), writer, &[]);
        model.killed(writer.size().0 as usize);
        let reader = writer.reader().unwrap();
        prop_assert_eq!(contents(&reader), model.committed);
        let verified = verify(&reader).unwrap();
        prop_assert_eq!(verified.derived, vec![]);
        prop_assert_eq!(verified.root, writer.root());
    }
}
