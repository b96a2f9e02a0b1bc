//! The command line's way to a unit: here, or through the node that already has it.

use std::path::Path;

use crate::{
    client::{Client, ClientError},
    dir::UnitDir,
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
