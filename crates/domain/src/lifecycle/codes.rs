//! Codes of what may be found in each sort of case, as rows of indicators and findings name them.

use super::Family;

impl Family {
    /// Codes of everything that may be found in such a case, in the order of the alphabet; a test holds them against the judges.
    pub const fn codes(self) -> &'static [&'static str] {
        match self {
            Family::Penalty => &[
                "above_the_spot_limit",
                "act_differs",
                "bracket_differs",
                "closed_and_decided",
                "decided_twice",
                "decision_late",
                "decision_pending",
                "execution_lapsed",
                "field_differs",
                "holidays_unknown",
                "instalments_differ",
                "instalments_not_allowed",
                "interest_overpaid",
                "interest_unpaid",
                "limitation_passed",
                "not_judged",
                "not_the_midpoint",
                "outside_bracket",
                "over_competence",
                "overdue",
                "overpaid",
                "payment_pending",
                "postponement_not_allowed",
                "record_missing",
                "refund_due",
                "relief_above_fine",
                "sent_late",
                "subject_differs",
                "term_too_short",
                "undecided",
            ],
            Family::Clearance => &[
                "holidays_unknown",
                "more_than_approved",
                "notice_for_farm_land_only",
                "notice_too_short",
                "out_of_order",
                "paid_before_approval",
                "payment_late",
                "payment_pending",
                "posting_too_short",
                "stage_missing",
            ],
            Family::Gift => {
                &["group_not_approved", "more_than_approved", "programme_pending", "value_differs"]
            }
            Family::Directive => &["done_late", "overdue", "task_pending", "waits_for_nothing"],
            Family::Conscription => &[
                "out_of_season",
                "over_city_quota",
                "over_quota",
                "quota_pending",
                "quotas_differ",
                "under_quota",
                "ward_without_quota",
            ],
            Family::Dossier => &[
                "after_its_end",
                "apology_missing",
                "late",
                "more_than_its_papers",
                "out_of_order",
                "paid_without_fee",
                "receipt_pending",
                "received_twice",
                "supplement_asked_again",
            ],
            Family::Petition => &[
                "accepted_although_ineligible",
                "accepted_late",
                "after_its_end",
                "concluded_late",
                "extended_too_often",
                "holidays_unknown",
                "initial_term_stretched",
                "not_accepted",
                "not_concluded",
                "receipt_pending",
                "transferred_late",
            ],
            Family::Project => &[
                "above_the_report_limit",
                "accepted_twice",
                "after_plan_year",
                "appraisal_failed",
                "before_plan_year",
                "holidays_unknown",
                "more_than_investment",
                "paid_after_settlement",
                "registration_pending",
                "settled_before_acceptance",
                "settlement_late",
                "unknown_work",
            ],
            Family::Debt => &[
                "debt_pending",
                "enforced_early",
                "instalments_over",
                "more_than_owed",
                "not_enforced",
                "not_notified",
            ],
            Family::Housing => &["grade_d_stands", "milestone_missing", "out_of_order"],
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeSet;

    use super::{super::holidays::HOLIDAYS_UNKNOWN, *};

    /// The codes that stand in the sources of a lifecycle.
    fn written(sources: &[&str]) -> BTreeSet<String> {
        let mut codes = BTreeSet::new();
        for source in sources {
            for after in source.split("Finding::new(").skip(1) {
                let first = after.trim_start();
                if let Some(code) = first.strip_prefix('"').and_then(|rest| rest.split('"').next()) {
                    codes.insert(code.to_owned());
                }
            }
            if source.contains("holidays::unknown(") {
                codes.insert(HOLIDAYS_UNKNOWN.to_owned());
            }
            // codes chosen between two
            for line in source.lines().filter(|line| line.contains("code")) {
                let quoted = line.split('"').skip(1).step_by(2);
                codes.extend(
                    quoted.filter(|text| text.contains('_') && !text.contains(' ')).map(String::from),
                );
            }
        }
        codes
    }

    #[test]
    fn every_finding_that_a_lifecycle_makes_is_listed_and_no_other() {
        let families: [(Family, &[&str]); Family::ALL.len()] = [
            (
                Family::Penalty,
                &[
                    include_str!("penalty/amounts.rs"),
                    include_str!("penalty/decision.rs"),
                    include_str!("penalty/execution.rs"),
                    include_str!("penalty/relief.rs"),
                    include_str!("penalty/unjudged.rs"),
                ],
            ),
            (Family::Clearance, &[include_str!("clearance.rs")]),
            (Family::Gift, &[include_str!("gift.rs")]),
            (Family::Directive, &[include_str!("directive.rs")]),
            (Family::Conscription, &[include_str!("conscription.rs")]),
            (Family::Dossier, &[include_str!("dossier.rs")]),
            (
                Family::Petition,
                &[
                    include_str!("petition/mod.rs"),
                    include_str!("petition/initial.rs"),
                    include_str!("petition/conclusion.rs"),
                ],
            ),
            (Family::Project, &[include_str!("project.rs")]),
            (Family::Debt, &[include_str!("debt.rs")]),
            (Family::Housing, &[include_str!("housing.rs")]),
        ];
        for (family, sources) in families {
            assert!(family.codes().is_sorted(), "{family:?}");
            let listed: BTreeSet<String> = family.codes().iter().map(ToString::to_string).collect();
            assert_eq!(listed, written(sources), "{family:?}");
        }
    }
}
