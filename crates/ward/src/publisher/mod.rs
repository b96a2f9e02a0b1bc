//! The ward's side of the protocol with the district, without sockets, files or clocks.
//!
//! State + input → next state + outputs. The shell ([`crate::node`]) owns the link to the broker and the journal; it hands in
//! what happened, looks up the one record of the journal a message is about, does what the outputs say in their
//! order, and asks for the next segment to send. Time is an argument: milliseconds that never go back.
//!
//! ```text
//!            connected                head agrees                 answer overdue, gap not ours
//!  Offline ───────────▶ Greeting ───────────────▶ Publishing ───────────────────────▶ Greeting
//!                        │  ▲  │ district is ahead                │ suspended, refused
//!                        │  │  └──────▶ Rejoining                 ▼
//!                        │  └─────────────┘ ◀───────────────── Waiting
//!                        ▼ a proof fails (from any state)
//!                      Halted, until somebody has looked
//! ```

mod alarm;
mod backoff;
mod erasure;
mod greeting;
mod messages;
mod receipt;
mod state;
mod window;

pub use alarm::{Alarm, AlarmKind};
pub use backoff::{FIRST_WAIT_MS, LONGEST_WAIT_MS};
pub use erasure::Ordered;
pub use messages::{Input, Output, Pause, Standing, Start};
pub use receipt::{Held, Own, Proven};
pub use state::Publisher;
pub use window::MAX_IN_FLIGHT;
