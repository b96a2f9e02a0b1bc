//! Numbers of headings: Phần thứ nhất, I., 1. Every format prints these.

use crate::body::Block;

const PARTS: [&str; 5] = ["thứ nhất", "thứ hai", "thứ ba", "thứ tư", "thứ năm"];
const SECTIONS: [&str; 10] = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X"];

/// Where a line must not break.
const NO_BREAK_SPACE: char = '\u{A0}';

/// A block of the body as it prints, with its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Numbered {
    /// `Phần thứ nhất. KẾT QUẢ THỰC HIỆN`.
    Part(String),
    /// `I. KINH TẾ`.
    Section(String),
    /// `1. Thu, chi ngân sách.` and what follows it on the same line.
    Paragraph { lead: Option<String>, text: String },
    /// `- …`.
    Item(String),
}

/// The body with its numbers; each part numbers its sections anew, each section its paragraphs.
pub(crate) fn numbered(blocks: &[Block]) -> Vec<Numbered> {
    let (mut parts, mut sections, mut leads) = (0, 0, 0);
    let number = |block: &Block| match block {
        Block::Part(title) => {
            (parts, sections, leads) = (parts + 1, 0, 0);
            Numbered::Part(format!("Phần {}. {title}", name(&PARTS, parts)))
        }
        Block::Section(title) => {
            (sections, leads) = (sections + 1, 0);
            Numbered::Section(format!("{}. {}", name(&SECTIONS, sections), title.to_uppercase()))
        }
        Block::Paragraph { lead: Some(lead), text } => {
            leads += 1;
            Numbered::Paragraph { lead: Some(format!("{leads}. {lead}.")), text: text.clone() }
        }
        Block::Paragraph { lead: None, text } => Numbered::Paragraph { lead: None, text: text.clone() },
        Block::Item(text) => Numbered::Item(format!("- {text}")),
    };
    blocks.iter().map(number).collect()
}

/// A text for justified lines: only a number holds on to its next word, or lines with long amounts would be full of gaps.
pub(crate) fn loosened(text: &str) -> String {
    let mut previous = ' ';
    let loose = text.chars().map(|c| {
        let holds = std::mem::replace(&mut previous, c).is_ascii_digit();
        if c == NO_BREAK_SPACE && !holds { ' ' } else { c }
    });
    loose.collect()
}

fn name(names: &[&str], number: usize) -> String {
    names.get(number - 1).map_or_else(|| number.to_string(), |name| (*name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_stays_with_its_unit_and_the_rest_may_break() {
        assert_eq!(
            loosened("thu 12\u{a0}tỷ\u{a0}072\u{a0}triệu\u{a0}đồng"),
            "thu 12\u{a0}tỷ 072\u{a0}triệu đồng"
        );
    }

    #[test]
    fn parts_number_their_sections_and_sections_their_paragraphs_anew() {
        let lead = || Block::Paragraph { lead: Some("Thu".to_owned()), text: "x".to_owned() };
        let blocks = [
            Block::Part("A".into()),
            Block::Section("b".into()),
            lead(),
            lead(),
            Block::Part("C".into()),
            Block::Section("d".into()),
            lead(),
        ];
        let printed: Vec<String> = numbered(&blocks)
            .into_iter()
            .map(|block| match block {
                Numbered::Part(text) | Numbered::Section(text) | Numbered::Item(text) => text,
                Numbered::Paragraph { lead, .. } => lead.unwrap_or_default(),
            })
            .collect();
        assert_eq!(
            printed,
            ["Phần thứ nhất. A", "I. B", "1. Thu.", "2. Thu.", "Phần thứ hai. C", "I. D", "1. Thu."]
        );
    }
}
