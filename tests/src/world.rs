//! One district, a few of its units, a broker: founded by the program itself in a directory of its own.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use socai_bus::{Role, TransportKey};
use socai_tlog::UnitNo;
use tempfile::TempDir;

use crate::{
    broker::{Broker, LEDGER},
    command,
    service::Service,
    socai,
    unit::Unit,
};

/// The ledger's name for ever.
pub const ORIGIN: &str = "socai.example/thu-nghiem";

/// A founded district with enrolled units. Its directories go when it is dropped, unless `SOCAI_KEEP` is set.
pub struct World {
    /// The broker, running.
    pub broker: Broker,
    /// The units, without nodes.
    pub units: Vec<Unit>,
    place: PathBuf,
    _place: Option<TempDir>,
}

impl World {
    /// Founds a ledger and enrols the first `count` units of the reference district, each by its own command.
    ///
    /// # Panics
    /// A command fails.
    pub fn found(count: usize) -> World {
        World::with_room(count, None)
    }

    /// The same, with a broker that has room for this many bytes.
    ///
    /// # Panics
    /// A command fails.
    pub fn with_room(count: usize, max_store: Option<u64>) -> World {
        let temporary = tempfile::Builder::new().prefix("socai-").tempdir().unwrap();
        let (place, temporary) = match std::env::var_os("SOCAI_KEEP") {
            Some(_) => (temporary.keep(), None),
            None => (temporary.path().to_owned(), Some(temporary)),
        };
        fs::create_dir(place.join("logs")).unwrap();
        let broker = Broker::with_room(&place.join("broker"), max_store);
        let mut specs = reference_units().into_iter();
        let operator = specs.next().expect("unit 0 is the first").to_string();
        let district = place.join("district");
        socai!(
            "district",
            "found",
            district,
            "--origin",
            ORIGIN,
            "--ledger",
            LEDGER,
            "--nats",
            broker.url(),
            "--unit",
            operator
        )
        .ok();
        let mut world = World { broker, units: Vec::new(), place, _place: temporary };
        for spec in specs.take(count) {
            world.enrol(&spec);
        }
        world.admit_all();
        world
    }

    /// Makes a unit's keys and registers it; the district must not run.
    ///
    /// # Panics
    /// A command fails.
    pub fn enrol(&mut self, spec: &Value) {
        let id = spec["unit_id"].as_str().expect("a unit has an id").to_owned();
        let no = spec["unit_no"].as_u64().expect("a unit has a number") as u32;
        let dir = self.place.join("units").join(&id);
        socai!("unit", "keys", dir).ok();
        socai!("unit", "enrol", self.district_dir(), dir, "--json", spec.to_string()).ok();
        let log = self.place.join("logs").join(format!("{id}.log"));
        self.units.push(Unit { id, no: UnitNo(no), dir, log });
    }

    /// Lets the district and every unit into the broker, each with what its role may do.
    pub fn admit_all(&mut self) {
        let users = self.users();
        self.broker.admit(&users);
    }

    /// The keys of the district and of every unit, with their roles.
    pub fn users(&self) -> Vec<(String, Role)> {
        let seed = fs::read_to_string(self.district_dir().join("keys/transport")).unwrap();
        let district = TransportKey::from_seed(&seed).unwrap();
        let mut users = vec![(district.public().to_owned(), Role::District)];
        users.extend(self.units.iter().map(|unit| (unit.transport_key(), Role::Unit(unit.no))));
        users
    }

    /// Where everything of this world is.
    pub fn path(&self) -> &Path {
        &self.place
    }

    /// The ledger's directory.
    pub fn district_dir(&self) -> PathBuf {
        self.place.join("district")
    }

    /// The log's directory.
    pub fn log_dir(&self) -> PathBuf {
        self.district_dir().join("log")
    }

    /// Starts the district and waits until it says that it runs.
    ///
    /// # Panics
    /// It does not.
    pub fn district(&self) -> Service {
        let mut district = self.launch_district();
        district.await_log("the district runs");
        district
    }

    /// Starts the district and does not wait.
    pub fn launch_district(&self) -> Service {
        let command = command::command(&[&"district", &"run", &self.district_dir()]);
        Service::start("district", command, &self.place.join("logs/district.log"))
    }

    /// Starts a node for every unit, in their order.
    pub fn nodes(&self) -> Vec<Service> {
        self.units.iter().map(Unit::node).collect()
    }
}

/// Registrations of the reference district, the operator first.
///
/// # Panics
/// `deploy/thanh-xuan/units.json` cannot be read.
pub fn reference_units() -> Vec<Value> {
    let path = deploy().join("units.json");
    let units: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    units["units"].as_array().expect("a list of units").clone()
}

/// `deploy/thanh-xuan` of this checkout.
pub fn deploy() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/thanh-xuan")
}

/// A registration of a unit that existed until a day, for facts after that day.
pub fn spec_until(no: u32, id: &str, valid_to: &str) -> Value {
    json!({
        "unit_no": no, "unit_id": id, "code": format!("{no:05}"), "name": format!("Phường {no}"),
        "type": "ward", "parent": "hn.thanh-xuan.q", "valid_from": "1997-01-01", "valid_to": valid_to,
    })
}
