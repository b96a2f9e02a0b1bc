//! What is in the log and in the journals, and whether they agree.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::Path,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use prost::Message as _;
use serde_json::Value;
use socai_log::{Item, JournalReader, Reader};
use socai_proto::v1;
use socai_tlog::{Hash, LeafIndex, TreeSize, UnitSeq};

use crate::{command::Said, socai, unit::Unit, world::World};

/// A record, as a journal or the log has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// `unit/seq`.
    pub name: String,
    /// The link of its header.
    pub link: String,
    /// The event's id.
    pub id: String,
}

/// Everything a unit has sealed, by its journal.
///
/// # Panics
/// The journal cannot be read.
pub fn journal(unit: &Unit) -> Vec<Entry> {
    let dir = unit.dir.join("journal");
    let Ok(current) = fs::read_to_string(dir.join("current")) else { return Vec::new() };
    let reader = JournalReader::open(&dir.join(format!("g{}", current.trim()))).unwrap();
    let mut entries = Vec::new();
    for segment in reader.segments(UnitSeq(0)).unwrap() {
        for record in segment.unwrap().records {
            let event = v1::Event::decode(record.facts().as_ref()).unwrap();
            let (name, link) = (record.name().to_string(), record.link().to_string());
            entries.push(Entry { name, link, id: hex::encode(&event.id) });
        }
    }
    entries
}

/// The bytes of a unit's journal files: unchanged bytes mean that nothing was sealed.
///
/// # Panics
/// A file cannot be read.
pub fn journal_bytes(unit: &Unit) -> BTreeMap<String, Vec<u8>> {
    let dir = unit.dir.join("journal");
    let files = if dir.exists() { crate::files::all(&dir) } else { Vec::new() };
    files.into_iter().map(|file| (file.display().to_string(), fs::read(&file).unwrap())).collect()
}

/// Everything in the log, by `socai replay`, leaf after leaf.
///
/// # Panics
/// The replay fails, or its leaves are not 0, 1, 2, …
pub fn replay(district: &Path) -> Vec<(Entry, Value)> {
    let text = socai!("replay", district, "--format", "jsonl").ok();
    let mut entries = Vec::new();
    for line in text.lines() {
        let fact: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert_eq!(fact["leaf"].as_u64(), Some(entries.len() as u64), "leaves are counted: {line}");
        let field = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let entry =
            Entry { name: field(&fact["name"]), link: field(&fact["link"]), id: field(&fact["event"]["id"]) };
        entries.push((entry, fact));
    }
    entries
}

/// How many entries are committed in a log.
///
/// # Panics
/// The log cannot be read.
pub fn size(log: &Path) -> u64 {
    Reader::open(log).and_then(|reader| reader.committed()).unwrap().size.0
}

/// `socai audit verify` with the key pinned.
pub fn audit(district: &Path) -> Said {
    socai!("audit", "verify", district, "--policy", district.join("policy"), "--json")
}

/// What ends every scenario: each record that a unit sealed is in the log exactly once, the log has nothing else of these units, and the
/// audit verifies. The district must not run. Gives the log's entries.
///
/// # Panics
/// It is not so.
pub fn assert_exactly_once(world: &World) -> Vec<Entry> {
    let district = world.district_dir();
    let log: Vec<Entry> = replay(&district).into_iter().map(|(entry, _)| entry).collect();
    let mut seen: HashMap<&str, &str> = HashMap::new();
    for entry in &log {
        if let Some(first) = seen.insert(&entry.id, &entry.name) {
            panic!("event {} is in the log twice, as {first} and as {}", entry.id, entry.name);
        }
    }
    for unit in &world.units {
        let of_unit = format!("{}/", unit.no);
        let recorded: Vec<_> = log.iter().filter(|entry| entry.name.starts_with(&of_unit)).cloned().collect();
        assert_same(unit, &journal(unit), &recorded);
    }
    audit(&district).ok();
    log
}

fn assert_same(unit: &Unit, sealed: &[Entry], recorded: &[Entry]) {
    let differs = sealed.iter().zip(recorded).find(|(sealed, recorded)| sealed != recorded);
    assert_eq!(differs, None, "{}: the journal and the log differ", unit.id);
    let (have, of) = (recorded.len(), sealed.len());
    assert_eq!(have, of, "{}: {have} records in the log, {of} in the journal", unit.id);
}

/// Checkpoints that anybody saw: a size must never have two roots.
#[derive(Debug, Default)]
pub struct Roots {
    seen: BTreeMap<u64, (String, String)>,
}

impl Roots {
    /// Takes in every checkpoint of every commit in the log.
    ///
    /// # Panics
    /// The log cannot be read, or a size has two roots.
    pub fn of_log(&mut self, log: &Path) {
        let reader = Reader::open(log).unwrap();
        let end = reader.committed().unwrap().size;
        for chunk in reader.scan(LeafIndex(0), end).unwrap() {
            let chunk = chunk.unwrap();
            for item in chunk.items() {
                if let (_, Item::Commit(commit)) = item.unwrap() {
                    self.note(&String::from_utf8_lossy(commit.checkpoint), "a commit of the log");
                }
            }
        }
    }

    /// Takes in every checkpoint that a unit keeps: the newest, and those of its receipts.
    ///
    /// # Panics
    /// A size has two roots.
    pub fn of_unit(&mut self, unit: &Unit) {
        let who = format!("the receipts of {}", unit.id);
        self.note(&fs::read_to_string(unit.dir.join("checkpoint")).unwrap_or_default(), &who);
        let receipts = unit.dir.join("receipts");
        let files = if receipts.exists() { crate::files::all(&receipts) } else { Vec::new() };
        for file in files {
            // notes are text, whatever lies around them
            let bytes = fs::read(file).unwrap();
            let text = String::from_utf8_lossy(&bytes);
            for (at, _) in text.match_indices(&format!("{}\n", crate::world::ORIGIN)) {
                self.note(&text[at..], &who);
            }
        }
    }

    /// Compares everything seen with the log as it is now: each checkpoint is of a tree that this log went through.
    ///
    /// # Panics
    /// One is not.
    pub fn assert_of(&mut self, log: &Path) {
        self.of_log(log);
        let reader = Reader::open(log).unwrap();
        for (size, (root, who)) in &self.seen {
            let ours: Hash = reader.root_at(TreeSize(*size)).unwrap();
            assert_eq!(&STANDARD.encode(ours.0), root, "size {size} has two roots; {who} saw the other");
        }
    }

    /// How many different sizes were seen.
    pub fn len(&self) -> usize {
        self.seen.len()
    }

    /// Whether none was seen.
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }

    /// A note begins with origin, size and root, each on a line.
    fn note(&mut self, note: &str, who: &str) {
        let mut lines = note.lines().skip(1);
        let (Some(Ok(size)), Some(root)) = (lines.next().map(str::parse), lines.next()) else { return };
        let (known, first) = self.seen.entry(size).or_insert_with(|| (root.to_owned(), who.to_owned()));
        assert_eq!(known, root, "two roots for size {size}: {first} and {who}");
    }
}
