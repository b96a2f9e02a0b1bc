//! Units, keys and suspensions as the gate needs them: as of the last record appended, ahead of the fold.
//!
//! The same registry code serves the fold; here it follows only what changes it, unit 0's records and the
//! records whose header says that they rotate a key.

use socai_domain::{Event, Registry};
use socai_tlog::{Header, LeafIndex, Record, SealingKey, UnitNo, UnitSeq};
