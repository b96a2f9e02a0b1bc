//! `socai demo`: a whole district on this machine, a real month, its report and its audit.

use std::{
    fs,
    path::Path,
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use socai_fold::{Fold, figures::Asked};
use socai_log::Reader;
use socai_ward::{Format, Ward};

use crate::{
    cli::DemoArgs,
    cmd,
    demo::{check, progress, reference},
    http,
    lang::Lang,
    out, paper,
    signals::{self, Signals},
    stage::{self, Place, Stage},
    state,
    stop::INTERRUPTED,
};

/// Wards that cosign every checkpoint; the policy asks for two of them.
const WITNESSES: usize = 3;
/// How long they have to cosign the last one before the audit says since when nobody did.
const WITNESSED_WITHIN: Duration = Duration::from_secs(10);

/// Plays the month and shows what came of it.
pub fn run(args: &DemoArgs, lang: Lang) -> Result<ExitCode> {
    match &args.data {
        Some(dir) => signals::runtime()?.block_on(play(dir, args, lang)),
        None => {
            let dir = tempfile::tempdir().context("a temporary directory")?;
            signals::runtime()?.block_on(play(dir.path(), args, lang))
        }
    }
}

async fn play(dir: &Path, args: &DemoArgs, lang: Lang) -> Result<ExitCode> {
    let place = Place::new(dir);
    found(&place, lang)?;
    let mut signals = Signals::listen()?;
    let mut stage = tokio::select! {
        stage = Stage::start(&place) => stage?,
        () = signals.asked_to_stop() => return Ok(ExitCode::from(INTERRUPTED)),
    };
    say(
        lang,
        &format!("broker riêng: {}", stage.broker_url()),
        &format!("private broker: {}", stage.broker_url()),
    )?;
    // again and again does no harm: a row that was sealed is recognised, so a demo that was cut short is completed
    tokio::select! {
        imported = import(&mut stage, lang) => imported?,
        () = signals.asked_to_stop() => {
            stage.stop().await?;
            return Ok(ExitCode::from(INTERRUPTED));
        }
    }
    let good = show(&place, lang)?;
    if args.exit {
        stage.stop().await?;
        return Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    let served = http::serve(&place.district(), args.http.as_deref(), None, lang).await?;
    goodbye(&place, args.data.is_some(), lang)?;
    signals.asked_to_stop().await;
    http::stop(served).await;
    stage.stop().await?;
    Ok(ExitCode::SUCCESS)
}

/// Founds the district unless the directory holds one from before. It is founded beside and moved in whole: one that was cut short is begun anew.
fn found(place: &Place, lang: Lang) -> Result<()> {
    let beside = Place::new(place.path().join("founding"));
    fs::create_dir_all(place.path()).with_context(|| place.path().display().to_string())?;
    if place.district().config().exists() {
        return say(lang, "dùng lại dữ liệu đã có trong thư mục", "going on with the data in the directory");
    }
    if !beside.path().exists() && fs::read_dir(place.path())?.next().is_some() {
        bail!(
            "{}: {}",
            place.path().display(),
            lang.pick(
                "thư mục không trống và không phải dữ liệu của socai demo; hãy chọn thư mục khác",
                "the directory is not empty and holds no demo; name another one",
            )
        );
    }
    clear(beside.path())?;
    clear(&place.units())?; // moved in by a demo that came no further
    let units = stage::found(&beside, WITNESSES)?.len();
    for (from, to) in
        [(beside.units(), place.units()), (beside.district().path().into(), place.district().path().into())]
    {
        fs::rename(&from, &to).with_context(|| to.display().to_string())?;
    }
    clear(beside.path())?;
    say(
        lang,
        &format!("lập sổ cái {}, đăng ký {units} đơn vị, mỗi đơn vị ba khóa riêng", reference::ORIGIN),
        &format!("founded {}, registered {units} units with three keys each", reference::ORIGIN),
    )
}

/// Removes a directory if it is there.
fn clear(dir: &Path) -> Result<()> {
    if dir.exists() {
        fs::remove_dir_all(dir).with_context(|| dir.display().to_string())?;
    }
    Ok(())
}

/// Every unit imports its own file; then everything sealed has to come back with a receipt.
async fn import(stage: &mut Stage, lang: Lang) -> Result<()> {
    let started = Instant::now();
    let imports = stage.wards.iter().map(|ward| {
        let ward = ward.clone();
        tokio::task::spawn_blocking(move || import_month(&ward))
    });
    let imports: Vec<_> = imports.collect();
    let mut rows = 0;
    for import in imports {
        rows += import.await.context("an import")??;
    }
    let Stage { district, wards, .. } = stage;
    let recorded = tokio::select! {
        recorded = progress::until_recorded(wards, lang) => recorded,
        ended = district.wait() => {
            ended?;
            bail!("the district ended before everything was recorded");
        }
    };
    let mut folded = district.folded();
    let size = *district.committed().borrow();
    folded.wait_for(|folded| *folded >= size).await.context("the fold")?;
    if let Some(mut witnessed) = district.witnessed() {
        // whoever is late is told by the audit
        let _ =
            tokio::time::timeout(WITNESSED_WITHIN, witnessed.wait_for(|witnessed| *witnessed >= size)).await;
    }
    let took = started.elapsed().as_millis();
    say(
        lang,
        &format!(
            "{rows} sự kiện niêm phong, {recorded} bản ghi có biên nhận, {size} mục trong sổ ({took} ms)"
        ),
        &format!("{rows} events sealed, {recorded} records with receipts, {size} log entries ({took} ms)"),
    )
}

/// Imports a unit's month; how many events were sealed.
fn import_month(ward: &Ward) -> Result<u64> {
    let unit = &ward.unit().config.unit;
    let Some(file) = reference::month(unit) else { return Ok(0) };
    let name = format!("{unit}.jsonl");
    Ok(ward.import(file, Path::new(&name), Format::Jsonl, None).with_context(|| name.clone())?.sealed)
}

/// Prints the report and the audit; whether every figure and the audit hold.
fn show(place: &Place, lang: Lang) -> Result<bool> {
    let district = place.district();
    let reader = Reader::open(&district.log())?;
    let fold = state::newest(&reader)?;
    let expected = reference::expected()?;
    let mut asked = Asked::days(fold.rulebook(), expected.asked.from.parse()?, expected.asked.to.parse()?);
    asked.occasion = Some(expected.asked.occasion.clone());
    let figures = cmd::report::figures(&reader, &fold, &asked)?;
    out::line(&format!("\n{}\n", paper::text(&fold, &figures)?.trim_end()))?;
    let json = serde_json::from_str(&socai_report::json(&figures)?)?;
    let compared = check::compare(&json, &expected);
    let published = compared.right + compared.wrong.len();
    say(
        lang,
        &format!("{} / {published} số liệu đúng như báo cáo đã công bố", compared.right),
        &format!("{} of {published} figures are as published", compared.right),
    )?;
    for wrong in &compared.wrong {
        say(lang, &format!("SAI {wrong}"), &format!("WRONG {wrong}"))?;
    }
    let clean = rejections(&fold, lang)?;
    let audited = cmd::audit::verify_dir(district.path(), lang)?;
    Ok(compared.wrong.is_empty() && clean && audited)
}

fn rejections(fold: &Fold, lang: Lang) -> Result<bool> {
    let rejected = fold.rejected();
    if rejected > 0 {
        say(lang, &format!("{rejected} bản ghi bị loại"), &format!("{rejected} records do not count"))?;
    }
    Ok(rejected == 0)
}

fn goodbye(place: &Place, kept: bool, lang: Lang) -> Result<()> {
    let ledger = place.district();
    let ledger = ledger.path().display();
    say(
        lang,
        "\nquận vẫn đang chạy; thử ở cửa sổ khác:",
        "\nthe district goes on running; try in another terminal:",
    )?;
    for command in [
        format!("socai replay {ledger} --unit hn.tx.ha-dinh.1"),
        format!("socai report {ledger} --period 2023-02 --format json"),
        format!("socai audit verify {ledger}"),
    ] {
        out::line(&format!("  {command}"))?;
    }
    let (vi, en) = if kept {
        ("Ctrl-C để dừng; dữ liệu được giữ lại", "Ctrl-C stops it; the data stays")
    } else {
        (
            "Ctrl-C để dừng; dữ liệu tạm sẽ bị xóa (giữ lại bằng --data DIR)",
            "Ctrl-C stops it and removes the data (keep it with --data DIR)",
        )
    };
    say(lang, vi, en)
}

fn say(lang: Lang, vi: &str, en: &str) -> Result<()> {
    Ok(out::line(lang.pick(vi, en))?)
}
