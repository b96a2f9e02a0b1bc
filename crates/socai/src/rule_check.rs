//! What is asked of rule files before a ledger takes them in, besides what the fold asks: that something reads a table of this name, that no
//! row says what nobody means, that a template works, and that the rows have every figure it prints.
//!
//! The fold takes such files in, because older ledgers hold them; new ones are refused here.

use socai_domain::{
    CivilDate,
    tables::{self, Indicator, Table},
};
use socai_fold::{Reason, Rulebook};
use socai_proto::nearest;
use socai_report::{Lacking, MONTHLY, Template};

use crate::rule_file::RuleFile;

/// Name of the table with the rows that figures are computed by.
const INDICATORS: &str = "indicators";
/// Most figures that are named for one file.
const MOST: usize = 16;

/// Everything wrong with files that are adopted together from a day on, each with the file's place.
pub fn faults(files: &[RuleFile], rulebook: &Rulebook, from: CivilDate) -> Vec<(String, Reason)> {
    let mut faults = Vec::new();
    for file in files {
        let mut add = |reason: Reason| faults.push((file.place.clone(), reason));
        if let Some(reason) = unknown_name(&file.name) {
            add(reason);
        } else if file.name == MONTHLY {
            match Template::parse(&file.content) {
                Ok(template) => lacking(&template, files, rulebook, from).into_iter().for_each(add),
                Err(error) => add(reason(
                    "bad_template",
                    format!("Mẫu báo cáo không dùng được: {error}"),
                    error.to_string(),
                )),
            }
        } else if tables::parse(&file.name, &file.content).is_ok() {
            // what does not parse at all, the fold says
            let slip = tables::parse_new(&file.name, &file.content).err();
            slip.map(|error| bad_table(&error)).into_iter().for_each(&mut add);
            lost(file, files, rulebook, from).into_iter().for_each(add);
        }
    }
    faults
}

fn reason(code: &str, message_vi: String, message_en: String) -> Reason {
    Reason { field: "data.content".to_owned(), code: code.to_owned(), message_vi, message_en }
}

fn bad_table(error: &tables::TableError) -> Reason {
    reason("bad_table", format!("Bộ quy tắc không đọc được: {error}"), error.to_string())
}

/// Why nothing would read a table of this name; none when something does.
fn unknown_name(name: &str) -> Option<Reason> {
    let known: Vec<&str> = tables::names().chain([MONTHLY]).collect();
    if known.contains(&name) {
        return None;
    }
    let listed = known.join(", ");
    let near = nearest(name, known.into_iter());
    let (vi, en) = near
        .map_or_else(Default::default, |near| (format!("; ý là {near}?"), format!("; did you mean {near}?")));
    Some(Reason {
        field: "data.name".to_owned(),
        code: "unknown_table".to_owned(),
        message_vi: format!("không có bộ quy tắc nào tên `{name}`; tên tệp phải là một trong {listed}{vi}"),
        message_en: format!("no table is called `{name}`; expected {listed}{en}"),
    })
}

/// What a template prints and no row has, when it is adopted.
fn lacking(template: &Template, files: &[RuleFile], rulebook: &Rulebook, from: CivilDate) -> Vec<Reason> {
    let Some(rows) = rows(files, rulebook, from) else { return Vec::new() };
    let said = |lacking: Lacking| {
        let Lacking { line, asked, nearest, .. } = lacking;
        let (vi, en) = nearest.map_or_else(Default::default, |near| {
            (format!("; ý là `{near}`?"), format!("; did you mean `{near}`?"))
        });
        reason(
            "unknown_figure",
            format!(
                "dòng {line}: không dòng chỉ tiêu nào có {asked}, nên câu chứa nó không bao giờ được in{vi}"
            ),
            format!("line {line}: no indicator row has {asked}, so what it stands in would never print{en}"),
        )
    };
    template.lacking(&rows).into_iter().take(MOST).map(said).collect()
}

/// The rows that figures are computed by from that day on; none when they cannot be read.
fn rows(files: &[RuleFile], rulebook: &Rulebook, from: CivilDate) -> Option<Vec<Indicator>> {
    match files.iter().find(|file| file.name == INDICATORS) {
        Some(file) => parsed(&file.content),
        None => Some(rulebook.indicators(from).map_or_else(Vec::new, |(_, rows)| rows.to_vec())),
    }
}

fn parsed(content: &str) -> Option<Vec<Indicator>> {
    match tables::parse(INDICATORS, content) {
        Ok(Table::Indicators(rows)) => Some(rows),
        _ => None,
    }
}

/// What the template in force prints and these indicators, unlike those in force, do not have; nothing when a template is adopted with them.
fn lost(file: &RuleFile, files: &[RuleFile], rulebook: &Rulebook, from: CivilDate) -> Vec<Reason> {
    if file.name != INDICATORS || files.iter().any(|file| file.name == MONTHLY) {
        return Vec::new();
    }
    let Some(rows) = parsed(&file.content) else { return Vec::new() };
    let Some(adopted) = rulebook.in_force(MONTHLY, from) else { return Vec::new() };
    let Ok(template) = Template::parse(&adopted.content) else { return Vec::new() };
    let old = rulebook.indicators(from).map_or_else(Vec::new, |(_, rows)| template.lacking(rows));
    let lost =
        template.lacking(&rows).into_iter().filter(|new| !old.iter().any(|old| old.asked == new.asked));
    let said = |lacking: Lacking| {
        let (Lacking { line, asked, code, .. }, version) = (lacking, adopted.version);
        reason(
            "figure_in_use",
            format!(
                "{MONTHLY} phiên bản {version}, dòng {line}, in {asked}, mà ở đây không có: hãy giữ dòng `{code}`, hoặc ban hành cùng lúc \
                 mẫu không dùng nó"
            ),
            format!(
                "{MONTHLY} version {version}, line {line}, prints {asked}, which is not here: keep the row `{code}`, or adopt a template \
                 without it in the same command"
            ),
        )
    };
    lost.take(MOST).map(said).collect()
}
