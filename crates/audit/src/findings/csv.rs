//! Findings as a table for spreadsheets (RFC 4180, UTF-8): one row a finding, several facts in one cell apart by `; `.

use std::borrow::Cow;

use super::{EventLine, Findings};

/// The columns, in the language of the JSON form.
const HEAD: &str = "rule,severity,unit,on,case,message_vi,message_en,amount,interest,days,events,leaves,documents,events_in_all,source,seen";

/// A heading and one row a finding; the same findings give the same bytes.
#[must_use]
pub fn csv(findings: &Findings) -> String {
    let mut out = format!("{HEAD}\n");
    for line in &findings.findings {
        let joined = |of: &dyn Fn(&EventLine) -> String| {
            let parts: Vec<String> = line.events.iter().map(of).collect();
            parts.join("; ")
        };
        let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
        let cells = [
            text(&line.rule),
            text(line.severity),
            text(&line.unit),
            text(&line.on),
            text(line.case.as_deref().unwrap_or_default()),
            text(&line.message_vi),
            text(&line.message_en),
            number(line.amount),
            number(line.interest),
            number(line.days),
            text(&joined(&|event| event.event.clone())),
            text(&joined(&|event| event.leaf.map(|leaf| leaf.to_string()).unwrap_or_default())),
            text(&joined(&|event| event.document.clone().unwrap_or_default())),
            line.events_in_all.to_string(),
            text(&line.source),
            text(&joined(&|event| event.seen.as_ref().map(|seen| seen.at.clone()).unwrap_or_default())),
        ];
        out.push_str(&cells.join(","));
        out.push('\n');
    }
    out
}

/// Text for a cell of a CSV file that people open in a spreadsheet: what that would take for a formula begins with an apostrophe. Numbers are no
/// text and stay what they are.
#[must_use]
pub fn guarded(text: &str) -> Cow<'_, str> {
    match text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => Cow::Owned(format!("'{text}")),
        false => Cow::Borrowed(text),
    }
}

/// A cell of text, guarded, and quoted where it must be.
fn text(text: &str) -> String {
    let text = guarded(text);
    match text.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_quoted_where_it_must_be_and_is_never_a_formula() {
        for (given, cell) in [
            ("01/QĐ-XPHC", "01/QĐ-XPHC"),
            ("a, b", "\"a, b\""),
            ("\"a\"", "\"\"\"a\"\"\""),
            ("=1+1", "'=1+1"),
            ("-1,\n2", "\"'-1,\n2\""),
        ] {
            assert_eq!(text(given), cell);
        }
    }
}
