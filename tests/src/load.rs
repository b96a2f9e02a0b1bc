//! Offices that never stop handing in facts, and remember which ones were accepted.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use serde_json::Value;

use crate::{chance::Chance, facts, unit::Unit, wait};

/// A thread for each unit that sends events to its node, again and again until each is accepted.
pub struct Load {
    stop: Arc<AtomicBool>,
    offices: Vec<JoinHandle<Accepted>>,
}

/// What a node said it sealed: the name and link of each event's record, by the event's id.
pub type Accepted = BTreeMap<String, (String, String)>;

impl Load {
    /// Begins: requests of 1 to `most` events with a pause of up to `pause` between them.
    pub fn begin(units: &[Unit], chance: &mut Chance, most: u64, pause: Duration) -> Load {
        let stop = Arc::new(AtomicBool::new(false));
        let office = |unit: &Unit| {
            let (unit, stop, mut chance) = (unit.clone(), stop.clone(), Chance::new(chance.number()));
            thread::spawn(move || {
                let mut accepted = Accepted::new();
                while !stop.load(Ordering::Relaxed) {
                    let count = 1 + chance.below(most);
                    let events: Vec<_> =
                        (0..count).map(|_| facts::inspection(&unit.id, &mut chance)).collect();
                    accepted.extend(hand_in(&unit, &events));
                    thread::sleep(chance.time(pause)); // an office's pace, not a wait for something
                }
                accepted
            })
        };
        let offices = units.iter().map(office).collect();
        Load { stop, offices }
    }

    /// Ends, once the last request of every office was accepted; the nodes must run. What was accepted, office by office.
    ///
    /// # Panics
    /// A node refused a good event, or did not come back in time.
    pub fn end(self) -> Vec<Accepted> {
        self.stop.store(true, Ordering::Relaxed);
        let done = |office: JoinHandle<Accepted>| match office.join() {
            Ok(accepted) => accepted,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        self.offices.into_iter().map(done).collect()
    }
}

/// Sends the same request until it is accepted, as a careful client does: the events' ids make that harmless.
///
/// # Panics
/// The node refuses the events, or there is no answer in time.
pub fn hand_in(unit: &Unit, events: &[Value]) -> Accepted {
    let request = Value::from(events.to_vec());
    let mut last = String::new();
    let accepted = wait::within(2 * wait::LONG, || match unit.post(&request) {
        Ok(answer) if answer.status == 201 => Some(answer.body),
        Ok(answer) if answer.status >= 500 => {
            last = answer.body.to_string();
            None
        }
        Ok(answer) => panic!("{} refuses a good event: {} {}", unit.id, answer.status, answer.body),
        Err(error) => {
            last = error.to_string();
            None
        }
    });
    let sealed =
        accepted.unwrap_or_else(|| panic!("{} never took the events; the last answer: {last}", unit.id));
    let sealed = sealed.as_array().unwrap_or_else(|| panic!("not an array: {sealed}"));
    assert_eq!(sealed.len(), events.len());
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let pairs = events.iter().zip(sealed);
    pairs
        .map(|(event, sealed)| (text(&event["id"]), (text(&sealed["name"]), text(&sealed["link"]))))
        .collect()
}
