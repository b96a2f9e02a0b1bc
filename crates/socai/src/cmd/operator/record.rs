//! `socai district record`: facts of the operator, tried before they are sealed.

use std::{collections::HashMap, process::ExitCode};

use anyhow::{Context as _, Result};
use bytes::Bytes;
use prost::Message as _;
use serde_json::json;
use socai_district::{Ledger, Stated, Tried, now_ms};
use socai_fold::Reason;
use socai_log::Reader;
use socai_proto::v1::{self, event::Kind};
use socai_tlog::{EventName, UnitNo};

use crate::{
    cli::StateArgs,
    cmd::operator::{Wrong, form, open, placed, refused},
    lang::Lang,
    out, state,
};

/// Records every event of the files that is not recorded yet, or none; prints name and leaf of each.
///
/// A crash leaves all of them in the log or none. After one that is repeated, events with ids of their own are told apart from new ones.
pub fn run(args: &StateArgs, lang: Lang) -> Result<ExitCode> {
    let forms = form::read(&args.files)?;
    let mut ledger = open(&args.dir, lang)?;
    let operator = ledger.registry().unit(UnitNo::OPERATOR).map(|unit| unit.id.clone());
    let operator = operator.context("the operator, unit 0, is not registered")?;
    let (mut events, mut places, mut wrong) = (Vec::new(), Vec::new(), Vec::new());
    for form in forms {
        match form::stated(&form, &operator)? {
            Ok(stated) => {
                events.push(stated);
                places.push(form.place);
            }
            Err(found) => wrong.extend(found),
        }
    }
    let earlier = sorted_out(&events, &places, &recorded(ledger.reader())?, &mut wrong);
    let is_new = |index: &usize| earlier[*index].is_none();
    let new: Vec<usize> = (0..events.len()).filter(is_new).collect();
    let batch: Vec<Stated> = new.iter().map(|index| events[*index].clone()).collect();
    let (fold, now_ms) = (state::newest(ledger.reader())?, now_ms());
    let tried = match wrong.is_empty() {
        true => ledger.state_tried(fold, &batch, now_ms)?,
        false => Tried::Refused(ledger.refusals(fold, &batch, now_ms)?),
    };
    let names = match tried {
        Tried::Stated(names) => names,
        Tried::Refused(refusals) => {
            let places: Vec<String> = new.iter().map(|index| places[*index].clone()).collect();
            wrong.extend(placed(refusals, &places));
            return refused(&wrong, lang);
        }
    };
    let mut names = names.into_iter();
    for (stated, earlier) in events.iter().zip(&earlier) {
        let name = earlier.or_else(|| names.next()).context("a name for every event")?;
        tell(&ledger, stated, name, earlier.is_some())?;
    }
    events.iter().filter_map(|stated| unknown_successor(&ledger, stated)).for_each(|id| warn(id, lang));
    if batch.iter().any(|stated| matches!(stated.event.kind, Some(Kind::AnnexErased(_)))) {
        // every start destroys what is ordered and still there
        drop(ledger);
        drop(open(&args.dir, lang)?);
    }
    Ok(ExitCode::SUCCESS)
}

fn tell(ledger: &Ledger, stated: &Stated, name: EventName, was_recorded: bool) -> Result<()> {
    let facts = stated.event.encode_to_vec();
    let tag = socai_domain::Event::decode(&facts)?.tag();
    let kind = socai_proto::kind_by_tag(tag).map_or("", |kind| kind.name);
    let leaf = ledger.reader().leaf_of(name)?;
    let mut line = json!({"name": name.to_string(), "leaf": leaf.0, "kind": kind});
    if was_recorded {
        line["recorded_before"] = true.into();
    }
    Ok(out::line(&line.to_string())?)
}

/// The unit that a succession hands work to, when nobody of that id is registered: another ledger may have it, and so may a typing error.
fn unknown_successor<'s>(ledger: &Ledger, stated: &'s Stated) -> Option<&'s str> {
    match &stated.event.kind {
        Some(Kind::UnitSucceeded(said)) => {
            Some(said.to.as_str()).filter(|id| ledger.registry().by_id(id).is_none())
        }
        _ => None,
    }
}

fn warn(successor: &str, lang: Lang) {
    out::aside(&match lang {
        Lang::Vi => format!(
            "chú ý: đơn vị kế thừa {successor} chưa được đăng ký trong sổ cái này; nếu đơn vị ấy ghi ở đây, hãy đăng ký (socai unit enrol). \
             socai pending liệt kê cho đến khi đó"
        ),
        Lang::En => format!(
            "note: the successor {successor} is not registered in this ledger; if it is to publish here, enrol it (socai unit enrol). \
             socai pending lists it until then"
        ),
    });
}

/// What the operator has recorded, by event id.
fn recorded(reader: &Reader) -> Result<HashMap<Bytes, (EventName, Bytes)>> {
    let mut known = HashMap::new();
    for seq in 0..reader.unit_len(UnitNo::OPERATOR)? {
        let name = EventName::new(UnitNo::OPERATOR.0, seq);
        let facts = reader.record(reader.leaf_of(name)?)?.record.facts().clone();
        let id = v1::Event::decode(facts.clone())?.id;
        known.entry(id).or_insert((name, facts));
    }
    Ok(known)
}

/// For each event the record that holds it already, if one does. An id that stands for other facts in the chain, or twice in the batch, is wrong.
fn sorted_out(
    events: &[Stated],
    places: &[String],
    known: &HashMap<Bytes, (EventName, Bytes)>,
    wrong: &mut Vec<Wrong>,
) -> Vec<Option<EventName>> {
    let (mut earlier, mut batch) = (Vec::new(), HashMap::new());
    for (stated, place) in events.iter().zip(places) {
        let id = &stated.event.id;
        let found = known.get(id);
        if let Some((name, _)) = found.filter(|(_, facts)| *facts != stated.event.encode_to_vec()) {
            wrong.push(Wrong::new(place, id_taken(&name.to_string())));
        }
        if let Some(first) = batch.insert(id.clone(), place) {
            wrong.push(Wrong::new(place, id_taken(first)));
        }
        earlier.push(found.map(|(name, _)| *name));
    }
    earlier
}

fn id_taken(by: &str) -> Reason {
    Reason {
        field: "id".to_owned(),
        code: "id_taken".to_owned(),
        message_vi: format!("Mã này đã thuộc về {by}; mỗi sự kiện có mã riêng"),
        message_en: format!("this id belongs to {by}; every event has an id of its own"),
    }
}
