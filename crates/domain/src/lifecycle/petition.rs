//! A petition: received, accepted or turned away, concluded, each within its statutory days (Law 02/2011/QH13 on complaints,
//! 25/2018/QH14 on denunciations). Requests and feedback have no days in these laws.
//!
//! A complaint that is withdrawn is over. A denunciation may be gone on with all the same (art. 33), and then keeps its term.

use socai_proto::{
    schema::{self, Label},
    v1::{PetitionAction, PetitionClass},
    view,
};
use socai_tlog::EventName;

use super::{
    Asked, Detail, Finding, Judged, Value,
    finding::day,
    holidays, label_of,
    story::{Fact, Story},
};
use crate::{CivilDate, Kind, law::petition as law};

/// Where a petition stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It was handled, its receipt has not been recorded yet.
    Pending,
    /// Received.
    Received,
    /// What was done last; an extension leaves it accepted.
    Handled(PetitionAction),
}

impl State {
    /// The state in words.
    pub fn label(self) -> Label {
        match self {
            State::Pending => Label {
                vi: "chờ việc tiếp nhận được ghi sổ",
                en: "waiting for its receipt to be recorded",
            },
            State::Received => {
                Label { vi: "đã tiếp nhận, chưa xử lý", en: "received, not handled" }
            }
            State::Handled(action) => action_label(action),
        }
    }
}

type Step<'f> = (&'f Fact<'f>, PetitionAction);

/// A last day with its article.
struct Term<'r> {
    last: CivilDate,
    source: &'r str,
}

/// Judges the petition of a case; none when no fact is of that family.
pub(super) fn judge(story: &Story<'_>, asked: &Asked<'_>) -> Option<Judged> {
    let (mut received, mut steps) = (None, Vec::new());
    for fact in story.iter() {
        match *fact.event.kind() {
            Kind::PetitionReceived(data) => received = Some((fact, data)),
            Kind::PetitionHandled(said) => steps.push((fact, said.action())),
            _ => {}
        }
    }
    let latest = steps.iter().rev().find(|(_, action)| *action != PetitionAction::Extended);
    let state = match (&received, latest) {
        (None, _) if steps.is_empty() => return None,
        (None, _) => State::Pending,
        (Some(_), None) => State::Received,
        (Some(_), Some((_, action))) => State::Handled(*action),
    };
    let (mut details, mut findings) = (Vec::new(), Vec::new());
    match received {
        Some((fact, data)) => {
            initial(fact, &data, &steps, asked, &mut details, &mut findings);
            conclusion(fact, &data, &steps, asked, &mut details, &mut findings);
            findings.extend(after_its_end(data.class(), &steps));
            findings.extend(although_ineligible(fact, &data, &steps));
        }
        None => {
            let facts = steps.iter().map(|(fact, _)| fact.name).collect();
            let (vi, en) =
                ("đơn chưa được ghi sổ tiếp nhận", "the receipt of the petition is not in the ledger yet");
            findings.push(Finding::new("receipt_pending", facts, vi, en));
        }
    }
    Some(Judged { state: super::State::Petition(state), details, findings, marks: vec![] })
}

/// The first handling: accepted, or turned away.
fn initial(
    received: &Fact<'_>,
    data: &view::PetitionReceived,
    steps: &[Step<'_>],
    asked: &Asked<'_>,
    details: &mut Vec<Detail>,
    findings: &mut Vec<Finding>,
) {
    let Some(term) = initial_term(received, data, asked) else { return };
    let first = first_handling(steps);
    if first.is_none() {
        details.push(Detail::new("hạn thụ lý", "to be accepted by", Value::Day(term.last)));
    }
    if let Some((fact, PetitionAction::Transferred)) = first
        && let Some(transfer) = transfer_term(received, data, asked)
    {
        if let Some(found) = transferred_late(received, fact, &transfer) {
            findings.push(found);
            findings.extend(unknown_holidays(received.on(), transfer.last, received, asked));
        }
        return;
    }
    let (until, facts) = match first {
        Some((fact, _)) => (fact.on(), vec![received.name, fact.name]),
        None => (asked.on, vec![received.name]),
    };
    if until > term.last {
        let code = if first.is_some() { "accepted_late" } else { "not_accepted" };
        findings.push(
            Finding::new(
                code,
                facts,
                format!("quá hạn xử lý ban đầu ({})", day(term.last)),
                format!("first handled after {}", term.last),
            )
            .by(term.source),
        );
        findings.extend(unknown_holidays(received.on(), term.last, received, asked));
    } else if let Some(found) = stretched(received, data, steps, asked, until, facts) {
        findings.push(found);
        findings.extend(unknown_holidays(received.on(), until, received, asked));
    }
}

/// That the last day may be a later one: the holidays of its year are not known.
fn unknown_holidays(
    from: CivilDate,
    last: CivilDate,
    received: &Fact<'_>,
    asked: &Asked<'_>,
) -> Option<Finding> {
    holidays::unknown(asked, (from, last), || vec![received.name])
}

/// The first fact that answers a petition.
fn first_handling<'s, 'f>(steps: &'s [Step<'f>]) -> Option<&'s Step<'f>> {
    steps.iter().find(|(_, action)| {
        use PetitionAction::{Accepted, Concluded, Filed, Returned, Transferred, Withdrawn};
        matches!(action, Accepted | Returned | Transferred | Filed | Concluded | Withdrawn)
    })
}

/// A denunciation that took more than the usual days of the first handling, without a word that they were extended: the longer ones
/// are only for what has to be verified in several places or by others.
fn stretched(
    received: &Fact<'_>,
    data: &view::PetitionReceived,
    steps: &[Step<'_>],
    asked: &Asked<'_>,
    until: CivilDate,
    facts: Vec<EventName>,
) -> Option<Finding> {
    if data.class() != PetitionClass::Denunciation || initial_extensions(received, data, steps, asked) > 0 {
        return None;
    }
    let rule = law::denunciation_initial(asked.rules, received.on())?;
    let (usual, longest) = rule.value;
    let last = asked.rules.calendar().add_working_days(received.on(), usual)?;
    (until > last).then(|| {
        Finding::new(
            "initial_term_stretched",
            facts,
            format!("xử lý ban đầu sau {}, quá {usual} ngày làm việc; {longest} ngày chỉ khi phải xác minh nhiều nơi", day(last)),
            format!("first handled after {last}, {usual} working days; {longest} are for verifying in several places"),
        )
        .by(rule.source)
    })
}

/// How many extensions of a denunciation were of its first handling, not of its conclusion.
fn initial_extensions(
    received: &Fact<'_>,
    data: &view::PetitionReceived,
    steps: &[Step<'_>],
    asked: &Asked<'_>,
) -> usize {
    if data.class() != PetitionClass::Denunciation {
        return 0;
    }
    let Some(term) = initial_term(received, data, asked) else { return 0 };
    let before = steps.iter().take_while(|(_, action)| *action == PetitionAction::Extended);
    before.filter(|(fact, _)| fact.on() <= term.last).count()
}

fn transferred_late(received: &Fact<'_>, fact: &Fact<'_>, term: &Term<'_>) -> Option<Finding> {
    (fact.on() > term.last).then(|| {
        Finding::new(
            "transferred_late",
            vec![received.name, fact.name],
            format!("chuyển đơn quá hạn ({})", day(term.last)),
            format!("transferred after {}", term.last),
        )
        .by(term.source)
    })
}

/// The last day for handing a denunciation on to the office that it is for; other petitions have none.
fn transfer_term<'r>(
    received: &Fact<'_>,
    data: &view::PetitionReceived,
    asked: &Asked<'r>,
) -> Option<Term<'r>> {
    let days = law::denunciation_transfer(asked.rules, received.on())
        .filter(|_| data.class() == PetitionClass::Denunciation)?;
    let last = asked.rules.calendar().add_working_days(received.on(), days.value)?;
    Some(Term { last, source: days.source })
}

fn initial_term<'r>(
    received: &Fact<'_>,
    data: &view::PetitionReceived,
    asked: &Asked<'r>,
) -> Option<Term<'r>> {
    let (on, calendar) = (received.on(), asked.rules.calendar());
    match data.class() {
        PetitionClass::Complaint => {
            let days = law::complaint_acceptance(asked.rules, on)?;
            Some(Term { last: calendar.deadline(on, days.value)?, source: days.source })
        }
        PetitionClass::Denunciation => {
            let days = law::denunciation_initial(asked.rules, on)?;
            Some(Term { last: calendar.add_working_days(on, days.value.1)?, source: days.source })
        }
        _ => None,
    }
}

/// The decision or conclusion, counted from the acceptance; when none is recorded and the petition was not turned away, from the last day
/// for it: saying nothing of the acceptance gains no time, and loses none.
fn conclusion(
    received: &Fact<'_>,
    data: &view::PetitionReceived,
    steps: &[Step<'_>],
    asked: &Asked<'_>,
    details: &mut Vec<Detail>,
    findings: &mut Vec<Finding>,
) {
    let accepted = steps.iter().find(|(_, action)| *action == PetitionAction::Accepted);
    let from = match accepted {
        Some((fact, _)) => Some(fact.on()),
        None if is_turned_away(steps) || !data.eligible && !has(steps, PetitionAction::Concluded) => None,
        None => initial_term(received, data, asked).map(|term| term.last),
    };
    let Some(from) = from else { return };
    let of_the_first_handling = initial_extensions(received, data, steps, asked);
    let extended = steps.iter().filter(|(_, action)| *action == PetitionAction::Extended);
    let extended: Vec<_> = extended.skip(of_the_first_handling).collect();
    let Some(term) = conclusion_term(from, data, &extended, asked, findings) else { return };
    details.push(Detail::new("hạn giải quyết", "to be concluded by", Value::Day(term.last)));
    let ended = ended(data.class(), steps);
    let (until, code) = ended.map_or((asked.on, "not_concluded"), |(fact, _)| (fact.on(), "concluded_late"));
    if until > term.last {
        let facts =
            [Some(received.name), accepted.map(|(fact, _)| fact.name), ended.map(|(fact, _)| fact.name)];
        findings.push(
            Finding::new(
                code,
                facts.into_iter().flatten().collect(),
                format!("quá hạn giải quyết ({})", day(term.last)),
                format!("not concluded by {}", term.last),
            )
            .by(term.source),
        );
        let since = accepted.map_or(received.on(), |(fact, _)| fact.on());
        findings.extend(unknown_holidays(since, term.last, received, asked));
    }
}

/// The fact with which nothing is left to conclude.
fn ended<'s, 'f>(class: PetitionClass, steps: &'s [Step<'f>]) -> Option<&'s Step<'f>> {
    use PetitionAction::{Accepted, Concluded, Extended, Transferred, Withdrawn};
    let goes_on = |later: &[Step<'_>]| {
        class == PetitionClass::Denunciation
            && later.iter().any(|(_, action)| matches!(action, Accepted | Extended | Concluded))
    };
    let ends = |(at, (_, action)): &(usize, &Step<'_>)| match action {
        Concluded | Transferred => true,
        Withdrawn => !goes_on(&steps[at + 1..]),
        _ => false,
    };
    steps.iter().enumerate().find(ends).map(|(_, step)| step)
}

/// Something else after it was concluded, given back, filed, or, as a complaint, withdrawn.
fn after_its_end(class: PetitionClass, steps: &[Step<'_>]) -> Option<Finding> {
    use PetitionAction::{Concluded, Enforced, Filed, Returned, Withdrawn};
    let pair = steps.windows(2).find(|pair| match (pair[0].1, pair[1].1) {
        (Concluded, after) => after != Enforced,
        (Enforced | Returned | Filed, _) => true,
        (Withdrawn, _) => class != PetitionClass::Denunciation,
        _ => false,
    })?;
    let (before, after) = (action_label(pair[0].1), action_label(pair[1].1));
    Some(Finding::new(
        "after_its_end",
        vec![pair[0].0.name, pair[1].0.name],
        format!("“{}” sau khi đơn đã “{}”", after.vi, before.vi),
        format!("`{}` after the petition was {}", after.en, before.en),
    ))
}

/// Accepted or concluded although it does not meet the conditions of being dealt with.
fn although_ineligible(
    received: &Fact<'_>,
    data: &view::PetitionReceived,
    steps: &[Step<'_>],
) -> Option<Finding> {
    let (fact, _) = steps
        .iter()
        .filter(|_| !data.eligible)
        .find(|(_, action)| matches!(action, PetitionAction::Accepted | PetitionAction::Concluded))?;
    let (vi, en) = (
        "đơn không đủ điều kiện xử lý nhưng được thụ lý, kết luận",
        "accepted or concluded, though it does not meet the conditions of being dealt with",
    );
    Some(Finding::new("accepted_although_ineligible", vec![received.name, fact.name], vi, en))
}

fn has(steps: &[Step<'_>], action: PetitionAction) -> bool {
    steps.iter().any(|(_, known)| *known == action)
}

fn action_label(action: PetitionAction) -> Label {
    label_of(&schema::PETITION_ACTION, action as i64)
}

/// Whether it was given back, filed, handed on or withdrawn, and not concluded all the same: nothing is to be concluded then.
fn is_turned_away(steps: &[Step<'_>]) -> bool {
    use PetitionAction::{Concluded, Filed, Returned, Transferred, Withdrawn};
    let any = |is_it: fn(PetitionAction) -> bool| steps.iter().any(|(_, action)| is_it(*action));
    any(|action| matches!(action, Returned | Filed | Transferred | Withdrawn))
        && !any(|action| action == Concluded)
}

/// A complaint that was extended is a complex one; a denunciation has its days for every extension that the law allows.
fn conclusion_term<'r>(
    on: CivilDate,
    data: &view::PetitionReceived,
    extended: &[&Step<'_>],
    asked: &Asked<'r>,
    findings: &mut Vec<Finding>,
) -> Option<Term<'r>> {
    let calendar = asked.rules.calendar();
    let times = u32::try_from(extended.len()).unwrap_or(u32::MAX);
    let (days, most, source) = match data.class() {
        PetitionClass::Complaint => {
            let rule = law::complaint(asked.rules, data.instance.unwrap_or(1), on)?;
            let (plain, complex) = rule.value;
            (if times > 0 { complex } else { plain }, 1, rule.source)
        }
        PetitionClass::Denunciation => {
            let rule = law::denunciation(asked.rules, on)?;
            let extra = rule.value.extension_days * times.min(rule.value.extensions);
            (rule.value.days + extra, rule.value.extensions, rule.source)
        }
        _ => return None,
    };
    if times > most {
        findings.push(
            Finding::new(
                "extended_too_often",
                extended.iter().map(|(fact, _)| fact.name).collect(),
                format!("gia hạn {times} lần, được gia hạn {most} lần"),
                format!("extended {times} times, the law allows {most}"),
            )
            .by(source),
        );
    }
    Some(Term { last: calendar.deadline(on, days)?, source })
}
