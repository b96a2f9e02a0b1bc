//! `socai serve LEDGER --http ADDR`: the dashboard over a ledger, whether its district runs or not.

use std::process::ExitCode;

use anyhow::Result;
use socai_domain::CivilDate;
use socai_fold::{Fold, figures::Asked};
use socai_log::Reader;
use socai_report::Figures;
use socai_web::{Answers, Board, serve_dashboard};
use tokio_util::sync::CancellationToken;

use crate::{
    cli::ServeArgs,
    cmd::{case, report},
    lang::Lang,
    ledger, out, signals,
};

/// Folds the log, then answers until SIGTERM or Ctrl-C.
pub fn run(args: &ServeArgs, lang: Lang) -> Result<ExitCode> {
    let board = Board::open(&ledger::dir(&args.ledger, None)?, Printed, CancellationToken::new())?;
    signals::runtime()?.block_on(async {
        let served = serve_dashboard(board, &args.http).await?;
        let url = format!("http://{}/", served.address());
        out::line(&match lang {
            Lang::Vi => format!("bảng điều hành: {url}  Ctrl-C để dừng"),
            Lang::En => format!("the dashboard: {url}  Ctrl-C stops it"),
        })?;
        signals::asked_to_stop().await;
        served.stop().await;
        Ok(ExitCode::SUCCESS)
    })
}

/// The answers of the commands.
struct Printed;

impl Answers for Printed {
    fn figures(&self, reader: &Reader, fold: &Fold, asked: &Asked) -> Result<Figures, String> {
        report::figures(reader, fold, asked).map_err(|error| format!("{error:#}"))
    }

    fn case(
        &self,
        reader: &Reader,
        id: &str,
        on: CivilDate,
        lang: socai_proto::Lang,
    ) -> Result<Option<String>, String> {
        let lang = match lang {
            socai_proto::Lang::Vi => Lang::Vi,
            socai_proto::Lang::En => Lang::En,
        };
        let size = reader.committed().map_err(|error| error.to_string())?.size;
        case::told(reader, size, id, on, lang).map_err(|error| format!("{error:#}"))
    }
}
