//! A one-stop-shop dossier: its status on the national portal, and whether it was dealt with in time (Decision 766/QĐ-TTg).
//!
//! The end is the moment it was processed, else returned, else stopped, refused or withdrawn; while it has none, the end of the asking
//! day. The time in which the citizen supplements papers does not count. A dossier that waits for papers ended when they were asked
//! for, except that a request beyond those allowed makes it late.
//!
//! It is digitised when all its papers are, newly or used again, and its result is electronic, which is due once it was processed or
//! returned. It reuses data when at least one of its papers was used again.

use socai_proto::{
    schema::{self, Label},
    v1::DossierStatus,
    view,
};
use socai_tlog::EventName;

use super::{
    Asked, Detail, Finding, Judged, Value,
    finding::day,
    label_of,
    story::{Fact, Story, names},
};
use crate::{CivilDate, Kind, law::dossier as law};

const MINUTES_A_DAY: i64 = 1_440;

/// The mark of a dossier that is digitised.
pub(super) const DIGITISED: &str = "digitised";
/// The mark of one with a paper that was used again.
pub(super) const REUSED: &str = "reused";

/// Where a dossier stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Its receipt has not been recorded yet.
    Pending,
    /// A status of the national list.
    At(DossierStatus),
}

impl State {
    /// The state in words.
    pub fn label(self) -> Label {
        let pending = Label {
            vi: "chờ việc tiếp nhận được ghi sổ",
            en: "waiting for its receipt to be recorded",
        };
        match self {
            State::Pending => pending,
            State::At(status) => status_label(status),
        }
    }
}

impl State {
    /// Whether its time has ended.
    pub(super) fn is_settled(self) -> bool {
        matches!(self, State::At(status) if is_finished(status))
    }
}

/// A status reached.
struct Step<'f> {
    fact: &'f Fact<'f>,
    status: DossierStatus,
    /// Minutes since 1970 in Viet Nam.
    at: i64,
    /// Whether the result is electronic.
    has_result: bool,
    /// Whether a letter of apology was sent.
    is_sorry: bool,
    /// Whether the fee was paid online.
    is_paid: bool,
}

impl<'f> Step<'f> {
    fn of(fact: &'f Fact<'f>, change: &view::DossierStatusChanged) -> Self {
        let at = minute(fact.on(), change.at);
        let (has_result, is_sorry, is_paid) = (change.e_result, change.apology, change.online_paid);
        Step { fact, status: change.status(), at, has_result, is_sorry, is_paid }
    }

    /// The minute is more exact than the order of sealing.
    fn place(&self) -> (i64, EventName) {
        (self.at, self.fact.name)
    }
}

/// Where the dossier of a case stands; none when no fact is of that family.
pub(super) fn stands(story: &Story<'_>) -> Option<super::State> {
    let (mut is_received, mut has_papers, mut latest) = (false, false, None::<Step<'_>>);
    for fact in story.iter() {
        match *fact.event.kind() {
            Kind::DossierReceived(_) => is_received = true,
            Kind::DossierStatusChanged(change) => {
                let step = Step::of(fact, &change);
                if latest.as_ref().is_none_or(|latest| latest.place() <= step.place()) {
                    latest = Some(step);
                }
            }
            Kind::DossierComponentDigitised(_) => has_papers = true,
            _ => {}
        }
    }
    let state = match (is_received, latest) {
        (true, Some(step)) => State::At(step.status),
        (true, None) => State::At(DossierStatus::Accepted),
        (false, None) if !has_papers => return None,
        (false, _) => State::Pending,
    };
    Some(super::State::Dossier(state))
}

/// Judges the dossier of a case; none when no fact is of that family.
pub(super) fn judge(story: &Story<'_>, asked: &Asked<'_>) -> Option<Judged> {
    let (mut receipts, mut steps, mut papers) = (Vec::new(), Vec::new(), Vec::new());
    for fact in story.iter() {
        match *fact.event.kind() {
            Kind::DossierReceived(data) => receipts.push((fact, data)),
            Kind::DossierStatusChanged(change) => {
                steps.push(Step::of(fact, &change));
            }
            Kind::DossierComponentDigitised(data) => papers.push((fact, data)),
            _ => {}
        }
    }
    steps.sort_by_key(Step::place);
    let Some((fact, data)) = receipts.last().copied() else { return pending(&steps, &papers) };
    let status = steps.last().map_or(DossierStatus::Accepted, |step| step.status);
    let mut findings = Vec::new();
    let mut details = Vec::new();
    if let Ok(promised) = CivilDate::from_yyyymmdd(data.promised_on) {
        let late = lateness(fact, &steps, promised, asked);
        let label = match (&late, is_finished(status)) {
            (Some(_), _) => Label { vi: "quá hạn", en: "late" },
            (None, true) => Label { vi: "đúng hạn", en: "on time" },
            (None, false) => Label { vi: "trong hạn", en: "within its term" },
        };
        details.push(Detail::new("hẹn trả", "promised", Value::Day(promised)));
        details.push(Detail::new("thời hạn", "term", Value::Words(label)));
        let apology = late.as_ref().and_then(|late| apology_missing(fact, late, &steps));
        findings.extend(late.into_iter().chain(apology));
    }
    findings.extend(after_end(&steps));
    findings.extend(out_of_order(&steps));
    findings.extend(too_many_papers(fact, &data, &papers));
    findings.extend(paid_without_fee(fact, &data, &steps));
    findings.extend(received_twice(receipts.iter().map(|(fact, _)| *fact)));
    let marks = marks(&data, &steps, &papers);
    if marks.contains(&DIGITISED) {
        let words = Label { vi: "đủ thành phần và kết quả", en: "all papers and the result" };
        details.push(Detail::new("số hóa", "digitised", Value::Words(words)));
    }
    Some(Judged { state: super::State::Dossier(State::At(status)), details, findings, marks })
}

fn pending(steps: &[Step<'_>], papers: &[(&Fact<'_>, view::DossierComponentDigitised)]) -> Option<Judged> {
    let facts = steps.iter().map(|step| step.fact.name).chain(papers.iter().map(|(fact, _)| fact.name));
    let mut facts: Vec<_> = facts.collect();
    if facts.is_empty() {
        return None;
    }
    facts.sort_unstable();
    let (vi, en) =
        ("hồ sơ chưa được ghi sổ tiếp nhận", "the receipt of the dossier is not in the ledger yet");
    let findings = vec![Finding::new("receipt_pending", facts, vi, en)];
    Some(Judged { state: super::State::Dossier(State::Pending), details: vec![], findings, marks: vec![] })
}

/// Why a dossier is late; none when it is, or still may be, on time.
fn lateness(
    received: &Fact<'_>,
    steps: &[Step<'_>],
    promised: CivilDate,
    asked: &Asked<'_>,
) -> Option<Finding> {
    let requests = || steps.iter().filter(|step| step.status == DossierStatus::SupplementRequested);
    let allowed = law::supplements(asked.rules, received.on());
    if let Some(allowed) = allowed
        && let Some(step) = requests().nth(allowed.value as usize)
    {
        let most = allowed.value;
        return Some(
            Finding::new(
                "supplement_asked_again",
                vec![received.name, step.fact.name],
                format!("yêu cầu bổ sung quá {most} lần nên tính là quá hạn"),
                format!("papers were asked for more than {most} time, which counts as late"),
            )
            .by(allowed.source),
        );
    }
    let end = end(steps).unwrap_or_else(|| minute(asked.on, 1_439));
    let spent = end - waited(steps, end);
    let last = minute(promised, 1_439);
    (spent > last).then(|| {
        let days = (spent - last + MINUTES_A_DAY - 1) / MINUTES_A_DAY;
        let mut facts = vec![received.name];
        facts.extend(steps.last().map(|step| step.fact.name));
        Finding::new(
            "late",
            facts,
            format!("quá hạn trả {days} ngày (hẹn {})", day(promised)),
            format!("{days} days after the promised day, {promised}"),
        )
        .late_by(days)
        .by(allowed.map_or("", |allowed| allowed.source))
    })
}

/// The moment that counts as the end; none while the dossier has none.
fn end(steps: &[Step<'_>]) -> Option<i64> {
    let first = |status| steps.iter().find(|step| step.status == status).map(|step| step.at);
    let given_up = || {
        let last = steps.iter().rev().find(|step| is_given_up(step.status));
        last.map(|step| step.at)
    };
    let waits =
        || steps.last().filter(|step| step.status == DossierStatus::SupplementRequested).map(|step| step.at);
    first(DossierStatus::Processed)
        .or_else(|| first(DossierStatus::Returned))
        .or_else(given_up)
        .or_else(waits)
}

/// Minutes before the end in which the citizen supplemented papers.
fn waited(steps: &[Step<'_>], end: i64) -> i64 {
    let pairs = steps.windows(2).filter(|pair| pair[0].status == DossierStatus::SupplementRequested);
    pairs.map(|pair| (pair[1].at.min(end) - pair[0].at).max(0)).sum()
}

/// A status after the dossier had ended.
fn after_end(steps: &[Step<'_>]) -> Option<Finding> {
    let pair = steps.windows(2).find(|pair| {
        let (before, after) = (pair[0].status, pair[1].status);
        let only_returned = before == DossierStatus::Processed && after != DossierStatus::Returned;
        only_returned || before == DossierStatus::Returned || is_given_up(before)
    })?;
    let (before, after) = (status_label(pair[0].status), status_label(pair[1].status));
    Some(Finding::new(
        "after_its_end",
        vec![pair[0].fact.name, pair[1].fact.name],
        format!("trạng thái “{}” sau khi hồ sơ {}", after.vi, before.vi),
        format!("`{}` after the dossier was {}", after.en, before.en),
    ))
}

/// A dossier that passed its promised day without a letter of apology, with its result or before it.
fn apology_missing(received: &Fact<'_>, late: &Finding, steps: &[Step<'_>]) -> Option<Finding> {
    if late.code != "late" || steps.iter().any(|step| step.is_sorry) {
        return None;
    }
    let (vi, en) = ("quá hạn trả, chưa có thư xin lỗi", "late, and no letter of apology is recorded");
    let facts = std::iter::once(received.name).chain(steps.last().map(|step| step.fact.name));
    Some(Finding::new("apology_missing", facts.collect(), vi, en))
}

/// A dossier that is being dealt with does not go back to the counter: only once more papers were asked for it may be accepted again.
fn out_of_order(steps: &[Step<'_>]) -> Option<Finding> {
    use DossierStatus::{Accepted, InProcess, NotAccepted, PaymentRequested, Registered};
    let pair = steps.windows(2).find(|pair| match (pair[0].status, pair[1].status) {
        (before, Registered) => before != Registered,
        (InProcess | PaymentRequested, after) => matches!(after, Accepted | NotAccepted),
        _ => false,
    })?;
    let (before, after) = (status_label(pair[0].status), status_label(pair[1].status));
    Some(Finding::new(
        "out_of_order",
        vec![pair[0].fact.name, pair[1].fact.name],
        format!("trạng thái “{}” sau trạng thái “{}”", after.vi, before.vi),
        format!("`{}` comes after `{}`", after.en, before.en),
    ))
}

/// Paid online although nothing was asked for.
fn paid_without_fee(
    received: &Fact<'_>,
    data: &view::DossierReceived<'_>,
    steps: &[Step<'_>],
) -> Option<Finding> {
    let paid = steps.iter().find(|step| step.is_paid && data.fee == 0)?;
    let (vi, en) =
        ("đã nộp phí trực tuyến, hồ sơ không có phí", "a fee was paid online, the dossier has none");
    Some(Finding::new("paid_without_fee", vec![received.name, paid.fact.name], vi, en))
}

/// One code, several receipts.
fn received_twice<'f>(receipts: impl Iterator<Item = &'f Fact<'f>>) -> Option<Finding> {
    let facts = names(receipts);
    let (vi, en) = ("một mã hồ sơ được tiếp nhận nhiều lần", "one dossier is received several times");
    (facts.len() > 1).then(|| Finding::new("received_twice", facts, vi, en))
}

/// Whether it is digitised, and whether it reuses data.
fn marks(
    data: &view::DossierReceived<'_>,
    steps: &[Step<'_>],
    papers: &[(&Fact<'_>, view::DossierComponentDigitised)],
) -> Vec<&'static str> {
    let reused = papers.iter().map(|(_, said)| u64::from(said.reused)).sum::<u64>();
    let electronic = reused + papers.iter().map(|(_, said)| u64::from(said.digitised)).sum::<u64>();
    let has_papers = electronic >= u64::from(data.components).max(1);
    let is_due =
        steps.iter().any(|step| matches!(step.status, DossierStatus::Processed | DossierStatus::Returned));
    let has_result =
        papers.iter().any(|(_, said)| said.result_digitised) || steps.iter().any(|step| step.has_result);
    let marks = [(DIGITISED, has_papers && (has_result || !is_due)), (REUSED, reused > 0)];
    marks.into_iter().filter(|(_, has)| *has).map(|(mark, _)| mark).collect()
}

/// More papers digitised or used again than the dossier has.
fn too_many_papers(
    received: &Fact<'_>,
    data: &view::DossierReceived<'_>,
    papers: &[(&Fact<'_>, view::DossierComponentDigitised)],
) -> Option<Finding> {
    let handled =
        papers.iter().map(|(_, said)| u64::from(said.digitised) + u64::from(said.reused)).sum::<u64>();
    let components = data.components;
    (handled > u64::from(components)).then(|| {
        let facts = std::iter::once(received.name).chain(papers.iter().map(|(fact, _)| fact.name));
        Finding::new(
            "more_than_its_papers",
            facts.collect(),
            format!("số hóa, tái sử dụng {handled} thành phần, hồ sơ có {components}"),
            format!("{handled} papers digitised or reused, the dossier has {components}"),
        )
    })
}

fn is_given_up(status: DossierStatus) -> bool {
    matches!(status, DossierStatus::Stopped | DossierStatus::NotAccepted | DossierStatus::Withdrawn)
}

fn is_finished(status: DossierStatus) -> bool {
    matches!(status, DossierStatus::Processed | DossierStatus::Returned) || is_given_up(status)
}

fn minute(on: CivilDate, of_day: u32) -> i64 {
    i64::from(on.day_number()) * MINUTES_A_DAY + i64::from(of_day)
}

fn status_label(status: DossierStatus) -> Label {
    label_of(&schema::DOSSIER_STATUS, status as i64)
}
