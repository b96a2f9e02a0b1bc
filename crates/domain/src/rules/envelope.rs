//! Rules of what every event carries: who, when, where.

use socai_proto::v1;
use socai_tlog::{EventName, UnitNo};

use super::{Breaches, Ctx, common};
use crate::{CivilDate, Event, Kind, Placed, name_of, registry::Unit};

pub(super) fn check(event: &Event<'_>, publisher: UnitNo, ctx: &Ctx<'_>, out: &mut Breaches) {
    let unit = ctx.registry.unit(publisher);
    publisher_may(event, publisher, unit, ctx, out);
    not_in_the_future(event, ctx, out);
    places_exist(event, publisher, ctx, out);
    builds_on_others(event, ctx, out);
    document_is_dated(event, ctx, out);
    key_flag_matches(event, publisher, unit, ctx, out);
}

/// The publisher is registered, valid on the day of the fact, not suspended, and entitled to the kind.
fn publisher_may(
    event: &Event<'_>,
    publisher: UnitNo,
    unit: Option<&Unit>,
    ctx: &Ctx<'_>,
    out: &mut Breaches,
) {
    if publisher == UnitNo::OPERATOR {
        return; // the operator exists by the ledger's origin
    }
    let Some(unit) = unit else {
        out.add(
            "unit",
            "unknown_unit",
            format!("Đơn vị số {publisher} chưa được đăng ký"),
            format!("unit {publisher} is not registered"),
        );
        return;
    };
    if unit.on(event.occurred_on()).is_none() {
        not_valid_on("unit", &unit.id, event.occurred_on(), out);
    }
    let suspended = ctx.recorded.map_or(unit.is_suspended(), |recorded| unit.is_suspended_at(recorded.leaf));
    if suspended {
        out.add(
            "unit",
            "suspended",
            format!("Đơn vị `{}` đang bị đình chỉ; liên hệ đơn vị vận hành", unit.id),
            format!("unit `{}` is suspended; ask the operator", unit.id),
        );
    }
    if is_operators(event.kind()) {
        out.add(
            "kind",
            "operator_only",
            "Chỉ đơn vị vận hành sổ cái được công bố loại sự kiện này",
            "only the operator of the ledger publishes this kind",
        );
    }
}

/// Kinds marked ° in the catalogue; a test holds this against the `operator_only` option of the descriptors.
fn is_operators(kind: &Kind<'_>) -> bool {
    matches!(
        kind,
        Kind::UnitRegistered(_)
            | Kind::UnitSucceeded(_)
            | Kind::UnitSuspended(_)
            | Kind::UnitResumed(_)
            | Kind::ForkEvidenced(_)
            | Kind::RulesAdopted(_)
    )
}

fn not_in_the_future(event: &Event<'_>, ctx: &Ctx<'_>, out: &mut Breaches) {
    if event.occurred_on() > ctx.received_on {
        out.add(
            "occurred_on",
            "in_the_future",
            format!("Ngày phát sinh {} sau ngày nhận {}", event.occurred_on(), ctx.received_on),
            format!("{} is after the day of receipt in Viet Nam, {}", event.occurred_on(), ctx.received_on),
        );
    }
}

fn places_exist(event: &Event<'_>, publisher: UnitNo, ctx: &Ctx<'_>, out: &mut Breaches) {
    match ctx.placed.unwrap_or_else(|| ctx.registry.placed(event, publisher)) {
        Placed::Nowhere => return,
        Placed::At(Some(unit)) if unit.on(event.occurred_on()).is_some() => return,
        Placed::At(_) | Placed::Several => {}
    }
    let places = event.place();
    for (i, place) in places.iter().enumerate() {
        unit_exists_on(&format_args!("place.{i}"), place, publisher, event.occurred_on(), ctx, out);
        if i > 0 && places.iter().take(i).any(|earlier| earlier == place) {
            let (vi, en) =
                (format!("Địa bàn `{place}` ghi hai lần"), format!("place `{place}` is listed twice"));
            out.add(format!("place.{i}"), "listed_twice", vi, en);
        }
    }
}

/// A unit named by a field is registered and exists on the day.
pub(super) fn unit_exists_on(
    field: &dyn std::fmt::Display,
    id: &str,
    publisher: UnitNo,
    date: CivilDate,
    ctx: &Ctx<'_>,
    out: &mut Breaches,
) {
    match ctx.registry.named(id, publisher) {
        Some(unit) if unit.on(date).is_some() => {}
        Some(unit) => not_valid_on(&field.to_string(), &unit.id, date, out),
        None => {
            let vi = format!("Đơn vị `{id}` chưa được đăng ký trong sổ cái này");
            out.add(
                field.to_string(),
                "unknown_unit",
                vi,
                format!("unit `{id}` is not registered in this ledger"),
            );
        }
    }
}

#[cold]
fn not_valid_on(field: &str, id: &str, date: CivilDate, out: &mut Breaches) {
    out.add(
        field,
        "unit_not_valid",
        format!("Đơn vị `{id}` không tồn tại vào ngày {date}; dùng đơn vị có hiệu lực ngày đó"),
        format!("unit `{id}` does not exist on {date}; use the one valid on that day"),
    );
}

/// Refs differ, and those into the publisher's own chain are behind this record.
fn builds_on_others(event: &Event<'_>, ctx: &Ctx<'_>, out: &mut Breaches) {
    if event.view().refs.is_empty() {
        return;
    }
    let is_ahead = |name: EventName| {
        ctx.recorded.is_some_and(|recorded| name.unit == recorded.name.unit && name.seq >= recorded.name.seq)
    };
    let ahead = match event.view().refs.len() {
        1 => event.view().refs.first().filter(|only| is_ahead(name_of(only))).map(|_| 0), // nearly always
        _ => event.refs().position(is_ahead),
    };
    if let Some(i) = ahead {
        let (vi, en) = ("Bản ghi được dẫn chiếu chưa có", "the record it refers to is not before this one");
        out.add(format!("refs.{i}"), "not_recorded_yet", vi, en);
    }
    if event.view().refs.len() < 2 {
        return;
    }
    for (i, name) in event.refs().enumerate().skip(1) {
        if event.refs().take(i).any(|earlier| earlier == name) {
            let (vi, en) = (format!("Bản ghi {name} nêu hai lần"), format!("record {name} is listed twice"));
            out.add(format!("refs.{i}"), "listed_twice", vi, en);
        }
    }
}

/// A document's numbering year is that of its date, and it was not issued after it was received.
fn document_is_dated(event: &Event<'_>, ctx: &Ctx<'_>, out: &mut Breaches) {
    let Some(doc) = event.doc() else { return };
    if i64::from(doc.year) != i64::from(doc.date / 10_000) {
        out.add(
            "doc.year",
            "year_differs",
            "Năm của số văn bản khác năm ban hành; số văn bản bắt đầu lại từ 01/01",
            "the year of the numbering is not that of the date; numbering restarts on 01/01",
        )
        .by("Decree 30/2020/NĐ-CP art. 15");
    }
    common::not_after("doc.date", doc.date, ctx.received_on, "ngày nhận", "the day of receipt", out);
}

/// A unit's record is flagged exactly when it is a `key.rotated`, whatever key it replaces and whomever it names.
///
/// Gate and audit look at a unit's flagged records only, so what they skip must not count in the fold. The operator's records
/// they all look at; there the flag is needed where it ends a segment, for the operator's own sealing key.
fn key_flag_matches(
    event: &Event<'_>,
    publisher: UnitNo,
    unit: Option<&Unit>,
    ctx: &Ctx<'_>,
    out: &mut Breaches,
) {
    let Some(recorded) = ctx.recorded else { return };
    let own = |id: &str| id.is_empty() || unit.is_some_and(|unit| unit.id == id);
    let (may, must) = match event.kind() {
        Kind::KeyRotated(_) if publisher != UnitNo::OPERATOR => (true, true),
        Kind::KeyRotated(rotation) => (true, rotation.key() == v1::KeyUse::Sealing && own(rotation.unit)),
        _ => (false, false),
    };
    if recorded.rotates_key && !may || !recorded.rotates_key && must {
        out.add(
            "kind",
            "flag_differs",
            "Cờ thay khóa trong tiêu đề không khớp với loại sự kiện",
            "the header's key flag does not match the kind",
        );
    }
}
