//! Rules of directives.

use socai_proto::view;

use super::{Breaches, common};
use crate::Event;

/// A task is due after it was set, and its lead is not among those who work with it.
pub(super) fn issued(directive: &view::DirectiveIssued<'_>, event: &Event<'_>, out: &mut Breaches) {
    common::in_order("data.due_on", event.occurred_on().yyyymmdd(), directive.due_on, out);
    common::distinct("data.with_units", directive.with_units, out);
    common::not_among("data.with_units", directive.lead_unit, directive.with_units, out);
}

/// Progress names its task.
pub(super) fn progressed(event: &Event<'_>, out: &mut Breaches) {
    common::continues_a_case(event, ("nhiệm vụ", "giao việc"), ("task", "set"), out);
}
