//! `socai district adopt`: corrected rules take effect from a date, for a ledger that was founded long ago.

use std::{path::Path, process::ExitCode};

use anyhow::{Context as _, Result, ensure};
use socai_district::{RuleSet, Stated, Tried, adoption, now_ms};
use socai_domain::CivilDate;
use socai_fold::{Fold, Rulebook};
use socai_proto::date::YEARS;

use crate::{
    cli::AdoptArgs,
    cmd::operator::{Wrong, add_new, open, placed, refused, said},
    lang::Lang,
    mistake::Mistake,
    out,
    rule_check::faults,
    rule_file::RuleFile,
    state,
};

/// Records every file as the next version of its name, or none; prints what is in force from when.
pub fn run(args: &AdoptArgs, lang: Lang) -> Result<ExitCode> {
    let from = from(&args.from)?;
    let files = args.files.iter().map(|path| read(path)).collect::<Result<Vec<_>>>()?;
    if let Some(twice) =
        (1..files.len()).find(|at| files[..*at].iter().any(|file| file.name == files[*at].name))
    {
        let name = &files[twice].name;
        let given = Mistake::new(format!("{name} được nêu hai lần"), format!("{name} is given twice"));
        return Err(given.of(&files[twice].place).into());
    }
    let mut ledger = open(&args.dir, lang)?;
    let fold = state::newest(ledger.reader())?;
    let mut wrong: Vec<Wrong> = faults(&files, fold.rulebook(), from).into_iter().map(Wrong::from).collect();
    let (mut sets, mut places) = (Vec::new(), Vec::new());
    for file in files {
        if let Some(version) = same(fold.rulebook(), &file, from) {
            out::line(&said(
                lang,
                format!("{}: nội dung như phiên bản {version}, không ban hành lại", file.name),
                format!("{}: the same text as version {version}, not adopted again", file.name),
            ))?;
            continue;
        }
        places.push(file.place.clone());
        sets.push(set(file, &fold, from, args.source.as_deref()));
    }
    let now_ms = now_ms();
    let events =
        sets.iter().map(|set| Ok(Stated::from(adoption(set, now_ms)?))).collect::<Result<Vec<_>>>()?;
    let tried = match wrong.is_empty() {
        true => ledger.state_tried(fold, &events, now_ms)?,
        false => Tried::Refused(ledger.refusals(fold, &events, now_ms)?),
    };
    let names = match tried {
        Tried::Stated(names) => names,
        Tried::Refused(refusals) => {
            add_new(&mut wrong, placed(refusals, &places));
            return refused(&wrong, lang);
        }
    };
    let fold = state::newest(ledger.reader())?;
    for (set, name) in sets.iter().zip(names) {
        let leaf = ledger.reader().leaf_of(name)?;
        let until = until(fold.rulebook(), set, lang);
        out::line(&said(
            lang,
            format!(
                "{} phiên bản {}, có hiệu lực từ {}{until}: bản ghi {name}, mục {leaf}",
                set.name, set.version, set.effective_from
            ),
            format!(
                "{} version {}, in force from {}{until}: record {name}, leaf {leaf}",
                set.name, set.version, set.effective_from
            ),
        ))?;
        if set.name == "indicators" {
            out::line(lang.pick(
                "  đếm sự kiện được ghi từ đây; sự kiện đã ghi vẫn tính theo phiên bản trước",
                "  counts what is recorded from here on; facts recorded before stay counted under the version before",
            ))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The first day, of the years that facts may name.
fn from(text: &str) -> Result<CivilDate> {
    let from: CivilDate = text.parse().context("--from")?;
    let (first, last) = (YEARS.start(), YEARS.end());
    ensure!(
        YEARS.contains(&from.year()),
        Mistake::new(
            format!("{from} ngoài các năm mà sự kiện được nêu, {first} đến {last}"),
            format!("{from} is outside the years that facts may name, {first} to {last}")
        )
        .of("--from")
    );
    Ok(from)
}

fn read(path: &Path) -> Result<RuleFile> {
    RuleFile::read(path)?.with_context(|| {
        let vi = "cần tệp .toml hoặc .jinja, như law.penalty.toml";
        Mistake::new(vi, "a .toml or .jinja file is needed, such as law.penalty.toml")
            .of(&path.display().to_string())
    })
}

/// The version that says the same and was adopted last for the same day: repeating a command adopts nothing twice.
fn same(rulebook: &Rulebook, file: &RuleFile, from: CivilDate) -> Option<u32> {
    let last = rulebook.adopted().iter().rfind(|adopted| adopted.name == file.name)?;
    (last.content == file.content && last.effective_from == from).then_some(last.version)
}

fn set(file: RuleFile, fold: &Fold, from: CivilDate, source: Option<&str>) -> RuleSet {
    let adopted = fold.rulebook().adopted().iter().filter(|adopted| adopted.name == file.name);
    let version = adopted.map(|adopted| adopted.version).max().unwrap_or(0).saturating_add(1);
    let legal_source = source.map_or(file.legal_source, str::to_owned);
    RuleSet { name: file.name, version, effective_from: from, content: file.content, legal_source }
}

/// Until when a new version is in force, if another one takes over on a later day.
fn until(rulebook: &Rulebook, set: &RuleSet, lang: Lang) -> String {
    let later = rulebook.adopted().iter().filter(|adopted| adopted.name == set.name);
    let later = later.filter(|adopted| adopted.effective_from > set.effective_from);
    let Some(next) = later.min_by_key(|adopted| (adopted.effective_from, adopted.leaf)) else {
        return String::new();
    };
    said(
        lang,
        format!(" đến trước {}, khi phiên bản {} có hiệu lực", next.effective_from, next.version),
        format!(" until {}, when version {} takes over", next.effective_from, next.version),
    )
}
