//! `socai series`: one indicator along months, units or an axis.

use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use socai_domain::{CivilDate, registry::Unit};
use socai_fold::{
    Fold, Scope,
    figures::{
        Asked, Passes,
        series::{self, Question, Series},
    },
};
use socai_follow::{ReplayError, recorded};
use socai_log::Reader;
use socai_proto::nearest;
use socai_report::{
    AsOf, SeriesAlong, SeriesPage, series_chart, series_csv, series_json, series_svg, series_table,
    series_without_few,
};
use socai_tlog::{LeafIndex, TreeSize};
use socai_web::Months;

use crate::{
    answer,
    cli::{SeriesArgs, SeriesBy, SeriesFormat, SeriesUnits},
    cut, file,
    lang::Lang,
    ledger,
    mistake::mistake,
    months, named, out,
    quoted::quoted,
    state,
};
use socai_audit::printed::origin;

/// Prints the series.
pub fn run(args: &SeriesArgs, lang: Lang) -> Result<ExitCode> {
    if let Some(wrong) = wrong_flags(args, lang) {
        bail!("{wrong}");
    }
    file::refuse(&[("--out", args.out.as_deref()), ("--save", args.save.file.as_deref())], lang)?;
    let reader = ledger::reader(&args.ledger)?;
    let size = cut::resolve(args.as_of.as_deref(), &reader).context("--as-of")?;
    let text = answer(&reader, size, args, lang)?;
    args.save.keep(&reader, size, answer::Question::Series(args.clone()), text.as_bytes(), lang)?;
    match &args.out {
        Some(path) => {
            file::put(path, text.as_bytes()).with_context(|| format!("--out {}", path.display()))?
        }
        None => out::line(text.trim_end_matches('\n'))?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Flags that say nothing of what is asked: whoever gave them expects otherwise.
fn wrong_flags(args: &SeriesArgs, lang: Lang) -> Option<&'static str> {
    let is_by = |by: SeriesBy| args.by == by;
    let is_mapped = args.units == SeriesUnits::Mapped;
    if args.axis.is_some() && !is_by(SeriesBy::Slice) {
        return Some(lang.pick("--axis chỉ dùng với --by slice", "--axis goes with --by slice"));
    }
    if args.unit.is_some() && !is_by(SeriesBy::Month) {
        return Some(lang.pick("--unit chỉ dùng với --by month", "--unit goes with --by month"));
    }
    let vi = "--units mapped chỉ dùng với --by unit, hoặc với --unit";
    let en = "--units mapped goes with --by unit, or with --unit";
    (is_mapped && !is_by(SeriesBy::Unit) && args.unit.is_none()).then(|| lang.pick(vi, en))
}

/// The text of a series at a cut-off.
///
/// # Errors
/// The log cannot be read, or the question cannot be answered from it.
pub fn answer(reader: &Reader, size: TreeSize, args: &SeriesArgs, lang: Lang) -> Result<String> {
    let scope = Scope::Indicators([args.indicator.clone()].into());
    let fold = state::about(reader, size, &scope)?;
    let mut questions = questions(args, &fold)?;
    let last = questions.last().map(|question| question.asked.to).context("a series has a last day")?;
    if series::row_on(&fold, &args.indicator, last).is_none() {
        bail!("{}", unknown(&fold, &args.indicator, last, lang));
    }
    read_again(reader, &fold, &args.indicator, &mut questions)?;
    let unit = args.unit.as_deref().map(|name| unit_of(&fold, name)).transpose()?;
    let (axis, series) = computed(args, &fold, &questions, unit)?;
    let series = series_without_few(series, args.min_cell);
    let ledger = origin(reader)?;
    let page = SeriesPage {
        ledger: &ledger,
        as_of: AsOf { size, root: reader.root_at(size)?, time_ms: fold.last_received_at_ms() },
        registry: fold.registry(),
        series: &series,
        along: match args.by {
            SeriesBy::Month => SeriesAlong::Time { unit: unit.map(|unit| unit.id.as_str()) },
            SeriesBy::Unit => SeriesAlong::Units,
            SeriesBy::Slice => SeriesAlong::Slices { axis: &axis },
        },
    };
    let lang = lang.proto();
    Ok(match args.format {
        SeriesFormat::Table => series_table(&page, lang),
        SeriesFormat::Csv => series_csv(&page, lang),
        SeriesFormat::Json => series_json(&page, lang)?,
        SeriesFormat::Svg => series_svg(&page, lang),
        SeriesFormat::Chart => series_chart(&page, lang),
    })
}

/// One indicator by report month, from January to the month of a day, as the dashboard draws it; none when no row defines it then.
pub fn of_year(
    reader: &Reader,
    fold: &Fold,
    code: &str,
    to: CivilDate,
    lang: socai_proto::Lang,
) -> Result<Option<Months>> {
    let (first, last) = (format!("{:04}-01", to.year()), format!("{:04}-{:02}", to.year(), to.month()));
    let spans = months::between(&first, &last, fold.rulebook())?;
    let mut questions: Vec<Question> = spans
        .into_iter()
        .map(|(label, (from, to))| Question::new(label, Asked::days(fold.rulebook(), from, to)))
        .collect();
    let end = questions.last().map_or(to, |question| question.asked.to);
    if series::row_on(fold, code, end).is_none() {
        return Ok(None);
    }
    read_again(reader, fold, code, &mut questions)?;
    let series = series::by_time(fold, code, &questions)?;
    let (size, ledger) = (fold.size(), origin(reader)?);
    let page = SeriesPage {
        ledger: &ledger,
        as_of: AsOf { size, root: reader.root_at(size)?, time_ms: fold.last_received_at_ms() },
        registry: fold.registry(),
        series: &series,
        along: SeriesAlong::Time { unit: None },
    };
    Ok(Some(Months { svg: series_svg(&page, lang), json: series_json(&page, lang)? }))
}

fn computed(
    args: &SeriesArgs,
    fold: &Fold,
    questions: &[Question],
    unit: Option<&Unit>,
) -> Result<(String, Series)> {
    let (code, is_mapped) = (&args.indicator, args.units == SeriesUnits::Mapped);
    let one = || questions.first().context("a series by unit or slice asks one question");
    Ok(match (args.by, unit) {
        (SeriesBy::Month, None) => (String::new(), series::by_time(fold, code, questions)?),
        (SeriesBy::Month, Some(unit)) => {
            (String::new(), series::of_unit_by_time(fold, code, questions, unit.no, is_mapped)?)
        }
        (SeriesBy::Unit, _) => (String::new(), series::by_unit(fold, code, one()?, is_mapped)?),
        (SeriesBy::Slice, _) => series::by_slice(fold, code, one()?, args.axis.as_deref())?,
    })
}

/// A question a month, or one for all days.
fn questions(args: &SeriesArgs, fold: &Fold) -> Result<Vec<Question>> {
    let rulebook = fold.rulebook();
    let spans = match args.by {
        SeriesBy::Month => months::between(&args.from, &args.to, rulebook)?,
        _ => vec![(String::new(), months::days(&args.from, &args.to, rulebook)?)],
    };
    let question = |(label, (from, to))| {
        let mut asked = Asked::days(rulebook, from, to);
        if let Some(occasion) = &args.occasion {
            if rulebook.occasion(occasion, to).is_none() {
                let known: Vec<_> = rulebook.occasions(to).iter().map(|row| row.id.as_str()).collect();
                let known = known.join(", ");
                return Err(mistake(
                    format!("--occasion {occasion}: không có dịp này; các dịp: {known}"),
                    format!("--occasion {occasion}: there is none; known: {known}"),
                ));
            }
            asked.occasion = Some(occasion.clone());
        }
        Ok(Question::new(label, asked))
    };
    spans.into_iter().map(question).collect()
}

/// Reads the records again for rows whose figures need it: one pass for all questions.
fn read_again(reader: &Reader, fold: &Fold, code: &str, questions: &mut [Question]) -> Result<()> {
    if !questions.iter().any(|question| series::needs_pass(fold, code, &question.asked)) {
        return Ok(());
    }
    let before: Vec<_> = questions.iter().filter_map(|question| question.before(fold.rulebook())).collect();
    let mut passes = Passes::new(fold, questions.iter().map(|question| &question.asked).chain(&before));
    reader.for_each(LeafIndex(0), fold.size(), |record| -> Result<(), ReplayError> {
        Ok(passes.visit(&recorded(&record)?)?)
    })?;
    let mut found = passes.finish()?.into_iter();
    questions.iter_mut().for_each(|question| question.found = found.next());
    let with_year_before = questions.iter_mut().filter(|question| question.before(fold.rulebook()).is_some());
    with_year_before.for_each(|question| question.found_before = found.next());
    Ok(())
}

fn unit_of<'f>(fold: &'f Fold, name: &str) -> Result<&'f Unit> {
    let units = || fold.registry().units();
    let found = units().find(|unit| named::is_named(name, unit.no, &unit.id));
    found.with_context(|| {
        let units = units().map(|unit| (unit.no, unit.id.as_str()));
        named::no_unit(name, units).of("--unit")
    })
}

fn unknown(fold: &Fold, code: &str, on: socai_domain::CivilDate, lang: Lang) -> String {
    let rows = fold.rulebook().indicators(on).map(|(_, rows)| rows).unwrap_or_default();
    let codes = || rows.iter().map(|row| row.code.as_str());
    let hint = match nearest(code, codes()) {
        Some(near) => format!(" ({near}?)"),
        None => String::new(),
    };
    if rows.is_empty() {
        let size = fold.size();
        return match lang {
            Lang::Vi => format!("ở {size} mục sổ cái chưa có bảng chỉ tiêu nào cho ngày {on}: lấy mốc sau"),
            Lang::En => format!(
                "at {size} entries the ledger had no indicators for {on} yet: ask as of a later cut-off"
            ),
        };
    }
    let (known, code) = (known(code, &codes().collect::<Vec<_>>(), lang), quoted(code));
    match lang {
        Lang::Vi => format!("không có chỉ tiêu {code}{hint} vào ngày {on}; {known}"),
        Lang::En => format!("there is no indicator {code}{hint} on {on}; {known}"),
    }
}

/// The codes of the group that was asked for, `TT.01 TT.02`, or else the groups: all codes fill a screen.
fn known(code: &str, codes: &[&str], lang: Lang) -> String {
    let group = |code: &str| code.split('.').next().unwrap_or_default().to_uppercase();
    let of_group: Vec<&str> = codes.iter().copied().filter(|known| group(known) == group(code)).collect();
    if !of_group.is_empty() {
        let words = match lang {
            Lang::Vi => format!("nhóm {} có", group(code)),
            Lang::En => format!("group {} has", group(code)),
        };
        return format!("{words} {}", of_group.join(" "));
    }
    let mut groups: Vec<String> = Vec::new();
    for code in codes {
        if !groups.contains(&group(code)) {
            groups.push(group(code));
        }
    }
    let first = codes.first().copied().unwrap_or_default();
    let words = lang.pick("các nhóm, ví dụ", "groups, such as");
    format!("{words} {first}: {}", groups.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_code_is_answered_with_its_group_or_the_groups() {
        let codes = ["NS.01", "NS.02", "TT.01"];
        assert_eq!(known("tt.99", &codes, Lang::En), "group TT has TT.01");
        assert_eq!(known("XX", &codes, Lang::En), "groups, such as NS.01: NS TT");
    }
}
