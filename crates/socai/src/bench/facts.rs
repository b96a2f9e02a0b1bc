//! The facts that benchmarks work on: a plausible mix of a district's days, the same for every run.
//!
//! Of every 16 facts 6 are inspections, 3 penalty decisions, 2 payments, 2 revenue postings, 1 expenditure
//! posting, 1 gift delivery and 1 report of visits: the kinds that make up most of a real month. An average one
//! has about 200 bytes. Wards state what happened in their own territory, and the facts of a day come together.

use bytes::Bytes;
use prost::Message as _;
use socai_domain::CivilDate;
use socai_proto::v1::{self, event::Kind};

/// The wards in official order, as unit ids; unit numbers 1 to 11 in the reference district.
pub const WARDS: [&str; 11] = [
    "hn.tx.nhan-chinh.1",
    "hn.tx.thuong-dinh.1",
    "hn.tx.khuong-trung.1",
    "hn.tx.khuong-mai.1",
    "hn.tx.thanh-xuan-trung.1",
    "hn.tx.phuong-liet.1",
    "hn.tx.ha-dinh.1",
    "hn.tx.khuong-dinh.1",
    "hn.tx.thanh-xuan-bac.1",
    "hn.tx.thanh-xuan-nam.1",
    "hn.tx.kim-giang.1",
];

/// Facts of a day, of all wards together.
const FACTS_A_DAY: u64 = 12_000;
/// Days that facts are about.
const DAYS: u64 = 79;

/// A repeatable stream of facts.
pub struct Facts {
    state: u64,
    made: u64,
}

impl Facts {
    /// The stream of a seed.
    pub fn new(seed: u64) -> Self {
        Facts { state: seed ^ 0x9e37_79b9_7f4a_7c15, made: 0 }
    }

    /// The next event of a ward, encoded.
    pub fn next_bytes(&mut self, ward: &str) -> Bytes {
        Bytes::from(self.next_event(ward).encode_to_vec())
    }

    /// The next event of a ward.
    pub fn next_event(&mut self, ward: &str) -> v1::Event {
        self.made += 1;
        let (kind, case) = self.payload();
        v1::Event {
            id: self.id(),
            occurred_on: self.day().yyyymmdd(),
            place: vec![ward.to_owned()],
            case,
            level: v1::Level::Internal.into(),
            source: Some(v1::Source {
                kind: v1::SourceKind::System.into(),
                system: "bench".to_owned(),
                ..v1::Source::default()
            }),
            entered_by: "can-bo".to_owned(),
            approved_by: "lanh-dao".to_owned(),
            kind: Some(kind),
            ..v1::Event::default()
        }
    }

    /// The day of the present fact: from 1 January to 20 March 2023, and from the start again.
    fn day(&self) -> CivilDate {
        let days = self.made / FACTS_A_DAY % DAYS;
        let first = CivilDate::from_yyyymmdd(20_230_101).unwrap_or(CivilDate::MIN);
        first.add_days(days as i32).unwrap_or(first)
    }

    /// One payload and the case it belongs to.
    fn payload(&mut self) -> (Kind, String) {
        match self.made % 16 {
            0..6 => (self.inspection(), String::new()),
            6..9 => {
                let case = self.case();
                (self.penalty(), case)
            }
            9..11 => {
                let case = self.case();
                (self.payment(), case)
            }
            11..13 => (self.revenue(), String::new()),
            13 => (self.expenditure(), String::new()),
            14 => (self.gift(), "tet-2023".to_owned()),
            _ => (self.visits(), String::new()),
        }
    }

    fn inspection(&mut self) -> Kind {
        Kind::InspectionConducted(v1::InspectionConducted {
            field: 1 + self.below(3) as i32,
            facility: self.facility(),
            facility_kind: 1 + self.below(5) as i32,
            planned: self.below(2) == 0,
            lead_unit: "hn.tx.b.yte".to_owned(),
            result: v1::InspectionResult::Pass.into(),
            suspension: v1::Suspension::None.into(),
            ..v1::InspectionConducted::default()
        })
    }

    fn penalty(&mut self) -> Kind {
        let amount = 150_000 + 50_000 * self.below(40) as i64;
        Kind::PenaltyDecided(v1::PenaltyDecided {
            decision_no: format!("{}/QĐ-XPHC", self.made),
            field: 1 + self.below(5) as i32,
            lines: vec![v1::PenaltyLine {
                act: "12-1-a-100/2019".to_owned(),
                bracket_min: 100_000,
                bracket_max: 3_000_000,
                amount,
                factors: Vec::new(),
            }],
            form: v1::PenaltyForm::Fine.into(),
            total: amount,
            signer_level: v1::SignerLevel::Ward.into(),
            subject_kind: v1::SubjectKind::Individual.into(),
            due_on: self.day().add_days(10).unwrap_or(CivilDate::MAX).yyyymmdd(),
            ..v1::PenaltyDecided::default()
        })
    }

    fn payment(&mut self) -> Kind {
        Kind::PenaltyPaymentReceived(v1::PenaltyPaymentReceived {
            amount: 150_000 + 50_000 * self.below(40) as i64,
            voucher: format!("PT-{}", self.made),
            ..v1::PenaltyPaymentReceived::default()
        })
    }

    fn revenue(&mut self) -> Kind {
        Kind::BudgetRevenuePosted(v1::BudgetRevenuePosted {
            fiscal_year: 2023,
            category: 1 + self.below(11) as i32,
            amount: 1_000_000 * (1 + self.below(900) as i64),
            voucher: format!("KB-{}", self.made),
            collector: v1::Collector::Tax.into(),
            ..v1::BudgetRevenuePosted::default()
        })
    }

    fn expenditure(&mut self) -> Kind {
        Kind::BudgetExpenditurePosted(v1::BudgetExpenditurePosted {
            fiscal_year: 2023,
            spending_unit: "hn.tx.b.gddt".to_owned(),
            nature: 1 + self.below(2) as i32,
            stage: v1::ExpenditureStage::Final.into(),
            amount: 1_000_000 * (1 + self.below(300) as i64),
            voucher: format!("KB-{}", self.made),
            ..v1::BudgetExpenditurePosted::default()
        })
    }

    fn gift(&mut self) -> Kind {
        let (unit_value, quantity) = (300_000 * (1 + self.below(5) as i64), 1 + self.below(40) as u32);
        Kind::GiftDelivered(v1::GiftDelivered {
            programme: "tet-2023-tp".to_owned(),
            occasion: "tet-quy-mao-2023".to_owned(),
            source: 1 + self.below(3) as i32,
            group: 1 + self.below(7) as i32,
            form: v1::GiftForm::Cash.into(),
            unit_value,
            quantity,
            amount: unit_value * i64::from(quantity),
            returned: 0,
        })
    }

    fn visits(&mut self) -> Kind {
        Kind::HealthVisitsReported(v1::HealthVisitsReported {
            facility: "tyt-phuong".to_owned(),
            kind: 1 + self.below(2) as i32,
            from: 20_230_102,
            to: 20_230_108,
            visits: 1 + self.below(60) as u32,
        })
    }

    fn case(&mut self) -> String {
        format!("xp-{}", self.made)
    }

    /// One of the district's 5,000 facilities: visited again and again, as they are.
    fn facility(&mut self) -> String {
        format!("t{:015x}", self.below(5_000).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 4)
    }

    fn id(&mut self) -> Bytes {
        let (high, low) = (self.next(), self.next());
        Bytes::copy_from_slice(&(u128::from(high) << 64 | u128::from(low)).to_be_bytes())
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// SplitMix64: plain, repeatable, nothing secret about it.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
