//! Findings as JSON.

use super::Findings;

/// Every finding with every fact it names; the same findings give the same bytes.
///
/// # Errors
/// Never in practice: the form has no maps with other keys than texts.
pub fn json(findings: &Findings) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(findings)
}
