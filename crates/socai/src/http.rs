//! The log's HTTP side beside a running district.

use anyhow::Result;
use socai_district::LedgerDir;
use socai_web::{LogHttp, serve_log};
use tokio_util::sync::CancellationToken;

use crate::{lang::Lang, out};

/// Serves a ledger's log as C2SP tiles if an address was named, and says where.
///
/// # Errors
/// The address is taken or not ours, or there is no log.
pub async fn serve(ledger: &LedgerDir, address: Option<&str>, lang: Lang) -> Result<Option<LogHttp>> {
    let Some(address) = address else { return Ok(None) };
    let served = serve_log(&ledger.log(), &ledger.cosigned(), address, CancellationToken::new()).await?;
    let url = format!("http://{}", served.address());
    // a closed standard output does not stop a district
    let _ = out::line(&match lang {
        Lang::Vi => format!("sổ cái dạng tile C2SP: {url}/checkpoint, {url}/tile/…"),
        Lang::En => format!("the log as C2SP tiles: {url}/checkpoint, {url}/tile/…"),
    });
    Ok(Some(served))
}

/// Ends what [`serve`] began.
pub async fn stop(served: Option<LogHttp>) {
    if let Some(served) = served {
        served.stop().await;
    }
}
