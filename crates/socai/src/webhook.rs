//! Telling an alarm to an address.

use std::{thread, time::Duration};

use serde_json::Value;

/// How long one try may take in all.
const TRY_WITHIN: Duration = Duration::from_secs(5);
/// Tries, with a pause between them: an alarm is told within twenty seconds or not at all.
const TRIES: usize = 3;
const PAUSE: Duration = Duration::from_secs(1);

/// Posts an alarm as JSON. An error says what the last try met.
pub fn post(url: &str, alarm: &Value) -> Result<(), String> {
    let config = ureq::Agent::config_builder().timeout_global(Some(TRY_WITHIN)).max_redirects(0).build();
    let agent = ureq::Agent::from(config);
    let body = alarm.to_string();
    let once = || match agent.post(url).header("Content-Type", "application/json").send(body.as_str()) {
        Ok(answer) if answer.status().is_success() => Ok(()),
        Ok(answer) => Err(format!("answers {}", answer.status())),
        Err(error) => Err(error.to_string()),
    };
    let mut told = once();
    for _ in 1..TRIES {
        if told.is_ok() {
            break;
        }
        thread::sleep(PAUSE);
        told = once();
    }
    told
}
