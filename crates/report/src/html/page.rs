//! Head, body and signature of the page.

use std::fmt::Write as _;

use crate::frame::{self, Frame};
use crate::heading::{Numbered, loosened};
use crate::plain::{escaped, plain};

/// Everything before the first word. The policy forbids a reader's browser to run or fetch anything, whatever a text may hold.
pub(super) fn begin(frame: &Frame, style: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"vi\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>{}</title>\n<style>\n{style}</style>\n</head>\n<body>\n",
        escaped(&frame.title)
    )
}

/// The rule that prints the foot of every page.
pub(super) fn foot_style(foot: &str) -> String {
    format!("@page {{ @bottom-left {{ content: {}; }} }}\n", css_string(foot))
}

/// A string of a style sheet; whatever could end it, or the sheet, is written by its number.
fn css_string(text: &str) -> String {
    let mut out = String::from("\"");
    for c in plain(text).chars() {
        match c {
            c if c.is_alphanumeric() || c == ' ' => out.push(c),
            c => {
                let _ = write!(out, "\\{:x} ", u32::from(c)); // writing to a string cannot fail
            }
        }
    }
    out.push('"');
    out
}

/// Issuer beside national title, number beside place and date, then the title.
pub(super) fn head(frame: &Frame) -> String {
    let [above, name] = frame.issuer.each_ref().map(|line| escaped(line));
    let above = if above.is_empty() { above } else { format!("{above}<br>") };
    format!(
        "<div class=\"halves\">\n\
         <div class=\"issuer\"><p><b>{above}{name}</b></p><hr><p>{}</p></div>\n\
         <div class=\"nation\"><p><b>{}<br><span class=\"motto\">{}</span></b></p><hr><p><i>{}</i></p></div>\n\
         </div>\n\
         <h1>{}<br><span class=\"about\">{}</span></h1>\n<p class=\"cut\">{}</p>\n",
        escaped(&frame.number).replace("     ", "&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;"),
        frame::NATION,
        frame::MOTTO,
        escaped(&frame.place_and_date),
        frame::KIND,
        escaped(&frame.title),
        escaped(&frame.cut_off),
    )
}

/// The numbered body.
pub(super) fn body(blocks: &[Numbered], out: &mut String) {
    out.push_str("<div>\n");
    for block in blocks {
        let line = match block {
            Numbered::Part(title) => format!("<h2>{}</h2>\n", escaped(title)),
            Numbered::Section(title) => format!("<h3>{}</h3>\n", escaped(title)),
            Numbered::Paragraph { lead: Some(lead), text } => {
                format!("<p class=\"text\"><b>{}</b> {}</p>\n", escaped(lead), escaped(&loosened(text)))
            }
            Numbered::Paragraph { lead: None, text } | Numbered::Item(text) => {
                format!("<p class=\"text\">{}</p>\n", escaped(&loosened(text)))
            }
        };
        out.push_str(&line);
    }
    out.push_str("</div>\n");
}

/// Recipients beside the signature.
pub(super) fn signature(frame: &Frame) -> String {
    format!(
        "<div class=\"halves sign\">\n<div class=\"recipients\"><p><b><i>{}</i></b><br>{}</p></div>\n\
         <div class=\"signer\"><p><b>{}<br>{}</b></p><p class=\"space\"><i>{}</i></p></div>\n</div>\n",
        frame::RECIPIENTS_HEAD,
        frame::RECIPIENTS.join("<br>"),
        escaped(&frame.on_behalf),
        frame::SIGNER,
        frame::SIGNATURE,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_foot_cannot_leave_its_string() {
        let said = css_string("45/BC\"; } </style><script>\\");
        assert!(!said[1..said.len() - 1].contains(['"', ';', '<', '}', '/']), "{said}");
        assert_eq!(css_string("số 4/B"), "\"số 4\\2f B\"");
    }
}
