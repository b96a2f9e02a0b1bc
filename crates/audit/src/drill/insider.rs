//! The insider: a district whose writer signs whatever it is given.

use std::{
    fs,
    path::{Path, PathBuf},
};

use bytes::Bytes;
use prost::Message as _;
use socai_log::{Cursor, Disk, Lock, LogKey, NewEntry, Options, Reader, WitnessedFile, Writer};
use socai_proto::v1::{self, event::Kind};
use socai_tlog::{
    Chain, ChainHead, EventName, Header, Link, NoteKey, Origin, Record, SealingKey, SigningKey, UnitNo,
    WitnessKey, cosign, genesis, sign_segment,
};

use super::DrillError;

/// The drill's ledger.
pub(super) const ORIGIN: &str = "so-cai.example/dien-tap";
/// Another ledger of the same district.
pub(super) const OTHER_ORIGIN: &str = "so-cai.example/dien-tap-khac";
/// 12 January 2023.
const NOW_MS: u64 = 1_673_500_000_000;
const DAY_MS: u64 = 86_400_000;
/// Wards of the drill, numbered from 1.
const WARDS: u32 = 3;

/// A unit's own side: its chain and its journal of what it sealed.
pub(super) struct Unit {
    no: u32,
    chain: Chain,
    journal: Vec<(EventName, Link)>,
}

/// Which of a unit's keys.
#[derive(Clone, Copy)]
pub(super) enum Use {
    Sealing,
    Transport,
    Witnessing,
    /// One that nobody but the insider has.
    Insiders,
}

/// Keys of the drill protect nothing.
pub(super) fn key(no: u32, of: Use) -> SigningKey {
    let mut seed = [of as u8 + 1; 32];
    seed[..4].copy_from_slice(&no.to_be_bytes());
    SigningKey::from_bytes(&seed)
}

fn public(no: u32, of: Use) -> SealingKey {
    SealingKey::of(&key(no, of))
}

pub(super) fn operator() -> SigningKey {
    key(0, Use::Sealing)
}

/// The first ward as a witness.
fn witness_name(ledger: &str) -> Origin {
    origin(&format!("{ledger}/1"))
}

fn origin(name: &str) -> Origin {
    Origin::new(name).expect("the drill's origins are made of constants, and a test founds both")
}

impl Unit {
    fn new(no: u32, ledger: &str) -> Self {
        let first =
            genesis(&origin(ledger), &SealingKey::of(&operator()), UnitNo(no), &public(no, Use::Sealing));
        let chain = Chain::new(UnitNo(no), ChainHead::genesis(first));
        Unit { no, chain, journal: vec![] }
    }

    /// Seals an event and keeps it.
    pub(super) fn seal(&mut self, kind: Kind, annex: &str, flags: u8) -> Result<Record, DrillError> {
        let record = self.forge(kind, annex, flags)?;
        self.journal.push((record.name(), record.link()));
        Ok(record)
    }

    /// Seals an event that the district never gets.
    pub(super) fn seal_unsent(&mut self, kind: Kind) -> Result<(), DrillError> {
        let sent = self.chain.clone();
        self.seal(kind, "", 0)?;
        self.chain = sent;
        Ok(())
    }

    /// A record in the unit's name that the unit knows nothing of.
    pub(super) fn forge(&mut self, kind: Kind, annex: &str, flags: u8) -> Result<Record, DrillError> {
        let seq = self.chain.head().next_seq.0;
        let mut id = [0xD1; 16];
        id[..4].copy_from_slice(&self.no.to_be_bytes());
        id[4..12].copy_from_slice(&seq.to_be_bytes());
        let (facts, annex) = (event(&id, kind).encode_to_vec(), Bytes::copy_from_slice(annex.as_bytes()));
        Ok(self.chain.seal(facts.into(), annex, NOW_MS, flags)?)
    }
}

fn event(id: &[u8], kind: Kind) -> v1::Event {
    v1::Event {
        id: Bytes::copy_from_slice(id),
        occurred_on: 20_230_105,
        level: v1::Level::Internal.into(),
        source: Some(v1::Source {
            kind: v1::SourceKind::System.into(),
            system: "dien-tap".to_owned(),
            ..v1::Source::default()
        }),
        entered_by: "mau.tai-vu".to_owned(),
        approved_by: "mau.lanh-dao".to_owned(),
        kind: Some(kind),
        ..v1::Event::default()
    }
}

/// A posting of revenue: the fact that frauds of the drill are about.
pub(super) fn posting(amount: i64, number: u64) -> Kind {
    Kind::BudgetRevenuePosted(v1::BudgetRevenuePosted {
        fiscal_year: 2023,
        category: v1::RevenueCategory::Fines.into(),
        amount,
        voucher: format!("KB-{number}"),
        collector: v1::Collector::Tax.into(),
        ..v1::BudgetRevenuePosted::default()
    })
}

pub(super) fn registration(no: u32) -> Kind {
    let bytes = |key: SealingKey| Bytes::copy_from_slice(key.as_bytes());
    let (unit_type, id) = match no {
        0 => (v1::UnitType::Operator, "dien-tap".to_owned()),
        no => (v1::UnitType::Ward, format!("dien-tap.p{no}")),
    };
    Kind::UnitRegistered(v1::UnitRegistered {
        unit_no: no,
        unit_id: id,
        name: format!("Phường diễn tập {no}"),
        r#type: unit_type.into(),
        parent: if no == 0 { String::new() } else { "dien-tap".to_owned() },
        valid_from: 19_970_101,
        transport_key: bytes(public(no, Use::Transport)),
        sealing_key: bytes(public(no, Use::Sealing)),
        witnessing_key: bytes(public(no, Use::Witnessing)),
        ..v1::UnitRegistered::default()
    })
}

/// What the drill's ledger counts: without it figures, and so models, would not depend on amounts.
fn rules() -> Kind {
    Kind::RulesAdopted(v1::RulesAdopted {
        name: "indicators".to_owned(),
        version: 1,
        effective_from: 20_000_101,
        content: RULES.to_owned(),
        legal_source: "diễn tập".to_owned(),
    })
}

const RULES: &str = r#"[[indicator]]
code = "NS.01"
label = "Thu ngân sách"
unit = "VND"
kind = "budget.revenue_posted"
measure = "sum"
of = ["amount"]
format = "tien"
"#;

/// The operator replaces a ward's sealing key by one that the insider holds.
pub(super) fn replacement(no: u32) -> Kind {
    Kind::KeyRotated(v1::KeyRotated {
        key: v1::KeyUse::Sealing.into(),
        new_public_key: Bytes::copy_from_slice(public(no, Use::Insiders).as_bytes()),
        ground: v1::KeyGround::Lost.into(),
        unit: format!("dien-tap.p{no}"),
    })
}

/// A ledger with the insider at its writer.
pub(super) struct Insider {
    dir: PathBuf,
    ledger: &'static str,
    writer: Writer,
    operator: Unit,
    wards: Vec<Unit>,
    now_ms: u64,
    commits: u64,
}

impl Insider {
    /// Founds a ledger in `dir` with its wards, and the policy that an auditor pins.
    pub(super) fn found(dir: &Path, ledger: &'static str) -> Result<Self, DrillError> {
        fs::create_dir_all(dir).map_err(|cause| DrillError::Io { path: dir.to_owned(), cause })?;
        let policy = dir.join("policy");
        let vkey = NoteKey::log(origin(ledger), SealingKey::of(&operator()));
        fs::write(&policy, format!("log {vkey}\nquorum none\n"))
            .map_err(|cause| DrillError::Io { path: policy, cause })?;
        let lock = Lock::acquire(&dir.join("lock"))?;
        let key = LogKey::new(origin(ledger), operator());
        let (writer, _) = Writer::open(&dir.join("log"), key, &lock, Options::default())?;
        let mut insider = Insider {
            dir: dir.to_owned(),
            ledger,
            writer,
            operator: Unit::new(0, ledger),
            wards: (1..=WARDS).map(|no| Unit::new(no, ledger)).collect(),
            now_ms: NOW_MS,
            commits: 0,
        };
        for no in 0..=WARDS {
            insider.operate(registration(no), 0)?;
        }
        insider.operate(rules(), 0)?;
        insider.commit()?;
        Ok(insider)
    }

    /// Some honest days: every ward posts revenue, each day is a commit.
    pub(super) fn work(&mut self, days: u64) -> Result<(), DrillError> {
        for _ in 0..days {
            for no in 1..=WARDS {
                self.post(no, 1_000_000 * i64::from(no))?;
            }
            self.commit()?;
            self.now_ms += DAY_MS;
        }
        Ok(())
    }

    /// A ward posts revenue and signs for it.
    pub(super) fn post(&mut self, no: u32, amount: i64) -> Result<(), DrillError> {
        let ward = self.ward(no);
        let number = ward.chain.head().next_seq.0;
        let record = ward.seal(posting(amount, number), "Chứng từ kèm theo", 0)?;
        self.append(&record, &key(no, Use::Sealing))
    }

    /// The operator publishes an event of its own.
    pub(super) fn operate(&mut self, kind: Kind, flags: u8) -> Result<(), DrillError> {
        let record = self.operator.seal(kind, "", flags)?;
        self.append(&record, &operator())
    }

    /// As [`Insider::operate`], for a rotation of the ward's sealing key.
    pub(super) fn replace_key(&mut self, no: u32) -> Result<(), DrillError> {
        self.operate(replacement(no), Header::ROTATES_KEY)
    }

    /// A record in a ward's name, signed with whatever key the insider has.
    pub(super) fn forge(&mut self, no: u32, amount: i64, signer: &SigningKey) -> Result<(), DrillError> {
        let ward = self.ward(no);
        let number = ward.chain.head().next_seq.0;
        let record = ward.forge(posting(amount, number), "", 0)?;
        self.append(&record, signer)
    }

    /// Appends a record with a signature by `signer`, whoever that is.
    pub(super) fn append(&mut self, record: &Record, signer: &SigningKey) -> Result<(), DrillError> {
        let signature = sign_segment(signer, &origin(self.ledger), record.link());
        self.now_ms += 1;
        let entry = NewEntry { received_at_ms: self.now_ms, record, signature: Some(&signature) };
        self.writer.append(&entry)?;
        Ok(())
    }

    pub(super) fn commit(&mut self) -> Result<(), DrillError> {
        self.commits += 1;
        self.writer.commit(Cursor { stream_created_ns: 1, stream_seq: self.commits })?;
        Ok(())
    }

    /// The ward with this number, from 1.
    pub(super) fn ward(&mut self, no: u32) -> &mut Unit {
        &mut self.wards[no as usize - 1]
    }

    /// A ward that only the insider has heard of.
    pub(super) fn invent(&mut self) -> Result<u32, DrillError> {
        let no = WARDS + 1;
        self.operate(registration(no), 0)?;
        self.wards.push(Unit::new(no, self.ledger));
        Ok(no)
    }

    /// Moves the district's clock.
    pub(super) fn turn_clock_back(&mut self, days: u64) {
        self.now_ms -= days * DAY_MS;
    }

    /// From now on the policy asks for the first ward's word.
    pub(super) fn ask_for_witness(&self) -> Result<(), DrillError> {
        let path = self.dir.join("policy");
        let log = NoteKey::log(origin(self.ledger), SealingKey::of(&operator()));
        let witness = NoteKey::witness(witness_name(self.ledger), WitnessKey::of(&key(1, Use::Witnessing)));
        let text = format!("log {log}\nwitness dien-tap.p1 {witness}\nquorum dien-tap.p1\n");
        fs::write(&path, text).map_err(|cause| DrillError::Io { path, cause })
    }

    /// The ward cosigns the newest checkpoint, so many days after the district's clock, and the district keeps it.
    pub(super) fn witness(&self, days: u64) -> Result<(), DrillError> {
        let mut note = self.writer.checkpoint().clone();
        let time_s = (self.now_ms + days * DAY_MS) / 1_000;
        let word = cosign(&note, &witness_name(self.ledger), &key(1, Use::Witnessing), time_s);
        word.into_iter().for_each(|word| note.add(word));
        let bytes = note.to_string();
        let (path, disk) = (self.dir.join("witnessed"), Disk::default());
        WitnessedFile::open(&path, &origin(self.ledger), &disk)?.0.keep(bytes.as_bytes())?;
        let path = self.dir.join("cosigned");
        fs::write(&path, bytes).map_err(|cause| DrillError::Io { path, cause })
    }

    /// The newest checkpoint, as others keep it.
    pub(super) fn checkpoint(&self) -> Vec<u8> {
        self.writer.checkpoint().to_string().into_bytes()
    }

    /// Overwrites the annex of a ward's record.
    pub(super) fn erase(&mut self, no: u32, number: usize) -> Result<(), DrillError> {
        let (name, _) = self.ward(no).journal[number];
        let leaf = Reader::open(&self.dir.join("log"))?.leaf_of(name)?;
        Ok(self.writer.erase_annex(leaf)?)
    }

    /// What the wards sealed themselves, by their journals.
    pub(super) fn journals(&self) -> Vec<(EventName, Link)> {
        self.wards.iter().flat_map(|ward| ward.journal.iter().copied()).collect()
    }

    /// The ledger's directory.
    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }
}
