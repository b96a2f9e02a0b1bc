//! The JSON form of an event, as imports and the API carry it.
//!
//! `{"kind","unit","id","occurred_on","place","case","refs","doc","level","source","entered_by","approved_by","data","annex"}` with
//! the field names of the `.proto`. Dates are ISO, enums lower case without prefix, names of records `"17/42"`, bytes lower-case
//! hexadecimal, all numbers plain integers. Absent, `null` and empty say the same. The whole form: `proto/README.md` § JSON form.

mod form;
mod hex;
mod read;
mod write;

pub use form::Form;
pub use read::event_from_json;
pub use write::{annex_to_json, event_to_json};

pub(crate) use read::{facts_from_json, put_value};
pub(crate) use write::value_of;
