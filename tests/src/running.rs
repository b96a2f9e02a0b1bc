//! District and nodes of a world, running; and the proper end of every scenario.

use std::time::{Duration, Instant};

use crate::{
    ledger::{self, Entry, Roots},
    load::Accepted,
    service::Service,
    world::World,
};

/// Services of a world. A place is empty while its service is down.
pub struct Running {
    /// The district.
    pub district: Option<Service>,
    /// A node for each unit, in the world's order.
    pub nodes: Vec<Option<Service>>,
}

impl Running {
    /// Starts the district, then every node, and waits until each answers.
    pub fn start(world: &World) -> Running {
        let district = Some(world.district());
        let nodes = world.units.iter().map(|unit| Some(unit.node())).collect();
        Running { district, nodes }
    }

    /// Starts whatever is down.
    pub fn start_rest(&mut self, world: &World) {
        self.district.get_or_insert_with(|| world.district());
        for (place, unit) in self.nodes.iter_mut().zip(&world.units) {
            place.get_or_insert_with(|| unit.node());
        }
    }

    /// Waits until everything sealed has its receipt, and gives how long that took.
    pub fn settle(&self, world: &World) -> Duration {
        let begun = Instant::now();
        for unit in &world.units {
            unit.await_recorded();
        }
        begun.elapsed()
    }

    /// Asks everything to stop; each service has to drain and end with 0.
    pub fn stop(self) {
        for node in self.nodes.into_iter().flatten() {
            node.stop();
        }
        if let Some(district) = self.district {
            district.stop();
        }
    }

    /// Settles, stops, and shows that every sealed record is in the log exactly once and that no size ever had two roots. Gives the log.
    ///
    /// # Panics
    /// It is not so.
    pub fn close(mut self, world: &World, roots: &mut Roots) -> Vec<Entry> {
        self.start_rest(world);
        self.settle(world);
        self.stop();
        world.units.iter().for_each(|unit| roots.of_unit(unit));
        roots.assert_of(&world.log_dir());
        ledger::assert_exactly_once(world)
    }
}

/// Everything that nodes said was sealed is in the log under the name and with the link they gave.
///
/// # Panics
/// Something is not.
pub fn assert_kept(accepted: &[Accepted], log: &[Entry]) {
    let by_id: std::collections::HashMap<&str, &Entry> =
        log.iter().map(|entry| (entry.id.as_str(), entry)).collect();
    for (id, (name, link)) in accepted.iter().flatten() {
        let entry = by_id
            .get(id.as_str())
            .unwrap_or_else(|| panic!("{name} ({id}) was sealed and is not in the log"));
        assert_eq!((&entry.name, &entry.link), (name, link), "event {id}");
    }
}
