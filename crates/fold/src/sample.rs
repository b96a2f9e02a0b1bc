//! A made-up district, for measurements and for tests of the crates above: units, and as many plausible facts as one likes.
//!
//! The same seed gives the same bytes. Nobody holds the private halves of the units' keys. Facts are about 210 bytes, mixed as a busy
//! month is: decisions and payments, postings, inspections, gifts, visits.

use prost::Message as _;
use socai_proto::v1::{self, event::Kind};
use socai_tlog::{EventName, LeafIndex, SealingKey, UnitNo};

use socai_domain::{CivilDate, Position};

/// Wards of the made-up district, numbered from 1.
pub const WARDS: u32 = 11;
/// Its treasury, which publishes postings.
pub const TREASURY: UnitNo = UnitNo(WARDS + 1);
/// The treasury's unit id.
const TREASURY_ID: &str = "hn.tx.b.kho-bac-mau";
/// Facilities that are inspected again and again.
const FACILITIES: u64 = 5_000;

/// Facts a day, of all units together.
const FACTS_A_DAY: u64 = 1_000;
/// The day of the first facts, 2021-01-01, as a number of days since 1970.
const FIRST_DAY: i32 = 18_628;
/// The same as the wire has it: units and rules are valid from it.
const FOUNDED: i32 = 20_210_101;
/// Days that facts are in coming: every fact is up to this old when it is received.
const LATEST_DAYS: u64 = 10;

/// A fact that a unit publishes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleFact {
    /// Who.
    pub unit: UnitNo,
    /// When the district receives it, ms UTC: noon in Viet Nam.
    pub received_at_ms: u64,
    /// The facts bytes.
    pub facts: Vec<u8>,
}

/// An endless source of facts, a thousand a day.
#[derive(Clone, Debug)]
pub struct Sample {
    state: u64,
    count: u64,
}

impl Sample {
    /// The facts of a seed.
    pub fn new(seed: u64) -> Self {
        Sample { state: seed, count: 0 }
    }

    /// The facts of unit 0 that everything else rests on: the units, then the indicators as given.
    pub fn founding(indicators: &str) -> Vec<SampleFact> {
        let operator = unit(UnitNo::OPERATOR, "hn.quan-mau.q".to_owned(), v1::UnitType::Operator);
        let wards = (1..=WARDS).map(|no| unit(UnitNo(no), ward(no), v1::UnitType::Ward));
        let treasury = unit(TREASURY, TREASURY_ID.to_owned(), v1::UnitType::VerticalBody);
        let rules = Kind::RulesAdopted(v1::RulesAdopted {
            name: "indicators".into(),
            version: 1,
            effective_from: FOUNDED,
            content: indicators.to_owned(),
            legal_source: "mẫu".into(),
        });
        let kinds = std::iter::once(operator).chain(wards).chain([treasury, rules]);
        let events = kinds.enumerate().map(|(at, kind)| v1::Event {
            id: bytes::Bytes::copy_from_slice(&(at as u128).to_be_bytes()),
            occurred_on: FOUNDED,
            kind: Some(kind),
            ..envelope()
        });
        let fact = |event: v1::Event| SampleFact {
            unit: UnitNo::OPERATOR,
            received_at_ms: noon_ms(FIRST_DAY),
            facts: event.encode_to_vec(),
        };
        events.map(fact).collect()
    }

    /// A number below `bound` (splitmix64; the bias is far below what anybody could see in facts).
    fn below(&mut self, bound: u64) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ mixed >> 31) % bound
    }

    /// The vault's token of one of the facilities.
    fn facility(&mut self) -> String {
        const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
        let mut facility = Sample::new(self.below(FACILITIES));
        (0..20).map(|_| char::from(LETTERS[facility.below(LETTERS.len() as u64) as usize])).collect()
    }

    /// Today: the day on which the next fact is received.
    fn today(&self) -> i32 {
        FIRST_DAY + LATEST_DAYS as i32 + (self.count / FACTS_A_DAY) as i32
    }

    /// A day shortly before today.
    fn day(&mut self) -> CivilDate {
        let day = self.today() - self.below(LATEST_DAYS) as i32;
        CivilDate::from_day_number(day).unwrap_or(CivilDate::MAX)
    }

    fn event(&mut self) -> (UnitNo, v1::Event) {
        let (no, day) = (1 + self.below(u64::from(WARDS)) as u32, self.day());
        let id = [self.below(u64::MAX), self.below(u64::MAX)];
        let id = bytes::Bytes::from([id[0].to_be_bytes(), id[1].to_be_bytes()].concat());
        let (publisher, kind) = self.kind(no, day);
        let is_case = matches!(kind, Kind::PenaltyDecided(_) | Kind::PenaltyPaymentReceived(_));
        let case =
            if is_case { format!("xp-phuong-mau-{}-{no}", self.count / 7 % 10_000) } else { String::new() };
        let series = match kind {
            Kind::PenaltyDecided(_) => "QĐ-XPHC",
            Kind::InspectionConducted(_) => "BB-KT",
            Kind::GiftDelivered(_) => "DS-KN",
            _ => "BC-TH",
        };
        let doc = v1::Doc {
            issuer: if publisher == TREASURY { TREASURY_ID.into() } else { ward(no) },
            number: (1 + self.count % 900).to_string(),
            year: day.year().cast_unsigned(),
            series: series.into(),
            date: day.yyyymmdd(),
            signer_position: "chu-tich".into(),
            delegated: false,
        };
        let event = v1::Event {
            id,
            occurred_on: day.yyyymmdd(),
            place: if publisher == TREASURY { vec![] } else { vec![ward(no)] },
            case,
            doc: Some(doc),
            kind: Some(kind),
            ..envelope()
        };
        (publisher, event)
    }

    fn kind(&mut self, no: u32, day: CivilDate) -> (UnitNo, Kind) {
        let ward_no = UnitNo(no);
        match self.below(20) {
            0..=3 => (ward_no, self.penalty(day)),
            4..=6 => (TREASURY, self.payment()),
            7..=10 => (TREASURY, self.revenue(day)),
            11 => (TREASURY, self.expenditure(day)),
            12..=15 => (ward_no, self.inspection(no)),
            16..=17 => (ward_no, self.gift()),
            _ => (ward_no, self.visits(no, day)),
        }
    }

    fn penalty(&mut self, day: CivilDate) -> Kind {
        let (min, max) =
            [(100_000, 200_000), (500_000, 1_000_000), (2_000_000, 3_000_000)][self.below(3) as usize];
        let amount = (min + max) / 2;
        Kind::PenaltyDecided(v1::PenaltyDecided {
            decision_no: format!("{}/QĐ-XPHC", 1 + self.count % 900),
            field: 1 + self.below(10) as i32,
            lines: vec![v1::PenaltyLine {
                act: "100/2019/NĐ-CP:12.1.a".into(),
                bracket_min: min,
                bracket_max: max,
                amount,
                factors: vec![],
            }],
            form: v1::PenaltyForm::Fine as i32,
            total: amount,
            signer_level: v1::SignerLevel::Ward as i32,
            subject_kind: v1::SubjectKind::Individual as i32,
            on_the_spot: amount <= 250_000,
            due_on: day.add_days(10).unwrap_or(day).yyyymmdd(),
            remedies: vec![],
            longer_term: 0,
        })
    }

    fn payment(&mut self) -> Kind {
        Kind::PenaltyPaymentReceived(v1::PenaltyPaymentReceived {
            amount: 150_000 + 50_000 * self.below(40) as i64,
            late_interest: 0,
            voucher: format!("BLP-{:05}", self.count % 100_000),
            instalment_no: None,
        })
    }

    fn revenue(&mut self, day: CivilDate) -> Kind {
        Kind::BudgetRevenuePosted(v1::BudgetRevenuePosted {
            fiscal_year: day.year().cast_unsigned(),
            category: 1 + self.below(11) as i32,
            sub_item: "1052".into(),
            amount: 1_000_000 + self.below(2_000_000_000) as i64,
            voucher: format!("GNT-{:05}", self.count % 100_000),
            collector: v1::Collector::Treasury as i32,
        })
    }

    fn expenditure(&mut self, day: CivilDate) -> Kind {
        Kind::BudgetExpenditurePosted(v1::BudgetExpenditurePosted {
            fiscal_year: day.year().cast_unsigned(),
            spending_unit: ward(1 + self.below(u64::from(WARDS)) as u32),
            nature: v1::ExpenditureNature::Recurrent as i32,
            unplanned: self.below(10) == 0,
            stage: v1::ExpenditureStage::Final as i32,
            amount: 1_000_000 + self.below(500_000_000) as i64,
            voucher: format!("LCT-{:05}", self.count % 100_000),
        })
    }

    fn inspection(&mut self, no: u32) -> Kind {
        Kind::InspectionConducted(v1::InspectionConducted {
            field: 1 + self.below(7) as i32,
            facility: self.facility(),
            facility_kind: v1::FacilityKind::StreetFood as i32,
            planned: true,
            lead_unit: ward(no),
            participants: vec![],
            result: v1::InspectionResult::Pass as i32,
            shortcomings: 0,
            suspension: v1::Suspension::None as i32,
            samples_taken: self.below(3) as u32,
            samples_failed: 0,
        })
    }

    fn gift(&mut self) -> Kind {
        let (unit_value, quantity) = (300_000 + 100_000 * self.below(8) as i64, 1 + self.below(60) as u32);
        Kind::GiftDelivered(v1::GiftDelivered {
            programme: "qua-tet-2023-quan".into(),
            occasion: "tet-quy-mao-2023".into(),
            source: 1 + self.below(5) as i32,
            group: 1 + self.below(9) as i32,
            form: v1::GiftForm::Cash as i32,
            unit_value,
            quantity,
            amount: unit_value * i64::from(quantity),
            returned: 0,
        })
    }

    fn visits(&mut self, no: u32, day: CivilDate) -> Kind {
        Kind::HealthVisitsReported(v1::HealthVisitsReported {
            facility: format!("tyt-{no}"),
            kind: 1 + self.below(2) as i32,
            from: day.yyyymmdd(),
            to: day.yyyymmdd(),
            visits: 1 + self.below(120) as u32,
        })
    }
}

impl Iterator for Sample {
    type Item = SampleFact;

    fn next(&mut self) -> Option<SampleFact> {
        self.count += 1;
        let (unit, event) = self.event();
        Some(SampleFact { unit, received_at_ms: noon_ms(self.today()), facts: event.encode_to_vec() })
    }
}

/// Noon in Viet Nam, which is 05:00 UTC, of a day.
fn noon_ms(day_number: i32) -> u64 {
    u64::from(day_number.unsigned_abs()) * 86_400_000 + 5 * 3_600_000
}

/// Gives facts their places in a log, one after the other.
#[derive(Clone, Debug, Default)]
pub struct Places {
    leaf: u64,
    heads: Vec<u64>,
}

impl Places {
    /// The place of the next record.
    pub fn next(&mut self, unit: UnitNo, received_at_ms: u64) -> Position {
        let at = unit.0 as usize;
        self.heads.resize(self.heads.len().max(at + 1), 0);
        let name = EventName::new(unit.0, self.heads[at]);
        let leaf = LeafIndex(self.leaf);
        self.heads[at] += 1;
        self.leaf += 1;
        Position { name, leaf, received_at_ms, rotates_key: false }
    }
}

fn envelope() -> v1::Event {
    v1::Event {
        level: v1::Level::Internal as i32,
        source: Some(v1::Source { kind: v1::SourceKind::Manual as i32, ..v1::Source::default() }),
        entered_by: "mau.tong-hop".into(),
        approved_by: "mau.lanh-dao".into(),
        ..v1::Event::default()
    }
}

fn ward(no: u32) -> String {
    format!("hn.tx.phuong-mau-{no:02}.1")
}

fn unit(no: UnitNo, id: String, unit_type: v1::UnitType) -> Kind {
    let [transport_key, sealing_key, witnessing_key] = keys(no);
    Kind::UnitRegistered(v1::UnitRegistered {
        unit_no: no.0,
        name: id.clone(),
        unit_id: id,
        r#type: unit_type as i32,
        valid_from: FOUNDED,
        transport_key,
        sealing_key,
        witnessing_key,
        ..v1::UnitRegistered::default()
    })
}

/// Three points that hashing a counter happened upon: keys that verify nothing, because nobody has their private halves.
fn keys(no: UnitNo) -> [bytes::Bytes; 3] {
    let candidates =
        (0_u32..).map(|at| *blake3::hash(&[no.0.to_be_bytes(), at.to_be_bytes()].concat()).as_bytes());
    let mut points = candidates.filter(|bytes| SealingKey::from_bytes(bytes).is_ok());
    [(); 3].map(|()| bytes::Bytes::copy_from_slice(&points.next().unwrap_or_default()))
}
