//! A fact before its unit seals it.

use bytes::Bytes;
use prost::Message as _;
use socai_domain::CivilDate;
use socai_proto::v1::{self, event::Kind};
use socai_tlog::{EventName, UnitNo};

/// What a unit states, without the id and the office that entered it.
#[derive(Clone, Debug)]
pub struct Said {
    kind: Kind,
    on: CivilDate,
    place: Vec<String>,
    case: String,
    refs: Vec<EventName>,
    doc: Option<v1::Doc>,
    is_public: bool,
    narrative: Option<&'static str>,
}

impl Said {
    /// A fact of a day.
    pub fn new(on: CivilDate, kind: Kind) -> Said {
        let (place, refs) = (vec![], vec![]);
        Said { kind, on, place, case: String::new(), refs, doc: None, is_public: false, narrative: None }
    }

    /// Where it happened.
    pub fn at(mut self, place: &str) -> Said {
        self.place.push(place.to_owned());
        self
    }

    /// The case it belongs to.
    pub fn of(mut self, case: &str) -> Said {
        self.case = case.to_owned();
        self
    }

    /// A record it builds on.
    pub fn after(mut self, name: EventName) -> Said {
        self.refs.push(name);
        self
    }

    /// The document behind it.
    pub fn by(mut self, issuer: &str, number: u64, series: &str, signer: &str) -> Said {
        self.doc = Some(v1::Doc {
            issuer: issuer.to_owned(),
            number: number.to_string(),
            year: self.on.year() as u32,
            series: series.to_owned(),
            date: self.on.yyyymmdd(),
            signer_position: signer.to_owned(),
            delegated: false,
        });
        self
    }

    /// Anybody may read it.
    pub fn public(mut self) -> Said {
        self.is_public = true;
        self
    }

    /// What it says in words, which goes into the annex.
    pub fn telling(mut self, narrative: &'static str) -> Said {
        self.narrative = Some(narrative);
        self
    }

    /// The annex, empty when it has none.
    pub fn annex(&self, salt: impl FnOnce() -> Bytes) -> Bytes {
        let Some(narrative) = self.narrative else { return Bytes::new() };
        let text = [("narrative".to_owned(), narrative.to_owned())].into();
        Bytes::from(v1::Annex { salt: salt(), text, ..Default::default() }.encode_to_vec())
    }

    /// The event.
    pub fn event(self, id: Bytes, by: UnitNo) -> v1::Event {
        let level = if self.is_public { v1::Level::Public } else { v1::Level::Internal };
        let is_posted = matches!(self.kind, Kind::BudgetRevenuePosted(_) | Kind::BudgetExpenditurePosted(_));
        let source = match is_posted {
            true => v1::Source {
                kind: v1::SourceKind::System.into(),
                system: "tabmis".to_owned(),
                ..Default::default()
            },
            false => v1::Source { kind: v1::SourceKind::Manual.into(), ..Default::default() },
        };
        v1::Event {
            id,
            occurred_on: self.on.yyyymmdd(),
            place: self.place,
            case: self.case,
            refs: self.refs.into_iter().map(reference).collect(),
            doc: self.doc,
            level: level.into(),
            source: Some(source),
            entered_by: if by.0 <= 11 { "van-phong-ubnd" } else { "bo-phan-tong-hop" }.to_owned(),
            approved_by: "lanh-dao".to_owned(),
            kind: Some(self.kind),
        }
    }
}

/// A record's name as facts hold it.
pub fn reference(name: EventName) -> v1::Ref {
    v1::Ref { unit: name.unit.0, seq: name.seq.0 }
}
