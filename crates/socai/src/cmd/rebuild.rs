//! `socai rebuild DIR`: derived files and read models anew from the log.

use std::{path::Path, process::ExitCode, thread};

use anyhow::{Result, anyhow, ensure};
use socai_district::{Folding, LedgerDir, keep_snapshots};
use socai_log::{Disk, Lock, Reader, rebuild};
use socai_models::Snapshots;

use crate::{lang::Lang, ledger, out, remote::is_url};

/// Recomputes what is derived; the district must not be running.
pub fn run(dir: &Path, lang: Lang) -> Result<ExitCode> {
    ensure!(!is_url(dir), "{}: only a directory can be rebuilt", dir.display());
    let log = ledger::log_dir(dir)?;
    let dir = LedgerDir::new(log.parent().unwrap_or(dir));
    let lock = Lock::acquire(&dir.lock())?;
    let rebuilt = rebuild(&log, &lock, &Disk::default())?;
    let reader = Reader::open(&log)?;
    let end = reader.committed()?.size;
    // two folds side by side: neither needs the other
    let (folding, made) = thread::scope(|scope| {
        let snapshots =
            scope.spawn(|| keep_snapshots(Snapshots::new(dir.snapshots()), &reader, end, || true));
        let folding = Folding::rebuild(&dir, &reader);
        (folding, snapshots.join())
    });
    let (folding, made) = (folding?, made.map_err(|_| anyhow!("the making of snapshots did not end"))??);
    let (size, digest) = (folding.applied(), folding.models().digest());
    let checkpoint = rebuilt.republished.then(|| log.join("checkpoint"));
    let files = checkpoint.into_iter().chain(rebuilt.files.iter().map(|file| file.path(&log)));
    let files: Vec<_> = files.map(|path| path.display().to_string()).collect();
    out::line(&match lang {
        Lang::Vi => {
            format!(
                "đã sửa {} tệp dẫn xuất; mô hình đọc ở {size} mục, mã trạng thái {digest}; {made} ảnh chụp mới",
                files.len()
            )
        }
        Lang::En => {
            format!(
                "repaired {} derived files; models at {size} entries, state digest {digest}; {made} new snapshots",
                files.len()
            )
        }
    })?;
    for file in files {
        out::line(&format!("  {file}"))?;
    }
    Ok(ExitCode::SUCCESS)
}
