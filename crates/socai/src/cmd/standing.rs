//! `socai district status`: how a log stands, without its district.

use std::{fs, path::Path, process::ExitCode};

use anyhow::Result;
use serde_json::json;
use socai_audit::{CosignedTo, Place, printed::origin};
use socai_bus::TransportKey;
use socai_district::LedgerDir;
use socai_domain::time::vietnam_rfc3339;
use socai_log::Reader;
use socai_tlog::LeafIndex;

use crate::{lang::Lang, out};

/// The NATS nkey of the district in a directory, the public half of `keys/transport`; none where that key is not, as in a copy of the log, or may
/// not be read.
pub fn district_nkey(dir: &LedgerDir) -> Option<String> {
    let seed = fs::read_to_string(dir.key("transport")).ok()?;
    Some(TransportKey::from_seed(&seed).ok()?.public().to_owned())
}

/// Prints size, root, the last entry's time, what is not witnessed, and the nkey that the broker is to know. Reads, verifies nothing.
pub fn run(dir: &Path, as_json: bool, lang: Lang) -> Result<ExitCode> {
    let place = Place::find(dir)?;
    let reader = Reader::open(place.log())?;
    let size = reader.committed()?.size;
    let root = if size.0 == 0 { socai_tlog::empty_root() } else { reader.root_at(size)? };
    let received =
        |leaf: u64| -> Result<String> { Ok(vietnam_rfc3339(reader.record(LeafIndex(leaf))?.received_at_ms)) };
    let last = size.0.checked_sub(1).map(received).transpose()?;
    let cosigned = CosignedTo::of(&place);
    let from = cosigned.unwitnessed_from(size);
    let since = from.map(received).transpose()?;
    let (ledger, running) = (origin(&reader)?, place.is_live());
    let nkey = district_nkey(&LedgerDir::new(dir));
    if as_json {
        let witnessed = match cosigned {
            CosignedTo::Size(size) => Some(size.0),
            CosignedTo::NotAsked | CosignedTo::Nothing => None,
        };
        out::line(&serde_json::to_string_pretty(&json!({
            "ledger": ledger, "running": running, "size": size.0, "root": root.to_string(), "received_at": last,
            "witnesses_asked": cosigned != CosignedTo::NotAsked, "witnessed": witnessed,
            "unwitnessed_from": from, "unwitnessed_since": since, "transport_nkey": nkey,
        }))?)?;
        return Ok(ExitCode::SUCCESS);
    }
    let state = match running {
        true => lang.pick("đang chạy", "running"),
        false => lang.pick("không chạy", "not running"),
    };
    out::line(&format!("{ledger}: {state}"))?;
    out::line(&format!("  {} {size}", lang.pick("số mục", "size")))?;
    out::line(&format!("  {} {root}", lang.pick("gốc cây", "root")))?;
    if let Some(last) = last {
        out::line(&format!("  {} {last}", lang.pick("mục cuối nhận lúc", "last entry received")))?;
    }
    out::line(&match (cosigned, from.zip(since)) {
        (CosignedTo::NotAsked, _) => {
            format!("  {}", lang.pick("policy không yêu cầu nhân chứng", "the policy asks for no witness"))
        }
        (_, None) => format!("  {}", lang.pick("nhân chứng đã ký tất cả", "witnessed whole")),
        (_, Some((from, since))) => match lang {
            Lang::Vi => format!("  CHƯA CÓ NHÂN CHỨNG từ {since} (từ mục {from})"),
            Lang::En => format!("  UNWITNESSED SINCE {since} (from entry {from} on)"),
        },
    })?;
    if let Some(nkey) = nkey {
        out::line(&format!("  {} {nkey}", lang.pick("nkey NATS của quận", "the district's NATS nkey")))?;
    }
    Ok(ExitCode::SUCCESS)
}
