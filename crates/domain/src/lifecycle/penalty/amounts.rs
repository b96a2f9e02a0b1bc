//! Whether a fine is the signer's to impose, within its bracket and at its mid-point, act by act.

use socai_proto::{v1::PenaltyForm, view};
use socai_tlog::EventName;

use crate::{
    Dong,
    law::penalty::{self as law, Charge},
    lifecycle::{Asked, Finding, finding::money},
};

use super::file::Decision;

/// An act of a decision with what the law says of it.
struct Line<'a, 'f> {
    decision: &'a Decision<'f>,
    data: view::PenaltyLine<'f>,
    charge: Charge<'f>,
    /// Times the Government's bracket that the Council may have set; 1 without a row.
    times: u32,
}

/// Whether a signer may fine an act.
pub(super) enum Competence<'r> {
    Within,
    /// More than this, by this article.
    Beyond(Dong, &'r str),
    /// The rows in force do not say.
    Unknown,
}

/// What is found about the amounts of a decision.
pub(super) fn findings(decision: &Decision<'_>, asked: &Asked<'_>, out: &mut Vec<Finding>) {
    for line in lines(decision, asked) {
        out.extend(line.over_competence(asked));
        out.extend(line.outside_bracket());
        out.extend(line.bracket_differs(asked));
    }
    on_the_spot(decision, asked, out);
    revised_above(decision, out);
}

/// Whether some act of a decision is one of which the rows in force do not say whether the signer may fine it.
pub(super) fn is_competence_unknown(decision: &Decision<'_>, asked: &Asked<'_>) -> bool {
    lines(decision, asked).any(|line| matches!(line.competence(asked), Competence::Unknown))
}

fn lines<'a, 'f>(
    decision: &'a Decision<'f>,
    asked: &'a Asked<'_>,
) -> impl Iterator<Item = Line<'a, 'f>> + use<'a, 'f> {
    let data = &decision.data;
    let is_fine = data.form() == PenaltyForm::Fine;
    let (field, subject, on) = (data.field(), data.subject_kind(), decision.fact.on());
    data.lines.iter().filter(move |_| is_fine).map(move |data| {
        let charge = Charge { field, act: data.act, subject, on };
        let places = decision.fact.event.place();
        let raised = law::surcharge(asked.rules, charge, places.iter());
        Line { decision, data, charge, times: raised.map_or(1, |raised| raised.value.max(1)) }
    })
}

impl Line<'_, '_> {
    fn bracket(&self) -> (Dong, Dong) {
        (Dong(self.data.bracket_min), Dong(self.data.bracket_max))
    }

    /// Measured by the Government's bracket: whoever may fine an act by it may fine it by the Council's too (art. 52).
    pub fn competence<'r>(&self, asked: &Asked<'r>) -> Competence<'r> {
        let Some(cap) = law::cap(asked.rules, self.decision.data.signer_level(), self.charge) else {
            return Competence::Unknown;
        };
        let (_, stated) = self.bracket();
        let table = law::bracket(asked.rules, self.charge).map(|table| table.value);
        let measured = match table {
            Some(table) if self.is_of(table) => table.1,
            _ => stated,
        };
        if measured <= cap.value {
            return if cap.is_whole { Competence::Within } else { Competence::Unknown };
        }
        // a bracket that may be the Council's, of an act whose own one is not in the table
        let raised = cap.value.checked_times(self.times).unwrap_or(Dong(i64::MAX));
        match table {
            None if self.times > 1 && stated <= raised => Competence::Unknown,
            _ => Competence::Beyond(cap.value, cap.source),
        }
    }

    /// Whether the stated bracket is that of the table, or one that the Council may have made of it.
    fn is_of(&self, table: (Dong, Dong)) -> bool {
        let stated = self.bracket();
        let may_be = |stated: Dong, table: Dong| {
            table <= stated && table.checked_times(self.times).is_none_or(|most| stated <= most)
        };
        stated == table || self.times > 1 && may_be(stated.0, table.0) && may_be(stated.1, table.1)
    }

    fn over_competence(&self, asked: &Asked<'_>) -> Option<Finding> {
        let Competence::Beyond(cap, source) = self.competence(asked) else { return None };
        let (act, most, cap) = (self.data.act, money(self.bracket().1), money(cap));
        let found = self.about(Finding::new(
            "over_competence",
            self.facts(),
            format!("{act}: mức tối đa của khung {most} vượt thẩm quyền {cap} đồng"),
            format!("{act}: the bracket's maximum {most:#} is beyond the signer's competence, {cap:#} VND"),
        ));
        Some(found.by(source))
    }

    fn outside_bracket(&self) -> Option<Finding> {
        let ((min, max), amount, act) = (self.bracket(), Dong(self.data.amount), self.data.act);
        let got = money(amount);
        if amount < min || max < amount {
            let (from, to) = (money(min), money(max));
            return Some(self.about(Finding::new(
                "outside_bracket",
                self.facts(),
                format!("{act}: tiền phạt {got} ngoài khung {from} - {to} đồng"),
                format!("{act}: the fine {got:#} is outside the bracket {from:#} - {to:#} VND"),
            )));
        }
        (self.data.factors.is_empty() && !is_midpoint(amount, min, max)).then(|| {
            self.about(Finding::new(
                "not_the_midpoint",
                self.facts(),
                format!("{act}: tiền phạt {got} không phải mức trung bình của khung và không nêu tình tiết"),
                format!(
                    "{act}: the fine {got:#} is not the mid-point of its bracket and no factor is stated"
                ),
            ))
        })
    }

    fn bracket_differs(&self, asked: &Asked<'_>) -> Option<Finding> {
        let table = law::bracket(asked.rules, self.charge).filter(|table| !self.is_of(table.value))?;
        let (act, from, to) = (self.data.act, money(table.value.0), money(table.value.1));
        let found = self.about(Finding::new(
            "bracket_differs",
            self.facts(),
            format!("{act}: khung ghi trong quyết định khác khung {from} - {to} đồng"),
            format!("{act}: the stated bracket is not the one in force, {from:#} - {to:#} VND"),
        ));
        Some(found.by(table.source))
    }

    fn facts(&self) -> Vec<EventName> {
        vec![self.decision.fact.name]
    }

    fn about(&self, found: Finding) -> Finding {
        found.of(Dong(self.data.amount))
    }
}

/// The mid-point of a bracket (art. 23.4), to the đồng below or above when it has no whole one.
fn is_midpoint(amount: Dong, min: Dong, max: Dong) -> bool {
    let twice = 2 * i128::from(amount.0) - i128::from(min.0) - i128::from(max.0);
    twice.abs() <= 1
}

fn on_the_spot(decision: &Decision<'_>, asked: &Asked<'_>, out: &mut Vec<Finding>) {
    let data = &decision.data;
    let limit = law::on_the_spot(asked.rules, data.subject_kind(), decision.fact.on());
    let Some(limit) = limit.filter(|limit| data.on_the_spot && Dong(data.total) > limit.value) else {
        return;
    };
    let (total, most) = (money(Dong(data.total)), money(limit.value));
    out.push(
        Finding::new(
            "above_the_spot_limit",
            vec![decision.fact.name],
            format!("xử phạt không lập biên bản {total} vượt mức {most} đồng"),
            format!("{total:#} on the spot is above the limit without a record, {most:#} VND"),
        )
        .of(Dong(data.total))
        .by(limit.source),
    );
}

/// A revised total that no fines within the brackets of the acts come to. It may be less than they do: an act may have been struck out.
fn revised_above(decision: &Decision<'_>, out: &mut Vec<Finding>) {
    let most = Dong::checked_sum(decision.data.lines.iter().map(|line| Dong(line.bracket_max)));
    let most = most.unwrap_or(Dong(i64::MAX));
    let Some(revision) = decision.revised.iter().find(|revision| revision.total > most) else { return };
    let (got, to) = (money(revision.total), money(most));
    out.push(
        Finding::new(
            "outside_bracket",
            vec![decision.fact.name, revision.fact],
            format!("tiền phạt sau sửa đổi {got} vượt tổng mức tối đa {to} đồng của các khung"),
            format!("the revised fine {got:#} is above {to:#} VND, what the brackets allow together"),
        )
        .of(revision.total),
    );
}
