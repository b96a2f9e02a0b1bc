//! A compensation plan on its way from the notice to the approval, round by round (Land Law).
//!
//! A round goes through its stages in order. Re-drafting or withdrawing it begins the order anew, so nothing after them is out of order.

use std::collections::BTreeMap;

use socai_proto::{
    schema::{self, Label},
    v1::ClearanceStage,
    view,
};

use super::{
    Asked, Detail, Finding, Judged, Value,
    finding::{day, money},
    holidays, label_of,
    story::{Fact, Story},
};
use crate::{CivilDate, Dong, Kind, law::clearance as law};

/// Where a plan stands: the stage of the round that has come least far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Money was paid or land handed over, the plan itself has not been recorded yet.
    Pending,
    /// A stage of the plan.
    At(ClearanceStage),
    /// Approved, compensation is being paid.
    Paying,
    /// The whole project is cleared with it.
    Cleared,
}

impl State {
    /// The state in words.
    pub fn label(self) -> Label {
        match self {
            State::Pending => Label {
                vi: "chờ phương án được ghi sổ",
                en: "waiting for its plan to be recorded",
            },
            State::At(stage) => stage_label(stage),
            State::Paying => Label { vi: "đang chi trả", en: "being paid" },
            State::Cleared => Label { vi: "hoàn thành giải phóng mặt bằng", en: "cleared" },
        }
    }
}

type Step<'f> = (&'f Fact<'f>, view::ClearanceStageReached<'f>);

/// What is known of one round.
#[derive(Default)]
struct Round<'f> {
    steps: Vec<Step<'f>>,
    payments: Vec<(&'f Fact<'f>, view::ClearancePaymentMade<'f>)>,
}

/// Rounds by plan and number.
type Rounds<'f> = BTreeMap<(&'f str, u32), Round<'f>>;

/// Judges the plan of a case; none when no fact is of that family.
pub(super) fn judge(story: &Story<'_>, asked: &Asked<'_>) -> Option<Judged> {
    let mut rounds = Rounds::new();
    let (mut area, mut is_cleared, mut handed_over) = (0, false, Vec::new());
    for fact in story.iter() {
        match *fact.event.kind() {
            Kind::ClearanceStageReached(step) => {
                rounds.entry((step.plan, step.round)).or_default().steps.push((fact, step));
            }
            Kind::ClearancePaymentMade(paid) => {
                rounds.entry((paid.plan, paid.round)).or_default().payments.push((fact, paid));
            }
            Kind::ClearanceSiteHandedOver(site) => {
                area += u64::from(site.area_m2);
                is_cleared |= site.complete;
                handed_over.push(fact.name);
            }
            _ => {}
        }
    }
    let reached = rounds.values().filter_map(|round| round.steps.last()).map(|(_, step)| step.stage());
    let is_paying = rounds.values().any(|round| !round.payments.is_empty());
    let state = match reached.min_by_key(|stage| progress(*stage)) {
        _ if is_cleared => State::Cleared,
        None if rounds.is_empty() && handed_over.is_empty() => return None,
        None => State::Pending,
        Some(ClearanceStage::Approved) if is_paying => State::Paying,
        Some(stage) => State::At(stage),
    };
    let mut details = details(&rounds);
    if area > 0 {
        details.push(Detail::new("diện tích đã bàn giao (m²)", "area handed over (m²)", Value::Count(area)));
    }
    let findings = rounds.values().flat_map(|round| findings(round, asked)).collect();
    Some(Judged { state: super::State::Clearance(state), details, findings, marks: vec![] })
}

/// How far a stage is; a round that is drafted again is back at its draft, a withdrawn one at nothing.
fn progress(stage: ClearanceStage) -> i32 {
    match stage {
        ClearanceStage::Redrafted => ClearanceStage::DraftPrepared as i32,
        ClearanceStage::Withdrawn => 0,
        stage => stage as i32,
    }
}

fn is_new_start(stage: ClearanceStage) -> bool {
    matches!(stage, ClearanceStage::Redrafted | ClearanceStage::Withdrawn)
}

fn details(rounds: &Rounds<'_>) -> Vec<Detail> {
    let last = rounds.values().filter_map(|round| round.steps.last());
    let land_users = last.map(|(_, step)| u64::from(step.land_users)).sum();
    let approved = rounds.values().filter_map(|round| approved(&round.steps)?.1.amount.map(Dong));
    let paid = rounds.values().map(Round::paid);
    let mut details = vec![
        Detail::new("số đợt", "rounds", Value::Count(rounds.len() as u64)),
        Detail::new("số trường hợp sử dụng đất", "land users", Value::Count(land_users)),
    ];
    let sum = |sum: Option<Dong>| sum.filter(|amount| amount.0 > 0).map(Value::Money);
    let approved = sum(Dong::checked_sum(approved));
    let paid = sum(Dong::checked_sum(paid));
    details.extend(approved.map(|sum| Detail::new("kinh phí được duyệt", "amount approved", sum)));
    details.extend(paid.map(|sum| Detail::new("đã chi trả", "amount paid", sum)));
    details
}

impl Round<'_> {
    fn paid(&self) -> Dong {
        let amounts = self.payments.iter().map(|(_, payment)| Dong(payment.amount));
        Dong::checked_sum(amounts).unwrap_or(Dong(i64::MAX))
    }
}

/// The latest approval of a round, unless the round was withdrawn or drafted again since.
fn approved<'s, 'f>(steps: &'s [Step<'f>]) -> Option<&'s Step<'f>> {
    let current = since_new_start(steps);
    current.iter().rev().find(|(_, step)| step.stage() == ClearanceStage::Approved)
}

/// The steps after the last re-draft or withdrawal.
fn since_new_start<'s, 'f>(steps: &'s [Step<'f>]) -> &'s [Step<'f>] {
    let start = steps.iter().rposition(|(_, step)| is_new_start(step.stage()));
    &steps[start.map_or(0, |at| at + 1)..]
}

/// What is found about one round.
fn findings(round: &Round<'_>, asked: &Asked<'_>) -> Vec<Finding> {
    let mut out = Vec::new();
    payments(round, asked, &mut out);
    out.extend(notice(round, asked));
    for attempt in round.steps.split(|(_, step)| is_new_start(step.stage())) {
        out_of_order(attempt, &mut out);
        skipped(attempt, &mut out);
        posting(attempt, asked, &mut out);
    }
    out
}

/// Payments follow an approval, stay within it and come in time.
fn payments(round: &Round<'_>, asked: &Asked<'_>, out: &mut Vec<Finding>) {
    let facts = |from: &[&Fact<'_>]| from.iter().map(|fact| fact.name).collect::<Vec<_>>();
    let paid_by: Vec<_> = round.payments.iter().map(|(fact, _)| *fact).collect();
    let Some((approval, step)) = approved(&round.steps) else {
        if !paid_by.is_empty() {
            let (vi, en) = ("đã chi trả, chưa có phê duyệt", "paid, but no approval is recorded");
            out.push(Finding::new("payment_pending", facts(&paid_by), vi, en));
        }
        return;
    };
    let early: Vec<_> = paid_by.iter().copied().filter(|fact| fact.on() < approval.on()).collect();
    if !early.is_empty() {
        let (vi, en) = ("chi trả trước ngày phê duyệt", "paid before the approval");
        out.push(Finding::new("paid_before_approval", facts(&early), vi, en));
    }
    let (paid, Some(amount)) = (round.paid(), step.amount.map(Dong)) else { return };
    let (paid_text, amount_text) = (money(paid), money(amount));
    let mut names = vec![approval.name];
    names.extend(facts(&paid_by));
    if paid > amount {
        out.push(
            Finding::new(
                "more_than_approved",
                names,
                format!("đã chi trả {paid_text}, được duyệt {amount_text} đồng"),
                format!("{paid_text:#} paid, {amount_text:#} VND approved"),
            )
            .of(paid.checked_sub(amount).unwrap_or(Dong::ZERO)),
        );
        return;
    }
    let Some(term) = law::payment(asked.rules, approval.on()).filter(|_| paid < amount) else { return };
    let last = asked.rules.calendar().deadline(approval.on(), term.value);
    if let Some(last) = last.filter(|last| *last < asked.on) {
        let unknown = holidays::unknown(asked, (approval.on(), last), || names.clone());
        out.push(
            Finding::new(
                "payment_late",
                names,
                format!("quá hạn chi trả {}: mới trả {paid_text} trong {amount_text} đồng", day(last)),
                format!("due {last}: {paid_text:#} of {amount_text:#} VND paid"),
            )
            .of(amount.checked_sub(paid).unwrap_or(Dong::ZERO))
            .late_by(i64::from(asked.on.days_since(last)))
            .by(term.source),
        );
        out.extend(unknown);
    }
}

/// Land is recovered, together with the approval, so many days after the notice. What sort of land it is no fact says, so between the
/// two terms it can only be said which land the days are enough for.
fn notice(round: &Round<'_>, asked: &Asked<'_>) -> Option<Finding> {
    let withdrawn = round.steps.iter().rposition(|(_, step)| step.stage() == ClearanceStage::Withdrawn);
    let current = &round.steps[withdrawn.map_or(0, |at| at + 1)..];
    let (noticed, _) = current.iter().find(|(_, step)| step.stage() == ClearanceStage::Notice)?;
    let (approval, _) = approved(&round.steps)?;
    let term = law::notice(asked.rules, noticed.on())?;
    let (farm, other) = term.value;
    let days = approval.on().days_since(noticed.on());
    let facts = vec![noticed.name, approval.name];
    let found = if i64::from(days) < i64::from(farm) {
        Finding::new(
            "notice_too_short",
            facts,
            format!(
                "phê duyệt {days} ngày sau thông báo thu hồi, luật đòi {farm} ngày với đất nông nghiệp, {other} ngày với đất khác, trừ khi mọi người sử dụng đất đồng ý"
            ),
            format!(
                "approved {days} days after the notice, the law asks for {farm} for farm land and {other} for other land, unless every land user agrees"
            ),
        )
    } else if i64::from(days) < i64::from(other) {
        Finding::new(
            "notice_for_farm_land_only",
            facts,
            format!(
                "phê duyệt {days} ngày sau thông báo thu hồi: chỉ đủ với đất nông nghiệp, đất khác phải {other} ngày"
            ),
            format!(
                "approved {days} days after the notice: enough for farm land only, other land has {other}"
            ),
        )
    } else {
        return None;
    };
    Some(found.by(term.source))
}

/// A stage dated after a later one.
fn out_of_order(attempt: &[Step<'_>], out: &mut Vec<Finding>) {
    for pair in attempt.windows(2) {
        let [(earlier, from), (later, to)] = pair else { continue };
        // several stages of one day have no order among them
        if to.stage < from.stage && earlier.on() < later.on() {
            let (from, to) = (stage_label(from.stage()), stage_label(to.stage()));
            out.push(Finding::new(
                "out_of_order",
                vec![earlier.name, later.name],
                format!("bước “{}” sau bước “{}”", to.vi, from.vi),
                format!("`{}` comes after `{}`", to.en, from.en),
            ));
        }
    }
}

/// Stages that may not be passed over: each with the one it needs.
const NEEDS: [(ClearanceStage, ClearanceStage); 5] = [
    (ClearanceStage::DraftPrepared, ClearanceStage::Inventory),
    (ClearanceStage::DraftPassed, ClearanceStage::DraftPrepared),
    (ClearanceStage::Published, ClearanceStage::DraftPassed),
    (ClearanceStage::Appraised, ClearanceStage::Published),
    (ClearanceStage::Approved, ClearanceStage::Appraised),
];

fn skipped(attempt: &[Step<'_>], out: &mut Vec<Finding>) {
    let at = |stage| attempt.iter().find(|(_, step)| step.stage() == stage);
    for (stage, needed) in NEEDS {
        let Some((fact, _)) = at(stage).filter(|_| at(needed).is_none()) else { continue };
        // what came before the ledger was kept is not missing
        if attempt.iter().any(|(_, step)| progress(step.stage()) < progress(needed)) || is_late(stage) {
            let (stage, needed) = (stage_label(stage), stage_label(needed));
            out.push(Finding::new(
                "stage_missing",
                vec![fact.name],
                format!("có bước “{}”, chưa có bước “{}”", stage.vi, needed.vi),
                format!("`{}` is recorded, `{}` is not", stage.en, needed.en),
            ));
        }
    }
}

fn is_late(stage: ClearanceStage) -> bool {
    stage as i32 >= ClearanceStage::Appraised as i32
}

/// The draft is posted for the days the law asks before it is appraised or approved.
fn posting(attempt: &[Step<'_>], asked: &Asked<'_>, out: &mut Vec<Finding>) {
    let first = |stage| attempt.iter().find(|(_, step)| step.stage() == stage).map(|(fact, _)| *fact);
    let Some(posted) = first(ClearanceStage::Published) else { return };
    let next = first(ClearanceStage::Appraised).or_else(|| first(ClearanceStage::Approved));
    let (Some(next), Some(term)) = (next, law::posting(asked.rules, posted.on())) else { return };
    let days = next.on().days_since(posted.on());
    if i64::from(days) < i64::from(term.value) {
        let (least, until) = (term.value, end_of(posted.on(), term.value));
        out.push(
            Finding::new(
                "posting_too_short",
                vec![posted.name, next.name],
                format!("niêm yết {days} ngày, phải đủ {least} ngày (đến {})", day(until)),
                format!("posted for {days} days, the law asks for {least} (until {until})"),
            )
            .by(term.source),
        );
    }
}

fn end_of(from: CivilDate, days: u32) -> CivilDate {
    i32::try_from(days).ok().and_then(|days| from.add_days(days)).unwrap_or(from)
}

fn stage_label(stage: ClearanceStage) -> Label {
    label_of(&schema::CLEARANCE_STAGE, stage as i64)
}
