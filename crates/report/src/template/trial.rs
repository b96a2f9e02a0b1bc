//! Trying a template in every world where figures exist, are missing or are zero.

use socai_domain::CivilDate;

use super::values::World;
use super::{Template, names};
use crate::TemplateError;
use crate::figures::{Occasion, Period};

/// Renders the template with all data, with all of it missing, all zero (confirmed or not), and each figure missing or zero alone.
pub(super) fn every_world(template: &Template) -> Result<(), TemplateError> {
    let mut worlds = vec![World::Some, World::Missing(None), World::Nil(None), World::Zero(None)];
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::engine;

    #[test]
    fn the_districts_template_takes_a_fraction_of_the_steps_that_one_may() {
        let source = include_str!("../../../../deploy/thanh-xuan/rules/template.monthly.jinja");
        let mut template = Template::parse(source).unwrap();
        let engine = std::sync::Arc::get_mut(&mut template.engine).unwrap();
        engine.set_fuel(Some(engine::MOST_STEPS / 1_000));
        every_world(&template).unwrap();
        std::sync::Arc::get_mut(&mut template.engine).unwrap().set_fuel(Some(engine::MOST_STEPS / 100_000));
        assert!(matches!(every_world(&template), Err(TemplateError::Endless { .. })));
    }
}
