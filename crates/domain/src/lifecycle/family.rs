//! The sorts of cases by name, as indicator rows write them.

use std::sync::LazyLock;

use socai_proto::{kind, kinds, schema::Label};

use super::{State, dossier};

/// By tag, the sort of case that facts of a kind belong to.
static BY_TAG: LazyLock<Vec<Option<Family>>> = LazyLock::new(|| {
    let last = kinds().iter().map(|kind| kind.tag).max().unwrap_or_default();
    let mut families = vec![None; last as usize + 1];
    kinds().iter().for_each(|kind| families[kind.tag as usize] = Family::of_kind(kind.name));
    families
});

/// A sort of case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// A violation and its penalty.
    Penalty,
    /// A compensation plan.
    Clearance,
    /// A gift programme.
    Gift,
    /// A task.
    Directive,
    /// A call-up.
    Conscription,
    /// A dossier of the one-stop shop.
    Dossier,
    /// A petition.
    Petition,
    /// A capital project.
    Project,
    /// A tax debt.
    Debt,
    /// An old apartment block.
    Housing,
}

impl Family {
    /// Every sort.
    pub const ALL: [Family; 10] = [
        Family::Penalty,
        Family::Clearance,
        Family::Gift,
        Family::Directive,
        Family::Conscription,
        Family::Dossier,
        Family::Petition,
        Family::Project,
        Family::Debt,
        Family::Housing,
    ];

    /// The sort of a name.
    pub fn named(name: &str) -> Option<Family> {
        Family::ALL.into_iter().find(|family| family.name() == name)
    }

    /// Its name in tables: `penalty`.
    pub const fn name(self) -> &'static str {
        match self {
            Family::Penalty => "penalty",
            Family::Clearance => "clearance",
            Family::Gift => "gift",
            Family::Directive => "directive",
            Family::Conscription => "conscription",
            Family::Dossier => "dossier",
            Family::Petition => "petition",
            Family::Project => "project",
            Family::Debt => "debt",
            Family::Housing => "housing",
        }
    }

    /// The sort of case that facts of a kind belong to; none for kinds without a lifecycle.
    pub fn of_kind(name: &str) -> Option<Family> {
        let kind = kind(name)?;
        Some(match kind.case_family {
            "violation" => Family::Penalty,
            "clearance" => Family::Clearance,
            "gift" => Family::Gift,
            "directive" => Family::Directive,
            "dossier" => Family::Dossier,
            "petition" => Family::Petition,
            "project" => Family::Project,
            "tax_debt" => Family::Debt,
            "housing" => Family::Housing,
            _ if kind.name.starts_with("conscription.") => Family::Conscription,
            _ => return None,
        })
    }

    /// The same of a kind with this tag, which is found at once.
    #[inline]
    pub fn of_tag(tag: u32) -> Option<Family> {
        BY_TAG.get(tag as usize).copied().flatten()
    }

    /// The names of its states.
    pub fn states(self) -> Vec<&'static str> {
        self.every_state().into_iter().map(State::name).collect()
    }

    /// A state in words, by its name.
    pub fn label(self, name: &str) -> Option<Label> {
        self.every_state().into_iter().find(|state| state.name() == name).map(State::label)
    }

    /// The table of law by which things are found in it; none when its facts alone say everything.
    pub fn law(self) -> Option<&'static str> {
        match self {
            Family::Penalty => Some("law.penalty"),
            Family::Clearance => Some("law.clearance"),
            Family::Conscription => Some("law.conscription"),
            Family::Dossier => Some("law.dossier"),
            Family::Petition => Some("law.petition"),
            Family::Project => Some("law.project"),
            Family::Debt => Some("law.tax"),
            Family::Gift | Family::Directive | Family::Housing => None,
        }
    }

    /// Names of everything else that may be counted of such a case.
    pub const fn marks(self) -> &'static [&'static str] {
        match self {
            Family::Dossier => &[dossier::DIGITISED, dossier::REUSED],
            _ => &[],
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn states_of_one_family_have_names_of_their_own() {
        for name in [
            "penalty.decided",
            "clearance.stage_reached",
            "gift.delivered",
            "directive.issued",
            "conscription.quota_set",
            "dossier.received",
            "petition.received",
            "project.registered",
            "tax.debt_changed",
            "housing.renovation_milestone",
        ] {
            let states = Family::of_kind(name).map(Family::states).unwrap_or_default();
            let names: BTreeSet<_> = states.iter().collect();
            assert!(states.len() > 3 && names.len() == states.len(), "{name}: {states:?}");
            let family = Family::of_kind(name).unwrap();
            assert!(states.iter().all(|state| family.label(state).is_some()), "{name}");
            assert_eq!(family.label("no such state"), None);
        }
        assert_eq!(Family::of_kind("inspection.conducted"), None);
    }
}
