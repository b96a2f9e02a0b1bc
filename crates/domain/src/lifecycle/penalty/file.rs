//! The facts of a violation, sorted by what they are.

use socai_proto::view;

use crate::{
    Kind,
    lifecycle::story::{Fact, Story},
};

/// A fact with its payload.
pub(super) struct Said<'f, T> {
    pub fact: &'f Fact<'f>,
    pub data: T,
}

/// What is known of a violation, each list in the order that decides.
#[derive(Default)]
pub(super) struct File<'f> {
    pub records: Vec<Said<'f, view::ViolationRecorded<'f>>>,
    pub decisions: Vec<Said<'f, view::PenaltyDecided<'f>>>,
    pub payments: Vec<Said<'f, view::PenaltyPaymentReceived<'f>>>,
}

impl<'f> File<'f> {
    /// None when the story has no fact of this family.
    pub fn of(story: &Story<'f>) -> Option<File<'f>> {
        let mut file = File::default();
        for fact in story.iter() {
            match *fact.event.kind() {
                Kind::ViolationRecorded(data) => file.records.push(Said { fact, data }),
                Kind::PenaltyDecided(data) => file.decisions.push(Said { fact, data }),
                Kind::PenaltyPaymentReceived(data) => file.payments.push(Said { fact, data }),
                _ => {}
            }
        }
        let is_empty = file.records.is_empty() && file.decisions.is_empty() && file.payments.is_empty();
        (!is_empty).then_some(file)
    }
}
