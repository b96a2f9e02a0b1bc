//! Rules of documents, reception and petitions.
//!
//! Deadlines (Law 02/2011/QH13, Law 25/2018/QH14) and whether a petition was handled in time are findings.

use socai_proto::v1::{PetitionAction, PetitionClass, PetitionOutcome};
use socai_proto::view;

use super::{Breaches, Ctx, common};
use crate::Event;

const INSTANCES: &str = "Law 02/2011/QH13 art. 7";

/// Dates follow each other: registered, then due and done; what is done and registered is so by the day of receipt.
pub(super) fn document_registered(
    document: &view::DocumentRegistered<'_>,
    ctx: &Ctx<'_>,
    out: &mut Breaches,
) {
    let (vi, en) = ("ngày nhận", "the day of receipt");
    common::not_after("data.on", document.on, ctx.received_on, vi, en, out);
    if let Some(due_on) = document.due_on {
        common::in_order("data.due_on", document.on, due_on, out);
    }
    if let Some(done_on) = document.done_on {
        common::in_order("data.done_on", document.on, done_on, out);
        common::not_after("data.done_on", done_on, ctx.received_on, vi, en, out);
    }
}

/// Groups are visits, and without visits nobody came.
pub(super) fn reception_held(session: &view::CitizenReceptionHeld, out: &mut Breaches) {
    let (vi, en) = ("số lượt tiếp", "the visits");
    common::at_most("data.crowds", session.crowds, session.visits, vi, en, out);
    if session.visits == 0 {
        common::at_most("data.persons", session.persons, session.visits, vi, en, out);
        common::at_most("data.cases", session.cases, session.visits, vi, en, out);
    }
}

/// A complaint is of the first or second instance: its time depends on it.
pub(super) fn petition_received(petition: &view::PetitionReceived, out: &mut Breaches) {
    if petition.class() == PetitionClass::Complaint && petition.instance.is_none() {
        let (vi, en) = ("Khiếu nại phải nêu lần giải quyết", "a complaint states its instance");
        out.add("data.instance", "required", vi, en).by(INSTANCES);
    }
}

/// A handling is some petition's; only a conclusion judges, and money comes back by it or by its enforcement.
pub(super) fn petition_handled(handling: &view::PetitionHandled<'_>, event: &Event<'_>, out: &mut Breaches) {
    common::continues_a_case(event, ("đơn", "tiếp nhận"), ("petition", "received"), out);
    let concluded = handling.action() == PetitionAction::Concluded;
    if handling.outcome() != PetitionOutcome::Unspecified && !concluded {
        out.add(
            "data.outcome",
            "outcome_differs",
            "Chỉ quyết định, kết luận mới có kết quả đúng, sai",
            "only a conclusion finds right or wrong",
        );
    }
    if handling.recovered.is_some() && !concluded && handling.action() != PetitionAction::Enforced {
        out.add(
            "data.recovered",
            "recovered_differs",
            "Tiền thu hồi chỉ có khi kết luận hoặc thi hành",
            "money is recovered by a conclusion or its enforcement",
        );
    }
    if !handling.transferred_to.is_empty() && handling.action() != PetitionAction::Transferred {
        out.add(
            "data.transferred_to",
            "not_transferred",
            "Chỉ đơn được chuyển mới có nơi nhận chuyển",
            "only a transferred petition was transferred to somebody",
        );
    }
}
