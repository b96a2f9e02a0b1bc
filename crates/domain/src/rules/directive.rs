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
    if event.case().is_none() && event.refs().next().is_none() {
        out.add(
            "case",
            "required",
            "Phải nêu nhiệm vụ: mã vụ việc (case) hoặc bản ghi giao việc (refs)",
            "name the task: its case, or the record that set it (refs)",
        );
    }
}
