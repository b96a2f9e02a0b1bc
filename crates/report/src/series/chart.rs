//! A chart in letters, 80 columns wide: a bar for the value, a lighter one for the year before, a mark where the plan is.

use std::fmt::Write as _;

use socai_proto::Lang;

use super::line::Line;
use super::{Page, WIDTH, pick, shown, wrapped};
use crate::figures::Form;
use crate::plain::plain;

/// Widest name; longer ones are cut.
const MOST_NAME: usize = 26;
/// Narrowest bar worth drawing.
const LEAST_BAR: usize = 10;

/// The series as a chart of bars.
pub fn series_chart(page: &Page<'_>, lang: Lang) -> String {
    let lines = page.lines(lang);
    let chart = Chart::of(&lines, Form::of(&page.series.row));
    let mut text = format!("{}\n{}\n\n", wrapped(&page.title(lang)), wrapped(&page.subtitle(lang)));
    let mut legend = Legend::default();
    for line in &lines {
        chart.push(&mut text, line, &mut legend);
    }
    let keys = [
        (true, format!("█ {}", page.value_head(lang))),
        (legend.negative, format!("▒ {}", pick(lang, "giá trị âm", "negative value"))),
        (legend.same, format!("░ {}", pick(lang, "cùng kỳ năm trước", "same period of the year before"))),
        (
            legend.lunar,
            format!("· {}", pick(lang, "năm trước theo âm lịch", "year before by the lunar calendar")),
        ),
        (legend.plan, format!("┃ {}", pick(lang, "kế hoạch", "plan"))),
    ];
    let keys: Vec<String> = keys.into_iter().filter(|(used, _)| *used).map(|(_, key)| key).collect();
    let _ = writeln!(text, "\n{}", legend_lines(&keys));
    for note in page.footnotes(&lines, lang) {
        let _ = writeln!(text, "{}", wrapped(&note));
    }
    text
}

/// The keys side by side, a key never broken.
fn legend_lines(keys: &[String]) -> String {
    let mut lines = vec![String::new()];
    for key in keys {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(key),
            Some(line) if line.chars().count() + 3 + key.chars().count() <= WIDTH => {
                line.push_str("   ");
                line.push_str(key);
            }
            _ => lines.push(key.clone()),
        }
    }
    lines.join("\n")
}

/// What needs a word of explanation.
#[derive(Default)]
struct Legend {
    negative: bool,
    same: bool,
    lunar: bool,
    plan: bool,
}

struct Chart {
    form: Form,
    name: usize,
    bar: usize,
    most: u128,
}

impl Chart {
    fn of(lines: &[Line], form: Form) -> Chart {
        let name = lines.iter().map(|line| named(line).chars().count()).max().unwrap_or_default();
        let value = lines.iter().flat_map(numbers).map(|number| shown(form, number).len()).max().unwrap_or(1);
        let bar = WIDTH.saturating_sub(name + value + 3).max(LEAST_BAR);
        let most = lines.iter().flat_map(numbers).map(i128::unsigned_abs).max().unwrap_or_default().max(1);
        Chart { form, name, bar, most }
    }

    fn push(&self, text: &mut String, line: &Line, legend: &mut Legend) {
        legend.negative |= line.value.is_some_and(|value| value < 0);
        let letter = if line.value.is_some_and(|value| value < 0) { '▒' } else { '█' };
        let mut bar = match line.value {
            Some(value) => self.bar(value, letter),
            None => vec![' '; self.bar],
        };
        for plan in &line.plans {
            legend.plan = true;
            let at = self.cells(plan.other.value).saturating_sub(1).min(self.bar - 1);
            bar[at] = '┃';
        }
        let value = line.value.map_or_else(|| "–".to_owned(), |value| shown(self.form, value));
        self.row(text, &named(line), bar, &value);
        if let Some(same) = &line.same {
            legend.same = true;
            self.row(text, "", self.bar(same.value, '░'), &shown(self.form, same.value));
        } else if !line.is_comparable {
            self.row(text, "", vec![' '; self.bar], "≠");
        }
        if let Some(lunar) = &line.lunar {
            legend.lunar = true;
            self.row(text, "", self.bar(lunar.value, '·'), &shown(self.form, lunar.value));
        }
    }

    fn row(&self, text: &mut String, name: &str, bar: Vec<char>, value: &str) {
        let bar: String = bar.into_iter().collect();
        let space = " ".repeat(self.name.saturating_sub(name.chars().count()));
        let _ = writeln!(text, "{}", format!("{name}{space} {} {value}", bar).trim_end());
    }

    fn bar(&self, value: i128, letter: char) -> Vec<char> {
        let full = self.cells(value);
        (0..self.bar).map(|at| if at < full { letter } else { ' ' }).collect()
    }

    /// Cells of a value, at least one for anything but zero.
    fn cells(&self, value: i128) -> usize {
        let magnitude = value.unsigned_abs();
        let cells = magnitude.saturating_mul(self.bar as u128).div_ceil(self.most);
        usize::try_from(cells).unwrap_or(self.bar).min(self.bar)
    }
}

fn numbers(line: &Line) -> impl Iterator<Item = i128> + '_ {
    let plans = line.plans.iter().map(|plan| plan.other.value);
    let others = [&line.same, &line.lunar].into_iter().flatten().map(|other| other.value);
    line.value.into_iter().chain(others).chain(plans)
}

fn named(line: &Line) -> String {
    let (name, marks) = (plain(&line.label), line.marks());
    let room = MOST_NAME.saturating_sub(marks.chars().count());
    if name.chars().count() <= room {
        return name + &marks;
    }
    // an id behind a name is what tells two of the same name apart
    if let Some((before, id)) = name.rsplit_once(" (") {
        let room = room.saturating_sub(id.chars().count() + 3);
        return before.chars().take(room).collect::<String>() + "… (" + id + &marks;
    }
    name.chars().take(room.saturating_sub(1)).collect::<String>() + "…" + &marks
}
