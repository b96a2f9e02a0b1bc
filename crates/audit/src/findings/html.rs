//! Findings as one HTML page to print and file: no script, nothing fetched.

use std::fmt::Write as _;

use socai_report::escaped;

use super::{
    EventLine, Findings, Line, RuleLine,
    text::{compared, grouped, seen, severity, used},
};
use crate::text::Language;

const STYLE: &str = "body{font:11pt serif;margin:2em auto;max-width:60em;color:#000}h1{font-size:14pt}h2{font-size:12pt;margin:1.5em 0 0}\
table{border-collapse:collapse;width:100%}th,td{border:1px solid #000;padding:2pt 4pt;text-align:left;vertical-align:top}\
td.n{text-align:right;white-space:nowrap}p{margin:.3em 0}.root{overflow-wrap:anywhere}tr{break-inside:avoid}\
@page{size:A4 landscape;margin:15mm}";

/// The page; the same findings give the same bytes.
#[must_use]
pub fn html(findings: &Findings, language: Language) -> String {
    let title = match language {
        Language::Vi => format!("{} phát hiện ngày {}", findings.findings.len(), findings.on),
        Language::En => format!("{} findings on {}", findings.findings.len(), findings.on),
    };
    let (lang, table) = (language.pick("vi", "en"), escaped(&used(&findings.table, language)));
    let compared = match findings.sightings {
        0 => String::new(),
        count => format!("<p>{}</p>\n", escaped(&compared(count, language))),
    };
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <h1>{title}</h1>\n<p>{table}</p>\n{compared}<p class=\"root\">{} {} · {} {}</p>\n<p>{}</p>\n",
        language.pick("số mục", "size"),
        language.number(findings.size),
        language.pick("gốc cây", "root"),
        findings.root.as_deref().unwrap_or("-"),
        language.pick(
            "Chưa kiểm chứng ở đây: <code>socai audit verify</code> xác nhận gốc cây này; \
             <code>socai audit prove SỔ ĐƠN_VỊ/SỐ</code> cho bằng chứng của một sự kiện.",
            "Not verified here: <code>socai audit verify</code> confirms this root; \
             <code>socai audit prove LEDGER UNIT/SEQ</code> gives the proof of an event.",
        ),
    );
    for (rule, of) in grouped(findings) {
        section(&mut out, rule, &of, language);
    }
    out.push_str("</body>\n</html>\n");
    out
}

fn section(out: &mut String, rule: &RuleLine, of: &[&Line], language: Language) {
    let label = escaped(language.pick(&rule.label, &rule.label_en));
    let heads = match language {
        Language::Vi => ["Ngày", "Đơn vị, vụ việc", "Phát hiện", "Số tiền", "Chậm nộp", "Số ngày", "Sự kiện"],
        Language::En => ["Day", "Unit, case", "Finding", "Amount", "Interest", "Days", "Events"],
    };
    let heads: String = heads.iter().map(|head| format!("<th>{head}</th>")).collect();
    // writing to a string cannot fail
    let _ = write!(
        out,
        "<h2>{label} [{}]: {} ({})</h2>\n<p>{}</p>\n<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n",
        escaped(&rule.id),
        of.len(),
        severity(rule.severity, language),
        escaped(&rule.source),
    );
    for line in of {
        row(out, rule, line, language);
    }
    out.push_str("</tbody>\n</table>\n");
}

fn row(out: &mut String, rule: &RuleLine, line: &Line, language: Language) {
    let number = |number: Option<i64>| match number {
        Some(number) if number < 0 => format!("-{}", language.number(number.unsigned_abs())),
        Some(number) => language.number(number.unsigned_abs()),
        None => String::new(),
    };
    let case = line.case.as_ref().map_or_else(String::new, |case| format!("<br>{}", escaped(case)));
    let message = escaped(language.pick(&line.message_vi, &line.message_en));
    let article = match line.source == rule.source {
        true => String::new(),
        false => format!("<br><i>{}</i>", escaped(&line.source)),
    };
    let events: Vec<String> = line.events.iter().map(|fact| event(fact, language)).collect();
    let more = line.events_in_all.saturating_sub(line.events.len() as u64);
    let more = match more {
        0 => String::new(),
        more => format!("<br>… {} {}", language.number(more), language.pick("sự kiện nữa", "more")),
    };
    let _ = writeln!(
        out,
        "<tr><td>{}</td><td>{}{case}</td><td>{message}{article}</td><td class=\"n\">{}</td><td class=\"n\">{}</td>\
         <td class=\"n\">{}</td><td>{}{more}</td></tr>",
        escaped(&line.on),
        escaped(&line.unit),
        number(line.amount),
        number(line.interest),
        number(line.days),
        events.join("<br>"),
    );
}

fn event(event: &EventLine, language: Language) -> String {
    let leaf = event.leaf.map_or_else(|| "#?".to_owned(), |leaf| format!("#{leaf}"));
    let document = event.document.as_deref().map_or_else(String::new, |text| format!(" {}", escaped(text)));
    let seen =
        event.seen.as_ref().map_or_else(String::new, |at| format!(" ({})", escaped(&seen(at, language))));
    format!("{} {leaf}{document}{seen}", escaped(&event.event))
}
