//! The command line's way to a unit: here, or through the node that already has it.

use std::{path::Path, sync::Arc};

use serde_json::Value;

use crate::{
    client::{Client, ClientError},
    clock,
    config::UnitConfig,
    dir::UnitDir,
    draft::{Drafter, Given},
    entropy::IdMaker,
    keeper::OpenError,
    keys::Keys,
    problem::Problem,
    registry,
    vault::Vault,
    ward::{Ward, WardError},
};

/// A unit that can be asked to seal. Two processes never seal for one unit.
pub enum Access {
    /// No other process has the unit: it is open here until this is dropped.
    Here(Ward),
    /// A node runs for the unit: it is asked over HTTP.
    Node(Client),
}

/// Why a unit cannot be reached.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// It cannot be opened here.
    #[error(transparent)]
    Ward(Box<WardError>),
    /// The node that has it cannot be asked.
    #[error(transparent)]
    Client(#[from] ClientError),
}

/// Opens the unit in `dir`, or finds the node that runs for it.
///
/// # Errors
/// Neither is possible.
pub fn reach(dir: &Path) -> Result<Access, AccessError> {
    match Ward::open(dir) {
        Ok(ward) => Ok(Access::Here(ward)),
        Err(error) if error.is_locked() => Ok(Access::Node(Client::to_node_of(&UnitDir::new(dir))?)),
        Err(error) => Err(AccessError::Ward(error.into())),
    }
}

/// What is wrong with an event today, before anybody is asked to seal it. Reads the unit's files without its lock, so beside a node too, and
/// seals nothing.
///
/// # Errors
/// Settings, keys or the units known here cannot be read.
pub fn problems_of(dir: &Path, form: &Value) -> Result<Vec<Problem>, WardError> {
    let dir = UnitDir::new(dir);
    let unit = UnitConfig::read(&dir).map_err(OpenError::Config)?;
    let keys = Keys::read(&dir).map_err(OpenError::Key)?;
    let (ids, vault) = (IdMaker::new(keys.ids()), Arc::new(Vault::of(&dir)));
    let drafter = Drafter::new(&unit.config.unit, unit.no, ids, registry::read(&dir)?, vault);
    let drafted = drafter.draft(form, &Given::default(), clock::today());
    Ok(drafted.err().unwrap_or_default())
}
