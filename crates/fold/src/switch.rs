//! The counters of one kind, found by the field that tells most of them apart.
//!
//! A decision is counted by its field of management, an inspection by what was inspected: of a dozen indicators one or two are about a
//! fact. One look at that field leaves only those.

use socai_domain::Kind;
use socai_proto::Fields as _;

use crate::{filter::Filter, indicator::Counter};

/// Enums have at most this many values that a condition can name.
const VALUES: u32 = u64::BITS;

/// The counters of a kind.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counters {
    all: Vec<Counted>,
    /// The field that the lists go by; none when no counter asks for one.
    field: Option<u32>,
    /// By the field's number: counters that may be about such a fact. The last list is for every other number.
    lists: Vec<Box<[u16]>>,
}

/// A counter, and the number of its axes among those of its kind: indicators often come in pairs, a count and a sum along the same axes.
#[derive(Clone, Debug)]
pub(crate) struct Counted {
    pub counter: Counter,
    pub axes: usize,
    /// The conditions that the list does not answer.
    others: Filter,
}

impl Counters {
    /// Sorts the counters of one kind by the enum or bool that most of them pick facts by.
    pub(crate) fn new(all: Vec<Counter>) -> Self {
        let fields = || all.iter().flat_map(|counter| counter.filter.choices());
        let asked = |field: u32| fields().filter(|other| *other == field).count();
        let field = fields().max_by_key(|field| (asked(*field), *field));
        let list = |number: Option<u32>| {
            let is_allowed =
                |counter: &Counter| field.is_none_or(|field| counter.filter.allows(field, number));
            let places = (0_u16..).zip(&all).filter(|(_, counter)| is_allowed(counter));
            places.map(|(at, _)| at).collect()
        };
        let numbers = if field.is_some() { 0..VALUES } else { 0..0 };
        let lists = numbers.map(Some).chain([None]).map(list).collect();
        let axes = |counter: &Counter| all.iter().position(|other| other.axes == counter.axes);
        let axes: Vec<usize> = all.iter().map(|counter| axes(counter).unwrap_or_default()).collect();
        let counted = |(counter, axes): (Counter, usize)| {
            let others = field.map_or_else(|| counter.filter.clone(), |field| counter.filter.besides(field));
            Counted { counter, axes, others }
        };
        let all = all.into_iter().zip(axes).map(counted).collect();
        Counters { all, field, lists }
    }

    /// Every counter of the kind.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Counter> {
        self.all.iter().map(|counted| &counted.counter)
    }

    /// The counters that count a fact.
    #[inline]
    pub(crate) fn of<'c>(&'c self, payload: &'c Kind<'_>) -> impl Iterator<Item = &'c Counted> {
        let number = self.field.and_then(|field| payload.int(field));
        let number = number.and_then(|number| usize::try_from(number).ok()).unwrap_or(usize::MAX);
        let list = self.lists.get(number).or(self.lists.last()).map_or(&[][..], |list| list);
        let counters = list.iter().map(|at| &self.all[usize::from(*at)]);
        counters.filter(|counted| counted.others.holds(payload))
    }
}
