//! Findings as text of at most 80 columns: by rule, the worst rules as the table has them.

use super::{EventLine, Findings, Line, RuleLine, SeenLine, TableUsed};
use crate::{page::Page, text::Language};

/// Facts of a finding that are named; JSON and CSV have all.
const MOST_EVENTS: usize = 6;

/// The findings in words; rules that found nothing are named in one line at the end.
#[must_use]
pub fn text(findings: &Findings, language: Language) -> String {
    let mut page = Page::default();
    head(&mut page, findings, language);
    for (rule, of) in grouped(findings) {
        page.line(0, "");
        rule_head(&mut page, rule, of.len(), language);
        for line in of {
            describe(&mut page, rule, line, language);
        }
    }
    if findings.findings.is_empty() {
        page.line(0, "");
        page.line(0, language.pick("Không có phát hiện nào.", "Nothing is found."));
    }
    silent(&mut page, findings, language);
    page.text
}

/// Rules that found something with what they found. Rows of one id stand together.
pub(super) fn grouped(findings: &Findings) -> Vec<(&RuleLine, Vec<&Line>)> {
    let mut groups: Vec<(&RuleLine, Vec<&Line>)> = vec![];
    for rule in &findings.rules {
        if groups.iter().any(|(known, _)| known.id == rule.id) {
            continue;
        }
        let of: Vec<_> = findings.findings.iter().filter(|line| line.rule == rule.id).collect();
        if !of.is_empty() {
            groups.push((rule, of));
        }
    }
    groups
}

fn head(page: &mut Page, findings: &Findings, language: Language) {
    let number = |count: usize| language.number(count as u64);
    let of = |severity| findings.findings.iter().filter(|line| line.severity == severity).count();
    let (high, medium, low) = (number(of("high")), number(of("medium")), number(of("low")));
    let (all, on) = (number(findings.findings.len()), &findings.on);
    page.line(
        0,
        &match language {
            Language::Vi => {
                format!("{all} PHÁT HIỆN ngày {on}: {high} nặng, {medium} cần giải trình, {low} cần biết")
            }
            Language::En => format!("{all} FINDINGS on {on}: {high} high, {medium} medium, {low} low"),
        },
    );
    let size = language.number(findings.size);
    page.line(2, &format!("{} {size}", language.pick("số mục", "size")));
    page.line(
        2,
        &format!("{} {}", language.pick("gốc cây", "root"), findings.root.as_deref().unwrap_or("-")),
    );
    page.line(2, &used(&findings.table, language));
    if findings.sightings > 0 {
        page.line(2, &compared(findings.sightings, language));
    }
    page.line(
        2,
        language.pick(
            "chưa kiểm chứng ở đây: `socai audit verify` xác nhận gốc cây này",
            "not verified here: `socai audit verify` confirms this root",
        ),
    );
    page.line(
        2,
        language.pick(
            "bằng chứng của một sự kiện: `socai audit prove SỔ ĐƠN_VỊ/SỐ`",
            "the proof of an event: `socai audit prove LEDGER UNIT/SEQ`",
        ),
    );
}

/// With how many statements of witnesses times were compared.
pub(super) fn compared(sightings: u64, language: Language) -> String {
    let count = language.number(sightings);
    match language {
        Language::Vi => format!("đối chiếu giờ với {count} mốc có chữ ký nhân chứng"),
        Language::En => format!("times compared with {count} checkpoints that witnesses cosigned"),
    }
}

/// By which table.
pub(super) fn used(table: &TableUsed, language: Language) -> String {
    match (table, language) {
        (TableUsed::Adopted { version, effective_from, leaf, .. }, Language::Vi) => {
            format!("theo bảng findings phiên bản {version}, hiệu lực từ {effective_from}, mục #{leaf}")
        }
        (TableUsed::Adopted { version, effective_from, leaf, .. }, Language::En) => {
            format!("by table findings, version {version}, in force from {effective_from}, leaf #{leaf}")
        }
        (TableUsed::File { path, digest }, Language::Vi) => {
            format!("theo bảng của người kiểm tra: {path}, BLAKE3 {}", &digest[..16])
        }
        (TableUsed::File { path, digest }, Language::En) => {
            format!("by the auditor's own table: {path}, BLAKE3 {}", &digest[..16])
        }
    }
}

/// A severity in words.
pub(super) fn severity(name: &str, language: Language) -> &'static str {
    match (name, language) {
        ("high", Language::Vi) => "nặng",
        ("high", Language::En) => "high",
        ("medium", Language::Vi) => "cần giải trình",
        ("medium", Language::En) => "medium",
        (_, Language::Vi) => "cần biết",
        (_, Language::En) => "low",
    }
}

fn rule_head(page: &mut Page, rule: &RuleLine, count: usize, language: Language) {
    let label = language.pick(&rule.label, &rule.label_en);
    let weight = severity(rule.severity, language);
    let amount = rule.amount.map_or_else(String::new, |amount| format!(", {}", money(amount, language)));
    page.line(0, &format!("{label} [{}]: {} ({weight}){amount}", rule.id, language.number(count as u64)));
    page.line(2, &rule.source);
}

fn describe(page: &mut Page, rule: &RuleLine, line: &Line, language: Language) {
    let case = line.case.as_ref().map_or_else(String::new, |case| format!(" · {case}"));
    page.line(0, "");
    page.line(2, &format!("{} · {}{case}", line.on, line.unit));
    page.line(4, language.pick(&line.message_vi, &line.message_en));
    let measures = measures(line, language);
    if !measures.is_empty() {
        page.line(4, &measures);
    }
    let mut events: Vec<String> =
        line.events.iter().take(MOST_EVENTS).map(|fact| event(fact, language)).collect();
    let shown = events.len() as u64;
    if line.events_in_all > shown {
        let more = language.number(line.events_in_all - shown);
        events.push(format!("… {more} {}", language.pick("sự kiện nữa", "more")));
    }
    if !events.is_empty() {
        page.line(4, &events.join(" · "));
    }
    if line.source != rule.source {
        page.line(4, &line.source);
    }
}

/// Money and days, for those who add them up.
fn measures(line: &Line, language: Language) -> String {
    let money = |amount: i64| money(amount, language);
    let parts = [
        line.amount.map(|amount| format!("{}: {}", language.pick("số tiền", "amount"), money(amount))),
        line.interest
            .map(|amount| format!("{}: {}", language.pick("tiền chậm nộp", "interest"), money(amount))),
        line.days.map(|days| format!("{}: {days}", language.pick("số ngày", "days"))),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn money(amount: i64, language: Language) -> String {
    let sign = if amount < 0 { "-" } else { "" };
    format!("{sign}{} {}", language.number(amount.unsigned_abs()), language.pick("đồng", "VND"))
}

/// `7/12 #345 01/QĐ-XPHC (seen 2023-02-08 10:15:00)`
fn event(event: &EventLine, language: Language) -> String {
    let leaf = event.leaf.map_or_else(|| " #?".to_owned(), |leaf| format!(" #{leaf}"));
    let document = event.document.as_ref().map_or_else(String::new, |document| format!(" {document}"));
    let seen =
        event.seen.as_ref().map_or_else(String::new, |seen| format!(" ({})", self::seen(seen, language)));
    format!("{}{leaf}{document}{seen}", event.event)
}

/// When witnesses first saw it, to the second.
pub(super) fn seen(seen: &SeenLine, language: Language) -> String {
    let at: String = seen.at.replace('T', " ").chars().take(19).collect();
    format!("{} {at}", language.pick("chứng kiến", "seen"))
}

/// Rules that found nothing.
fn silent(page: &mut Page, findings: &Findings, language: Language) {
    let mut ids: Vec<&str> = vec![];
    for rule in &findings.rules {
        let found = findings.rules.iter().any(|other| other.id == rule.id && other.found > 0);
        if !found && !ids.contains(&rule.id.as_str()) {
            ids.push(&rule.id);
        }
    }
    if !ids.is_empty() {
        page.line(0, "");
        let label = language.pick("Quy tắc không phát hiện gì", "Rules that found nothing");
        page.line(0, &format!("{label} ({}): {}", ids.len(), ids.join(", ")));
    }
}
