//! Rows that judge cases as of a day: which cases they look at, and which of them they count.
//!
//! No event fires when a term runs out, so nothing of this can be kept up to date. The facts of the cases are gathered in a pass over the
//! records and judged at its end, one case after the other, by the lifecycles and the law of the domain. The pass holds the facts of the
//! kinds that such rows are about, nothing else.

use socai_domain::{
    CivilDate, Event,
    law::Rules as _,
    lifecycle::{Fact, Family, Judged},
    tables::{AsOf, Indicator, Measure, PeriodUse, STATE},
};
use socai_proto::{kind, view::Heading};
use socai_tlog::{EventName, LeafIndex, UnitNo};

use super::{
    asked::{Asked, Window},
    held::{ANY_SIZE, Every, Filed, Held},
    verdicts::{File, Laws, Verdicts},
};
use crate::{
    filter::{BadRule, Filter, Scalar},
    fold::Fold,
    values::Value,
};

/// A row that judges cases, compiled.
#[derive(Clone, Debug)]
pub(crate) struct JudgedRow {
    family: Family,
    tag: u32,
    filter: Filter,
    slices: Box<[Slice]>,
    asks: AsOf,
}

#[derive(Clone, Copy, Debug)]
enum Slice {
    State,
    /// Of the latest fact that the row is about.
    Field(Scalar),
}

/// A day that a row asks about, and the day from which on it counts only what is new.
#[derive(Clone, Copy, Debug)]
struct Moment {
    on: CivilDate,
    since: Option<CivilDate>,
}

/// Which of a row's two answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The asked one.
    Asked,
    /// That of the year before.
    YearBefore,
}

/// A case that a row looks at.
pub(crate) struct Seen<'a> {
    /// Place of the row among those of the pass.
    pub row: usize,
    pub answer: Answer,
    pub case: &'a str,
    /// Whether a term of it was judged over days of a year whose holidays are not known.
    pub lacks_holidays: bool,
    /// None when the row does not count it.
    pub counted: Option<CountedCase<'a>>,
}

/// What a row counts a case as.
pub(crate) struct CountedCase<'a> {
    pub ward: Option<UnitNo>,
    /// By place in the row's slices.
    pub slices: Vec<(usize, Value)>,
    /// Its facts up to the day.
    pub facts: &'a [Filed<'a>],
}

/// A case with all its facts that count, whatever rows ask.
#[derive(Clone, Copy, Debug)]
pub struct WholeCase<'a> {
    /// What sort of case it is.
    pub family: Family,
    /// Its key.
    pub key: &'a str,
    /// At least one, by day, then unit, then number.
    pub facts: &'a [Fact<'a>],
}

/// A row with what it asks this time.
struct Asking {
    code: String,
    row: JudgedRow,
    moments: Vec<(Answer, Moment)>,
}

/// The cases of all rows that judge them.
pub(crate) struct Cases {
    rows: Vec<Asking>,
    /// The last day that is asked about.
    to: CivilDate,
    held: Held,
}

impl JudgedRow {
    /// Compiles a row; none for other measures.
    pub(crate) fn of(row: &Indicator) -> Result<Option<Self>, BadRule> {
        let Measure::AsOf(asks) = &row.measure else { return Ok(None) };
        let name = row.kind.as_deref().unwrap_or_default();
        let kind = kind(name).ok_or_else(|| BadRule::Kind { kind: name.to_owned() })?;
        let family = Family::of_kind(name).ok_or_else(|| {
            BadRule::Other(format!("{}: {name} belongs to no case that has states", row.code))
        })?;
        let slice = |name: &String| match name.as_str() {
            STATE => Ok(Slice::State),
            name => Scalar::of(kind, name, "an axis").map(Slice::Field),
        };
        let slices = row.slices.iter().map(slice).collect::<Result<_, BadRule>>()?;
        Ok(Some(JudgedRow {
            family,
            tag: kind.tag,
            filter: Filter::of(kind, &row.filter)?,
            slices,
            asks: asks.clone(),
        }))
    }

    /// The latest fact up to a day that the row is about.
    fn subject<'e>(&self, file: &'e File<'e>, on: CivilDate) -> Option<&'e Fact<'e>> {
        file.last(on, self.tag, |fact| self.filter.holds(fact.event.kind()))
    }

    /// Whether the law that it asks about is in force on a day. Without it nothing is found, and that is no answer.
    fn has_law(&self, fold: &Fold, on: CivilDate) -> bool {
        // the states of a penalty go by the terms of its law as well
        let asks_law =
            !self.asks.findings.is_empty() || !self.asks.without.is_empty() || self.family == Family::Penalty;
        let law = self.family.law().filter(|_| asks_law);
        law.is_none_or(|law| fold.rulebook().law(law, on).is_some())
    }

    /// The slices that it counts the case under; none when it does not count it.
    fn counted(
        &self,
        judged: &mut Verdicts<'_>,
        moment: &Moment,
        subject: &Fact<'_>,
    ) -> Option<Vec<(usize, Value)>> {
        let state = judged.on(moment.on).filter(|judged| self.counts(judged))?.state.name();
        if let Some(since) = moment.since
            && self.subject(judged.file(), since).is_some()
            && (self.asks.begun || judged.on(since).is_some_and(|judged| self.counts(judged)))
        {
            return None;
        }
        let value = |slice: &Slice| match slice {
            Slice::State => Value::Text(state.into()),
            Slice::Field(field) => field.value(subject.event.kind()),
        };
        Some(self.slices.iter().map(value).enumerate().collect())
    }

    fn counts(&self, judged: &Judged) -> bool {
        let has = |codes: &[String]| {
            judged.findings.iter().any(|found| codes.iter().any(|code| code == found.code))
        };
        let in_state =
            self.asks.states.is_empty() || self.asks.states.iter().any(|name| name == judged.state.name());
        let is_marked = self.asks.marks.is_empty()
            || judged.marks.iter().any(|mark| self.asks.marks.iter().any(|name| name == mark));
        in_state
            && is_marked
            && (self.asks.findings.is_empty() || has(&self.asks.findings))
            && !has(&self.asks.without)
    }
}

impl Moment {
    fn of(period: &PeriodUse, window: &Window) -> Option<Self> {
        let since = match period {
            PeriodUse::Period => Some(window.from.add_days(-1)?),
            _ => None,
        };
        Some(Moment { on: window.to, since })
    }

    fn days(&self) -> impl Iterator<Item = CivilDate> {
        self.since.into_iter().chain([self.on])
    }
}

impl Cases {
    /// Nothing gathered yet, for the rows in force on the last asked day.
    pub(crate) fn new(fold: &Fold, asked: &Asked) -> Self {
        Cases::of_rows(fold, asked, &|_| true)
    }

    /// The same for some of the rows.
    pub(crate) fn of_rows(fold: &Fold, asked: &Asked, is_asked: &dyn Fn(&Indicator) -> bool) -> Self {
        let rows = fold.rulebook().indicators(asked.to).map(|(_, rows)| rows).unwrap_or_default();
        let mut cases = Cases { rows: vec![], to: asked.to, held: Held::default() };
        for row in rows.iter().filter(|row| is_asked(row)) {
            // rows were compiled when they were adopted
            let Ok(Some(judged)) = JudgedRow::of(row) else { continue };
            let Some(window) = Window::of(&row.period, asked).filter(|_| fold.may_answer(row, asked)) else {
                continue;
            };
            let before = if row.compare.is_empty() { None } else { window.year_before(fold.rulebook()) };
            let moments = [(Answer::Asked, Some(window)), (Answer::YearBefore, before)];
            let moments = moments
                .into_iter()
                .filter_map(|(answer, window)| Some((answer, Moment::of(&row.period, &window?)?)));
            cases.held.follow(judged.family, asked.to);
            cases.rows.push(Asking { code: row.code.clone(), row: judged, moments: moments.collect() });
        }
        cases
    }

    /// The codes of the rows, by their place in the pass.
    pub(crate) fn codes(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().map(|asking| asking.code.as_str())
    }

    /// The sort of case that facts of this tag are gathered for.
    pub(crate) fn family_of(&self, tag: u32) -> Option<Family> {
        self.held.family_of(tag)
    }

    /// The sort of case that a row judges. Known by the row alone: the facts may be gathered elsewhere.
    pub(crate) fn family_of_row(&self, row: usize) -> Family {
        self.rows[row].row.family
    }

    /// Takes a fact that counts.
    #[inline]
    pub(crate) fn visit(&mut self, event: &Event<'_>, name: EventName, leaf: LeafIndex) {
        self.held.visit(event, name, leaf, ANY_SIZE);
    }

    /// The same of facts with this heading and day that are read when their case is judged.
    #[inline]
    pub(crate) fn visit_unread(
        &mut self,
        facts: &[u8],
        heading: &Heading<'_>,
        on: CivilDate,
        name: EventName,
        leaf: LeafIndex,
    ) {
        self.held.visit_unread(facts, heading, on, name, leaf);
    }

    /// What was gathered.
    pub(crate) fn held(&self) -> &Held {
        &self.held
    }

    /// Gives the facts away that the rows ask for: nothing is gathered here any more.
    pub(crate) fn take_held(&mut self) -> Held {
        std::mem::take(&mut self.held)
    }

    /// Judges the cases that were gathered for these rows and others, as they were at the fold's size and by its rules. Cases come in no particular
    /// order.
    pub(crate) fn judge_held(&self, held: &Held, fold: &Fold, mut see: impl FnMut(Seen<'_>)) {
        Cases::judge_all(&[self], (&[held], Every::CASE), fold, |_, seen| see(seen), None);
    }

    /// The same for several questions at once, each by its place: the facts of a case are read, and a day judged, once for all of them. The facts
    /// may have been gathered in several stretches of the records, by whoever was to gather the same, and only some of the cases be judged.
    ///
    /// `meet`, if there is one, is told of every case of all families that were gathered.
    pub(crate) fn judge_all(
        questions: &[&Cases],
        (held, every): (&[&Held], Every),
        fold: &Fold,
        mut see: impl FnMut(usize, Seen<'_>),
        mut meet: Option<&mut dyn FnMut(WholeCase<'_>)>,
    ) {
        let families = held.first().map(|held| held.files.iter()).into_iter().flatten();
        let mut file = File::default();
        for (place, (family, _)) in families.enumerate() {
            let rows = AskedRow::of_family(questions, *family, fold);
            if rows.is_empty() && meet.is_none() {
                continue;
            }
            let days = rows.iter().flat_map(|asked| &asked.moments).flat_map(|(_, moment)| moment.days());
            let laws = Laws::on(days, *family, fold);
            for (key, held) in every.of(held, place) {
                file.read(held, fold.size().0);
                if let Some(meet) = meet.as_mut().filter(|_| !file.facts.is_empty()) {
                    meet(WholeCase { family: *family, key, facts: &file.facts });
                }
                let mut judged = Verdicts::new(&file, &laws, fold);
                for AskedRow { question, at, to, row, moments } in &rows {
                    for (answer, moment) in moments {
                        let Some(subject) = row.subject(&file, moment.on) else { continue };
                        let counted = row.counted(&mut judged, moment, subject).map(|slices| CountedCase {
                            ward: judged.ward(*to),
                            slices,
                            facts: file.until(moment.on),
                        });
                        let lacks_holidays = judged.lacks_holidays(moment.on);
                        see(
                            *question,
                            Seen { row: *at, answer: *answer, case: key, lacks_holidays, counted },
                        );
                    }
                }
            }
        }
    }
}

/// A row of a question with the days on which its answer can be told.
struct AskedRow<'a> {
    question: usize,
    at: usize,
    /// The last day of the question.
    to: CivilDate,
    row: &'a JudgedRow,
    moments: Vec<(Answer, Moment)>,
}

impl<'a> AskedRow<'a> {
    fn of_family(questions: &[&'a Cases], family: Family, fold: &Fold) -> Vec<Self> {
        let asked = questions.iter().enumerate().flat_map(|(question, cases)| {
            let rows = cases.rows.iter().enumerate().filter(|(_, asking)| asking.row.family == family);
            rows.map(move |(at, asking)| {
                let moments = asking.moments.iter().filter(|(_, moment)| asking.row.has_law(fold, moment.on));
                AskedRow { question, at, to: cases.to, row: &asking.row, moments: moments.copied().collect() }
            })
        });
        asked.collect()
    }
}
