//! Rules of the renovation of old apartment blocks.

use socai_proto::v1::{RenovationMilestone, SafetyGrade};
use socai_proto::view;

use super::Breaches;

const GRADES: &str = "Decree 69/2021/NĐ-CP";

/// A grading has a grade.
pub(super) fn renovation_milestone(reached: &view::HousingRenovationMilestone<'_>, out: &mut Breaches) {
    if reached.milestone() == RenovationMilestone::SafetyGraded && reached.grade() == SafetyGrade::Unspecified
    {
        let (vi, en) = ("Kiểm định phải nêu cấp nguy hiểm", "a grading states the grade");
        out.add("data.grade", "required", vi, en).by(GRADES);
    }
}
