//! The report as one HTML page to print, sign and file: no script, nothing fetched, the same words as the text.

use std::fmt::Write as _;

use socai_report::escaped;

use crate::{
    fault_line::Outcome,
    issued::ReportLine,
    report::Report,
    text::{Language, believed, checked, key_change, place, verdict},
};

const STYLE: &str = "body{font:11pt serif;margin:2em auto;max-width:48em;color:#000}h1{font-size:15pt}h2{font-size:12pt;margin:1.4em 0 .3em}\
table{border-collapse:collapse;width:100%}th,td{border:1px solid #000;padding:2pt 5pt;text-align:left;vertical-align:top;overflow-wrap:anywhere}\
th{white-space:nowrap}td.n{text-align:right;white-space:nowrap}pre{white-space:pre-wrap;overflow-wrap:anywhere;border:1px solid #000;padding:4pt}\
li{margin:.15em 0}tr,li{break-inside:avoid}.bad{font-weight:bold}.sign{margin-top:3em;display:flex;justify-content:space-between}\
.sign div{width:45%;border-top:1px solid #000;padding-top:2pt}@page{size:A4;margin:18mm}";

/// The page; the same report gives the same bytes.
#[must_use]
pub fn html(report: &Report, language: Language) -> String {
    let title = escaped(&verdict(report, language));
    let lang = language.pick("vi", "en");
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <h1>{title}</h1>\n"
    );
    subject(&mut out, report, language);
    list(&mut out, language.pick("Đã kiểm những gì", "What was checked"), checked(report, language));
    faults(&mut out, report, language);
    reports(&mut out, report, language);
    let keys = report.key_changes.iter().map(|change| key_change(change, language)).collect();
    list(&mut out, language.pick("Khóa cần đối chiếu với giấy tờ", "Keys to compare with papers"), keys);
    heading(&mut out, language.pick("Mốc đã ký", "Signed checkpoint"));
    // writing to a string cannot fail
    let _ = writeln!(out, "<pre>{}</pre>", lines(&report.checkpoint));
    let _ = write!(
        out,
        "<div class=\"sign\"><div>{}</div><div>{}</div></div>\n</body>\n</html>\n",
        language.pick("Người kiểm chứng (chức vụ, chữ ký)", "Verified by (office, signature)"),
        language.pick("Ngày", "Date"),
    );
    out
}

/// What was verified, under whose keys, by what.
fn subject(out: &mut String, report: &Report, language: Language) {
    let read = match report.outcome {
        Outcome::Verified => language.pick("Số mục", "Size"),
        _ => language.pick("Đọc được đến mục", "Read to size"),
    };
    let rows = [
        (language.pick("Sổ cái", "Ledger"), report.ledger.clone()),
        (language.pick("Nơi đọc", "Read from"), report.directory.clone()),
        (read, language.number(report.size)),
        (language.pick("Gốc cây", "Root"), report.root.clone().unwrap_or_else(|| "-".to_owned())),
        (language.pick("Mục cuối nhận lúc", "Last entry received"), report.received_at.clone()),
        (language.pick("Căn cứ tin", "Trust"), believed(report, language)),
        (language.pick("Khóa vận hành", "Operator's key"), report.trust.operator.clone()),
        (language.pick("Kiểm chứng lúc", "Verified at"), report.audited_at.clone()),
        (language.pick("Chương trình", "Program"), report.tool.clone()),
    ];
    out.push_str("<table>\n");
    for (label, value) in rows {
        let _ = writeln!(out, "<tr><th>{label}</th><td>{}</td></tr>", escaped(&value));
    }
    out.push_str("</table>\n");
}

fn heading(out: &mut String, text: &str) {
    let _ = writeln!(out, "<h2>{text}</h2>");
}

/// A list under a heading; nothing when it is empty.
fn list(out: &mut String, title: &str, lines: Vec<String>) {
    if lines.is_empty() {
        return;
    }
    heading(out, title);
    out.push_str("<ul>\n");
    for line in lines {
        let _ = writeln!(out, "<li>{}</li>", escaped(&line));
    }
    out.push_str("</ul>\n");
}

/// What does not verify, and where; that there is nothing of it is said too.
fn faults(out: &mut String, report: &Report, language: Language) {
    heading(out, language.pick("Không đạt ở đâu", "What does not verify"));
    if report.faults.is_empty() {
        let _ = writeln!(out, "<p>{}</p>", language.pick("Không có.", "Nothing."));
        return;
    }
    let heads = match language {
        Language::Vi => ["Số", "Ở đâu", "Thế nào", "Làm gì"],
        Language::En => ["No", "Where", "What", "What to do"],
    };
    begin(out, &heads);
    for (number, fault) in report.faults.iter().enumerate() {
        let _ = writeln!(
            out,
            "<tr><td class=\"n\">{}</td><td>{}</td><td>[{}] {}</td><td>{}</td></tr>",
            number + 1,
            escaped(&place(report, fault, language)),
            escaped(fault.code),
            escaped(language.pick(&fault.what_vi, &fault.what)),
            escaped(language.pick(&fault.remedy_vi, &fault.remedy)),
        );
    }
    out.push_str("</tbody></table>\n");
    let more = report.faults_found.saturating_sub(report.faults.len() as u64);
    if more > 0 {
        let _ =
            writeln!(out, "<p>… {} {}</p>", language.number(more), language.pick("lỗi nữa", "faults more"));
    }
}

/// Issued reports, recomputed.
fn reports(out: &mut String, report: &Report, language: Language) {
    if report.reports.is_empty() {
        return;
    }
    heading(
        out,
        language.pick(
            "Báo cáo đã ban hành, tính lại theo mốc của từng báo cáo",
            "Issued reports, each recomputed at its own cut-off",
        ),
    );
    let heads = match language {
        Language::Vi => ["Báo cáo", "Kỳ", "Bản ghi", "Số mục", "Số liệu", "Kết quả"],
        Language::En => ["Report", "Period", "Record", "Size", "Values", "Result"],
    };
    begin(out, &heads);
    for line in &report.reports {
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td>{} – {}</td><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td>{}</tr>",
            escaped(&line.number),
            escaped(&line.from),
            escaped(&line.to),
            escaped(&line.record),
            language.number(line.size),
            language.number(line.values),
            result(line, language),
        );
    }
    out.push_str("</tbody></table>\n");
}

fn result(line: &ReportLine, language: Language) -> String {
    if !line.is_of_this_ledger {
        let text = language.pick("mốc không phải của sổ cái này", "names a cut-off of another tree");
        return format!("<td class=\"bad\">{text}</td>");
    }
    if line.differ == 0 {
        return format!("<td>{}</td>", language.pick("đúng như đã in", "as printed"));
    }
    let differences = line.differences.iter().map(|difference| {
        let again = difference.recomputed.map_or_else(|| "-".to_owned(), |value| value.to_string());
        let again = match difference.same_value {
            true => language.pick("từ sự kiện khác", "from other facts").to_owned(),
            false => again,
        };
        format!("{}: {} → {again}", escaped(&difference.indicator), difference.printed)
    });
    let differences: Vec<String> = differences.collect();
    format!("<td class=\"bad\">{} ≠<br>{}</td>", language.number(line.differ), differences.join("<br>"))
}

fn begin(out: &mut String, heads: &[&str]) {
    let heads: String = heads.iter().map(|head| format!("<th>{head}</th>")).collect();
    let _ = write!(out, "<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n");
}

/// A text of several lines, each escaped by itself: what ends a line is no control character here.
fn lines(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(escaped).collect();
    lines.join("\n")
}
