//! Head, body, signature, footer and the two sorts of page. Lengths are in twentieths of a point: 1 mm is 56.7 of them.

use super::paragraph::{Run, Set, paragraph, properties, rule};
use crate::frame::{self, Frame};
use crate::heading::{Numbered, loosened};

/// Type sizes in half points: 14 for text, 13 for the frame.
const TEXT: u32 = 28;
const FRAME: u32 = 26;
/// Indent of a first line: 12.7 mm.
const INDENT: u32 = 720;
/// The two halves of the head; together 165 mm, what A4 leaves between 30 and 15 mm.
const HALVES: [u32; 2] = [3_700, 5_655];
/// A4.
const SHORT: u32 = 11_906;
const LONG: u32 = 16_838;

/// Two cells side by side without borders.
fn halves(widths: [u32; 2], left: &str, right: &str) -> String {
    let [first, second] = widths;
    let cell = |width, content| {
        format!("<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/></w:tcPr>{content}</w:tc>")
    };
    format!(
        "<w:tbl><w:tblPr><w:tblW w:w=\"{}\" w:type=\"dxa\"/><w:tblLayout w:type=\"fixed\"/>\
         <w:tblCellMar><w:left w:w=\"0\" w:type=\"dxa\"/><w:right w:w=\"0\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr>\
         <w:tblGrid><w:gridCol w:w=\"{first}\"/><w:gridCol w:w=\"{second}\"/></w:tblGrid>\
         <w:tr><w:trPr><w:cantSplit/></w:trPr>{}{}</w:tr></w:tbl>",
        first + second,
        cell(first, left),
        cell(second, right)
    )
}

/// Issuer beside national title, number beside place and date, then the title.
pub(super) fn head(frame: &Frame) -> String {
    let line = |run| paragraph(Set::centered(), &[run]);
    let [above, name] = &frame.issuer;
    let mut left = String::new();
    if !above.is_empty() {
        left.push_str(&line(Run::bold(above, FRAME)));
    }
    left.push_str(&line(Run::bold(name, FRAME)));
    left.push_str(&rule(HALVES[0] / 3));
    left.push_str(&line(Run::new(&frame.number, FRAME)));
    let right = [
        line(Run::bold(frame::NATION, FRAME - 2)),
        line(Run::bold(frame::MOTTO, FRAME)),
        rule(HALVES[1] / 5),
        line(Run::italic(&frame.place_and_date, FRAME)),
    ];
    let titled = |run, space| paragraph(Set { space, ..Set::centered() }, &[run]);
    [
        halves(HALVES, &left, &right.concat()),
        titled(Run::bold(frame::KIND, TEXT), (280, 0)),
        titled(Run::bold(&frame.title, TEXT), (0, 0)),
        titled(Run::italic(&frame.cut_off, TEXT), (0, 240)),
    ]
    .concat()
}

/// The numbered body.
pub(super) fn body(blocks: &[Numbered], out: &mut String) {
    let text = Set { align: "both", first_line: INDENT, space: (0, 120), ..Set::default() };
    for (at, block) in blocks.iter().enumerate() {
        // a signature never stands alone on a page
        let text = Set { keep_next: at + 1 == blocks.len(), ..text };
        out.push_str(&match block {
            Numbered::Part(title) => paragraph(
                Set { keep_next: true, space: (240, 120), ..Set::centered() },
                &[Run::bold(title, TEXT)],
            ),
            Numbered::Section(title) => {
                paragraph(Set { keep_next: true, space: (120, 120), ..text }, &[Run::bold(title, FRAME)])
            }
            Numbered::Paragraph { lead: Some(lead), text: said } => paragraph(
                text,
                &[Run::bold(lead, TEXT), Run::new(" ", TEXT), Run::new(&loosened(said), TEXT)],
            ),
            Numbered::Paragraph { lead: None, text: said } | Numbered::Item(said) => {
                paragraph(text, &[Run::new(&loosened(said), TEXT)])
            }
        });
    }
}

/// Recipients beside the signature.
pub(super) fn signature(frame: &Frame) -> String {
    let recipient = |text| paragraph(Set::default(), &[Run::new(text, 22)]);
    let recipients: String = frame::RECIPIENTS.iter().map(|line| recipient(line)).collect();
    let head = Run { italic: true, ..Run::bold(frame::RECIPIENTS_HEAD, 24) };
    let left = format!("{}{recipients}", paragraph(Set::default(), &[head]));
    let line = |run, space| paragraph(Set { space, ..Set::centered() }, &[run]);
    let right = [
        line(Run::bold(&frame.on_behalf, FRAME), (0, 0)),
        line(Run::bold(frame::SIGNER, FRAME), (0, 0)),
        line(Run::italic(frame::SIGNATURE, FRAME), (280, 800)),
    ];
    let space = paragraph(Set { space: (0, 120), keep_next: true, ..Set::default() }, &[]);
    format!("{space}{}", halves([4_200, 5_155], &left, &right.concat()))
}

/// The section of the letter ends: A4 upright, 20 mm above and below, 30 mm left, 15 mm right.
pub(super) fn end_of_letter() -> String {
    format!(
        "<w:p><w:pPr><w:spacing w:before=\"0\" w:after=\"0\" w:line=\"20\" w:lineRule=\"exact\"/>{}</w:pPr></w:p>",
        section(false)
    )
}

/// The section of the annexes ends: A4 sideways.
pub(super) fn end_of_annexes() -> String {
    section(true)
}

fn section(sideways: bool) -> String {
    let (size, left) = if sideways {
        (format!("<w:pgSz w:w=\"{LONG}\" w:h=\"{SHORT}\" w:orient=\"landscape\"/>"), 1_134)
    } else {
        (format!("<w:pgSz w:w=\"{SHORT}\" w:h=\"{LONG}\"/>"), 1_701)
    };
    format!(
        "<w:sectPr><w:footerReference w:type=\"default\" r:id=\"rId2\"/>{size}\
         <w:pgMar w:top=\"1134\" w:right=\"850\" w:bottom=\"1134\" w:left=\"{left}\" w:header=\"567\" w:footer=\"567\" w:gutter=\"0\"/></w:sectPr>"
    )
}

/// The foot of every page: report number and proof code, then the page.
pub(super) fn footer(foot: &str) -> String {
    let field = |name| {
        let type_ = properties(false, false, 20);
        let part = |what| format!("<w:r>{type_}<w:fldChar w:fldCharType=\"{what}\"/></w:r>");
        format!(
            "{}<w:r>{type_}<w:instrText xml:space=\"preserve\"> {name} </w:instrText></w:r>{}<w:r>{type_}<w:t>1</w:t></w:r>{}",
            part("begin"),
            part("separate"),
            part("end")
        )
    };
    let words = paragraph(Set::centered(), &[Run::new(foot, 20), Run::new(" - trang ", 20)]);
    let words = words.strip_suffix("</w:p>").unwrap_or(&words);
    format!("{words}{}{}</w:p>", field("PAGE"), paragraph_part("/") + &field("NUMPAGES"))
}

fn paragraph_part(text: &str) -> String {
    format!("<w:r>{}<w:t>{text}</w:t></w:r>", properties(false, false, 20))
}
