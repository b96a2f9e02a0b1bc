//! Live progress on a terminal; a line now and then elsewhere.

use std::{io::IsTerminal as _, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};
use socai_ward::Ward;

use crate::lang::Lang;

/// How often the nodes are asked.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Waits until everything sealed is recorded, showing how far it is; gives the number of records.
pub async fn until_recorded(wards: &[Ward], lang: Lang) -> u64 {
    let bar = bar(lang);
    loop {
        let (sealed, recorded) = totals(wards);
        bar.set_length(sealed);
        bar.set_position(recorded);
        if recorded == sealed {
            bar.finish_and_clear();
            return recorded;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

fn totals(wards: &[Ward]) -> (u64, u64) {
    wards
        .iter()
        .map(Ward::status)
        .fold((0, 0), |(sealed, recorded), status| (sealed + status.sealed, recorded + status.recorded))
}

fn bar(lang: Lang) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(0);
    let words = lang.pick("bản ghi đã vào sổ, {per_sec}", "records in the log, {per_sec}");
    let style = ProgressStyle::with_template(&format!("  {{bar:32}} {{pos}}/{{len}} {words}"));
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
