//! The log's HTTP side beside a running district.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use anyhow::{Context as _, Result, ensure};
use socai_district::LedgerDir;
use socai_web::{LogHttp, serve_log};
use tokio_util::sync::CancellationToken;

use crate::{lang::Lang, mistake::Mistake, out};

/// Serves a ledger's log as C2SP tiles if an address was named, and says where; its files too if there is a file with a token for mirrors.
///
/// # Errors
/// The address is taken or not ours, there is no log, or the token is none to rely on.
pub async fn serve(
    ledger: &LedgerDir,
    address: Option<&str>,
    mirrors: Option<&Path>,
    lang: Lang,
) -> Result<Option<LogHttp>> {
    let Some(address) = address else { return Ok(None) };
    let token = mirrors.map(token).transpose()?;
    let stop = CancellationToken::new();
    let served = serve_log(&ledger.log(), &ledger.cosigned(), address, token.as_deref(), stop).await?;
    let url = format!("http://{}", served.address());
    // a closed standard output does not stop a district
    let _ = out::line(&match lang {
        Lang::Vi => format!("sổ cái dạng tile C2SP: {url}/checkpoint, {url}/tile/…"),
        Lang::En => format!("the log as C2SP tiles: {url}/checkpoint, {url}/tile/…"),
    });
    Ok(Some(served))
}

/// What mirrors have to present.
fn token(path: &Path) -> Result<String> {
    let named = || path.display().to_string();
    let mode = fs::metadata(path).with_context(named)?.permissions().mode();
    let wrong = |vi: &str, en: &str| Mistake::new(vi, en).of(&named());
    ensure!(
        mode & 0o077 == 0,
        wrong("người khác đọc được mã truy cập này; chmod 600", "others may read this token; chmod 600")
    );
    let token = fs::read_to_string(path).with_context(named)?.trim().to_owned();
    let fits = token.len() >= 16 && token.chars().all(|c| c.is_ascii_graphic());
    ensure!(
        fits,
        wrong(
            "mã truy cập có từ 16 ký tự, không dấu cách: openssl rand -hex 32",
            "a token has 16 characters or more, without spaces: openssl rand -hex 32"
        )
    );
    Ok(token)
}

/// Ends what [`serve`] began.
pub async fn stop(served: Option<LogHttp>) {
    if let Some(served) = served {
        served.stop().await;
    }
}
