//! `socai district acknowledge`: the operator's answer to a record that waits for it.

use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use socai_district::{Stated, Tried, acknowledge, now_ms};
use socai_domain::{Registry, time};
use socai_fold::{Obligations, Open, OpenWhat};
use socai_log::{LogError, Reader};
use socai_proto::v1;
use socai_tlog::{EventName, UnitNo};

use crate::{
    cli::AcknowledgeArgs,
    cmd::{
        obligations,
        operator::{open, placed, refused, said},
    },
    lang::Lang,
    out, state,
};

/// Records the answer; prints its name and leaf.
pub fn run(args: &AcknowledgeArgs, lang: Lang) -> Result<ExitCode> {
    let target: EventName = args.record.parse().with_context(|| args.record.clone())?;
    let mut ledger = open(&args.dir, lang)?;
    let fold = state::newest(ledger.reader())?;
    let now_ms = now_ms();
    let pass = Obligations::new(&fold, time::vietnam_date(now_ms));
    let waiting = obligations::open(ledger.reader(), fold.size(), pass)?;
    let waits = waiting.iter().find(|open| open.name == target);
    let waits = awaited(waits, target, ledger.reader(), fold.registry(), args, lang)?;
    let answer = if args.refuse { v1::Answer::Refused } else { v1::Answer::Confirmed };
    let stated = v1::EventAcknowledged {
        target: Some(v1::Ref { unit: target.unit.0, seq: target.seq.0 }),
        answer: answer.into(),
        ground: args.ground.clone().unwrap_or_default(),
    };
    let event = Stated::from(acknowledge(stated, &args.entered_by, now_ms)?);
    let is_amendment = waits.what == OpenWhat::Acknowledgement;
    let names = match ledger.state_tried(fold, &[event], now_ms)? {
        Tried::Stated(names) => names,
        Tried::Refused(refusals) => return refused(&placed(refusals, &[target.to_string()]), lang),
    };
    let name = names.first().copied().context("a name for the answer")?;
    let leaf = ledger.reader().leaf_of(name)?;
    out::line(&match (args.refuse, lang) {
        (false, Lang::Vi) => {
            format!("đã xác nhận {target}: bản ghi {name}, mục {leaf}{}", effect(is_amendment, false, lang))
        }
        (false, Lang::En) => {
            format!("acknowledged {target}: record {name}, leaf {leaf}{}", effect(is_amendment, false, lang))
        }
        (true, Lang::Vi) => {
            format!("đã từ chối {target}: bản ghi {name}, mục {leaf}{}", effect(is_amendment, true, lang))
        }
        (true, Lang::En) => {
            format!("refused {target}: record {name}, leaf {leaf}{}", effect(is_amendment, true, lang))
        }
    })?;
    Ok(ExitCode::SUCCESS)
}

/// What the answer means for an amendment made after a closing.
fn effect(is_amendment: bool, is_refused: bool, lang: Lang) -> &'static str {
    match (is_amendment, is_refused) {
        (false, _) => "",
        (true, false) => lang.pick("; từ đây được tính", "; it counts from here"),
        (true, true) => lang.pick("; không được tính", "; it does not count"),
    }
}

/// What waits, if it waits for the operator.
fn awaited<'o>(
    waits: Option<&'o Open>,
    target: EventName,
    reader: &Reader,
    registry: &Registry,
    args: &AcknowledgeArgs,
    lang: Lang,
) -> Result<&'o Open> {
    let list = format!("`socai obligations {}`", args.dir.display());
    if let Err(LogError::NoRecord { .. }) = reader.leaf_of(target) {
        bail!(said(
            lang,
            format!("bản ghi {target} không có trong sổ cái; {list} liệt kê những gì đang chờ"),
            format!("record {target} is not in the ledger; {list} lists what waits"),
        ));
    }
    match waits {
        Some(open) if open.from.contains(&UnitNo::OPERATOR) => Ok(open),
        Some(open) => {
            let from: Vec<_> = open.from.iter().map(|unit| obligations::id(registry, *unit)).collect();
            let from = from.join(", ");
            bail!(said(
                lang,
                format!("bản ghi {target} chờ {from} trả lời, không chờ đơn vị vận hành; xem {list}"),
                format!("record {target} waits for an answer of {from}, not of the operator; see {list}"),
            ))
        }
        None => bail!(said(
            lang,
            format!("bản ghi {target} không chờ trả lời; {list} liệt kê những gì đang chờ"),
            format!("record {target} waits for no answer; {list} lists what does"),
        )),
    }
}
