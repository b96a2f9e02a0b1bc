//! Rules of the ledger's own kinds; units and keys are the registry's business.

use socai_proto::{v1::Answer, view};
use socai_tlog::{EventName, UnitNo};

use super::{Breaches, Ctx, common};
use crate::{Event, name_of, tables};

/// A unit is not its own successor.
pub(super) fn unit_succeeded(succession: &view::UnitSucceeded<'_>, out: &mut Breaches) {
    if succession.from == succession.to {
        out.add(
            "data.to",
            "own_successor",
            "Đơn vị không thể kế thừa chính nó",
            "a unit does not succeed itself",
        );
    }
}

/// A unit ends after it begins.
pub(super) fn unit_registered(unit: &view::UnitRegistered<'_>, out: &mut Breaches) {
    if let Some(valid_to) = unit.valid_to {
        common::in_order("data.valid_to", unit.valid_from, valid_to, out);
    }
}

/// The table parses; its content is what the fold will go by.
pub(super) fn rules_adopted(rules: &view::RulesAdopted<'_>, out: &mut Breaches) {
    if let Err(error) = tables::parse(rules.name, rules.content) {
        let field = if error.key == "name" { "data.name" } else { "data.content" };
        out.add(field, "bad_table", format!("Bộ quy tắc không đọc được: {error}"), error.to_string());
    }
}

/// An answer is another unit's, and a refusal has a ground.
pub(super) fn acknowledged(
    answer: &view::EventAcknowledged<'_>,
    publisher: UnitNo,
    ctx: &Ctx<'_>,
    out: &mut Breaches,
) {
    let target = before_this_record(answer.target.as_ref(), publisher, ctx, out);
    if target.is_some_and(|target| target.unit == publisher) {
        out.add(
            "data.target",
            "own_record",
            "Đơn vị không tự xác nhận bản ghi của mình",
            "a unit does not acknowledge its own record",
        );
    }
    if answer.answer() == Answer::Refused && answer.ground.is_empty() {
        out.add("data.ground", "required", "Từ chối phải nêu lý do", "a refusal states its ground");
    }
}

/// Envelope fields that a correction may change, besides everything under `data.`.
const CORRECTABLE: [&str; 6] = ["occurred_on", "place", "case", "refs", "doc", "level"];

/// A correction changes something that corrections may change. Whether its old values are the present ones is not this
/// record's alone to say.
pub(super) fn corrected(
    correction: &view::EventCorrected<'_>,
    publisher: UnitNo,
    ctx: &Ctx<'_>,
    out: &mut Breaches,
) {
    before_this_record(correction.target.as_ref(), publisher, ctx, out);
    for (i, change) in correction.changes.iter().enumerate() {
        let (first, rest) = change.field.split_once('.').unwrap_or((change.field, ""));
        if !(CORRECTABLE.contains(&first) || first == "data" && !rest.is_empty()) {
            out.add(
                format!("data.changes.{i}.field"),
                "not_correctable",
                format!("Trường `{}` không đính chính được", change.field),
                format!("`{}` cannot be corrected: only data.… and {}", change.field, CORRECTABLE.join(", ")),
            );
        }
        if change.old == change.new {
            let field = format!("data.changes.{i}.new");
            out.add(field, "no_change", "Giá trị mới giống giá trị cũ", "the new value is the old one");
        }
    }
}

/// A void names a record that is there.
pub(super) fn voided(void: &view::EventVoided, publisher: UnitNo, ctx: &Ctx<'_>, out: &mut Breaches) {
    before_this_record(void.target.as_ref(), publisher, ctx, out);
}

/// An annex is destroyed by whoever answers for it: the unit that published the record or continues its work, or the operator; and never
/// by one office alone, since it cannot be undone: the head of the body decides on what another proposes (Law 33/2024/QH15 on archives).
pub(super) fn annex_erased(
    erasure: &view::AnnexErased<'_>,
    event: &Event<'_>,
    publisher: UnitNo,
    ctx: &Ctx<'_>,
    out: &mut Breaches,
) {
    let Some(target) = before_this_record(erasure.target.as_ref(), publisher, ctx, out) else { return };
    let may =
        publisher == UnitNo::OPERATOR || ctx.registry.continues(publisher, target.unit, event.occurred_on());
    if !may {
        out.add(
            "data.target",
            "another_units_record",
            format!(
                "Bản ghi {target} của đơn vị khác; chỉ đơn vị đó hoặc đơn vị vận hành được tiêu hủy phần phụ"
            ),
            format!("record {target} is another unit's: that unit or the operator erases its annex"),
        );
    }
    if erasure.approver_position == event.entered_by() {
        out.add(
            "data.approver_position",
            "approves_own_entry",
            "Người duyệt tiêu hủy phải khác người nhập",
            "whoever approves an erasure is not who entered it",
        );
    }
}

/// In the publisher's own chain a target comes before the record that names it.
fn before_this_record(
    target: Option<&view::Ref>,
    publisher: UnitNo,
    ctx: &Ctx<'_>,
    out: &mut Breaches,
) -> Option<EventName> {
    let target = name_of(target?);
    let own = ctx.recorded.map(|recorded| recorded.name);
    if own.is_some_and(|own| target.unit == publisher && target.seq >= own.seq) {
        out.add(
            "data.target",
            "not_recorded_yet",
            format!("Bản ghi {target} không đứng trước bản ghi này"),
            format!("record {target} is not before this one"),
        );
    }
    Some(target)
}

/// A comparative covers days that are over.
pub(super) fn baseline_declared(
    baseline: &view::BaselineDeclared<'_>,
    event: &Event<'_>,
    out: &mut Breaches,
) {
    common::in_order("data.period_to", baseline.period_from, baseline.period_to, out);
    let (vi, en) = ("ngày khai báo", "the day of the declaration");
    common::not_after("data.period_to", baseline.period_to, event.occurred_on(), vi, en, out);
}

/// A closing covers days that are over, and declares nil what exists.
pub(super) fn period_closed(closing: &view::PeriodClosed<'_>, event: &Event<'_>, out: &mut Breaches) {
    common::in_order("data.to", closing.from, closing.to, out);
    common::not_after("data.to", closing.to, event.occurred_on(), "ngày chốt", "the day of the closing", out);
    common::distinct("data.nil_kinds", closing.nil_kinds, out);
    common::distinct("data.sections", closing.sections, out);
    for (i, nil) in closing.nil_kinds.iter().enumerate() {
        if socai_proto::kind(nil).is_none() && !is_indicator_code(nil) {
            out.add(
                format!("data.nil_kinds.{i}"),
                "unknown_kind",
                format!("`{nil}` không phải loại sự kiện hay mã chỉ tiêu"),
                format!("`{nil}` is neither a kind of event nor an indicator code"),
            );
        }
    }
}

/// `YT.04`, `TT.02b`: two capital letters, a dot, two digits, perhaps a letter. Which codes are adopted is not asked: a closing may
/// arrive before the table.
fn is_indicator_code(code: &str) -> bool {
    let shape = |bytes: &[u8]| {
        matches!(bytes, [a, b, b'.', c, d, rest @ ..]
            if a.is_ascii_uppercase() && b.is_ascii_uppercase() && c.is_ascii_digit() && d.is_ascii_digit()
                && matches!(rest, [] | [b'a'..=b'z']))
    };
    shape(code.as_bytes())
}

/// A report covers a span of days, and what it restates was recorded before it. That it names a figure once is not asked.
pub(super) fn report_issued(
    report: &view::ReportIssued<'_>,
    publisher: UnitNo,
    ctx: &Ctx<'_>,
    out: &mut Breaches,
) {
    if let Some(period) = &report.period {
        common::in_order("data.period.to", period.from, period.to, out);
    }
    if report.restates.is_some() {
        before_this_record(report.restates.as_ref(), publisher, ctx, out);
    }
}
