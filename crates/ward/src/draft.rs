//! From a JSON form to facts that may be sealed: the one way in for the API, the command line and imports.

use std::sync::Arc;

use bytes::Bytes;
use prost::Message as _;
use serde_json::Value;
use socai_domain::{CivilDate, Event, Registry, rules};
use socai_proto::{
    json, schema,
    v1::{self, event::Kind},
    validate_annex,
};
use socai_tlog::UnitNo;

use crate::{
    entropy::{EventId, IdMaker, random},
    personal,
    problem::Problem,
    vault::{self, Trial, Vault, VaultError, Where},
};

/// Content that broke no rule this ward can check, ready to be sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The event's id, unique in the chain.
    pub id: EventId,
    /// The facts, canonically encoded.
    pub facts: Bytes,
    /// The annex, empty when there is none.
    pub annex: Bytes,
}

/// What the way of entry adds to a form.
#[derive(Clone, Debug, Default)]
pub struct Given<'a> {
    /// The kind, where the form does not state one.
    pub kind: Option<&'static str>,
    /// The id of this very event, when the caller can name it again; a stated `id` goes before.
    pub id: Option<EventId>,
    /// File and row it comes from.
    pub row: Option<([u8; 32], u32)>,
    /// Where it is only tried, among what: then nobody is put into the vault.
    pub trial: Option<(&'a Trial, Where)>,
}

/// Drafts and checks for one unit.
pub struct Drafter {
    unit: String,
    no: UnitNo,
    ids: IdMaker,
    registry: Option<Registry>,
    vault: Arc<Vault>,
}

impl Drafter {
    /// Drafts for the unit with this id and number; without a registry, rules about other units are left to the district.
    pub fn new(
        unit: &str,
        no: UnitNo,
        ids: IdMaker,
        registry: Option<Registry>,
        vault: Arc<Vault>,
    ) -> Drafter {
        Drafter { unit: unit.to_owned(), no, ids, registry, vault }
    }

    /// Makes the tokens of persons in drafts survive a power cut; before they are sealed.
    ///
    /// # Errors
    /// They may be lost: nothing may be sealed.
    pub fn settle(&self) -> Result<(), VaultError> {
        self.vault.settle()
    }

    /// Whether the units of the ledger are known here.
    pub fn knows_units(&self) -> bool {
        self.registry.is_some()
    }

    /// Makes ids of rows and requests.
    pub fn ids(&self) -> &IdMaker {
        &self.ids
    }

    /// Drafts one event as of `today` in Viet Nam. A person in the form (`identity`) becomes a token of the vault.
    ///
    /// The form may leave out `unit`, `id`, `level` (then internal), `source` (then manual) and `entered_by` (then the unit's id).
    ///
    /// # Errors
    /// Everything that is wrong, field by field. Nothing of it was sealed.
    pub fn draft(&self, form: &Value, given: &Given<'_>, today: CivilDate) -> Result<Draft, Vec<Problem>> {
        self.check_unit(form)?;
        let named = with_kind(form, given.kind);
        let form = named.as_ref().unwrap_or(form);
        let identified = vault::identified(&self.vault, form, given.trial)?;
        let (mut event, mut annex) =
            json::event_from_json(identified.as_ref().unwrap_or(form)).map_err(problems)?;
        let id = self.complete(&mut event, given)?;
        if annex != v1::Annex::default() && annex.salt.is_empty() {
            annex.salt = self.ids.salt(&id).to_vec().into();
        }
        let facts = event.encode_to_vec();
        let mut found = self.check_rules(&facts, today);
        found.extend(problems(validate_annex(&annex)));
        found.extend(personal::found_in(&annex));
        if let Some(Kind::KeyRotated(_)) = event.kind {
            found.push(own_command());
        }
        if found.is_empty() {
            Ok(Draft { id, facts: facts.into(), annex: annex.encode_to_vec().into() })
        } else {
            Err(found)
        }
    }

    fn check_unit(&self, form: &Value) -> Result<(), Vec<Problem>> {
        match form.get("unit") {
            None | Some(Value::Null) => Ok(()),
            Some(Value::String(unit)) if *unit == self.unit => Ok(()),
            Some(other) => Err(vec![Problem::new(
                "unit",
                "wrong_unit",
                format!("Máy này chỉ niêm phong cho đơn vị `{}`, không cho {other}", self.unit),
                format!("this node seals for `{}` only, not for {other}", self.unit),
            )]),
        }
    }

    /// Puts in what the form left out, and tells the id.
    fn complete(&self, event: &mut v1::Event, given: &Given) -> Result<EventId, Vec<Problem>> {
        if event.id.is_empty() {
            let id =
                given.id.map_or_else(random::<16>, Ok).map_err(|error| vec![no_id(&error.to_string())])?;
            event.id = id.to_vec().into();
        }
        if event.level == v1::Level::Unspecified as i32 {
            event.level = v1::Level::Internal as i32;
        }
        if event.entered_by.is_empty() {
            event.entered_by = self.unit.clone();
        }
        if let Some((file, row)) = given.row {
            let kind = v1::SourceKind::Import as i32;
            event.source =
                Some(v1::Source { kind, file: file.to_vec().into(), row: Some(row), ..Default::default() });
        } else if event.source.is_none() {
            let kind = v1::SourceKind::Manual as i32;
            event.source = Some(v1::Source { kind, ..Default::default() });
        }
        event.id.as_ref().try_into().map_err(|_| vec![no_id("16 bytes, 32 hex digits")])
    }

    /// Every rule that facts break as of `today`, as far as the units are known here.
    pub(crate) fn check_rules(&self, facts: &[u8], today: CivilDate) -> Vec<Problem> {
        let event = match Event::decode(facts) {
            Ok(event) => event,
            Err(error) => return vec![Problem::new("", "malformed", error.to_string(), error.to_string())],
        };
        let nobody = Registry::new();
        let registry = self.registry.as_ref().unwrap_or(&nobody);
        let breaches = rules::check(&event, self.no, &rules::Ctx::draft(registry, today));
        // who exists is not known here without a registry: the district will say
        let counts = |breach: &socai_domain::Breach| self.knows_units() || breach.code != "unknown_unit";
        breaches.into_iter().filter(counts).map(Problem::from).collect()
    }
}

fn with_kind(form: &Value, kind: Option<&'static str>) -> Option<Value> {
    let (kind, form) = (kind?, form.as_object()?);
    let states_one = form.get("kind").is_some_and(|stated| !stated.is_null() && stated.as_str() != Some(""));
    (!states_one).then(|| {
        let mut form = form.clone();
        form.insert("kind".to_owned(), kind.into());
        Value::Object(form)
    })
}

fn problems(errors: Vec<socai_proto::FieldError>) -> Vec<Problem> {
    errors.into_iter().map(Problem::from).collect()
}

fn no_id(expected: &str) -> Problem {
    let label = schema::EVENT.field("id").map_or("id", |field| field.label.vi);
    Problem::new("id", "bad_format", format!("{label}: {expected}"), format!("id: {expected}"))
}

fn own_command() -> Problem {
    Problem::new(
        "kind",
        "own_command",
        "Thay khóa bằng lệnh `keys rotate`: khóa mới phải được lưu trước khi niêm phong",
        "rotate keys with the `keys rotate` command: the new key must be stored before this is sealed",
    )
}
