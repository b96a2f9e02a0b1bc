//! Trying a template in every world where figures are missing or zero.

use socai_domain::CivilDate;

use super::values::World;
use super::{Template, names};
use crate::TemplateError;
use crate::figures::{Occasion, Period};

/// Renders the template with all data missing, all zero (confirmed or not), and each figure missing or zero alone.
pub(super) fn every_world(template: &Template) -> Result<(), TemplateError> {
    let mut worlds = vec![World::Missing(None), World::Nil(None), World::Zero(None)];
    for (_, code) in template.codes() {
        worlds.push(World::Missing(Some(code.to_owned())));
        worlds.push(World::Nil(Some(code.to_owned())));
        worlds.push(World::Zero(Some(code.to_owned())));
    }
    let sample = names::sample(&sample_period());
    for world in worlds {
        template.render(world, sample.clone())?;
    }
    Ok(())
}

fn sample_period() -> Period {
    let occasion = Occasion { id: "x".to_owned(), name: "dịp".to_owned() };
    Period {
        id: None,
        name: "kỳ".to_owned(),
        results_of: "kỳ".to_owned(),
        from: CivilDate::MIN,
        to: CivilDate::MAX,
        books_to: None,
        tasks_of: "kỳ".to_owned(),
        occasion: Some(occasion),
    }
}
