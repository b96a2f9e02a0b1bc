//! `socai serve LEDGER --http ADDR`: the dashboard over a ledger, whether its district runs or not.

use std::{path::Path, process::ExitCode};

use anyhow::Result;
use socai_domain::CivilDate;
use socai_fold::{Fold, Report, Scope, figures::Asked};
use socai_log::Reader;
use socai_proto::v1;
use socai_report::Figures;
use socai_tlog::TreeSize;
use socai_web::{Access, Answers, Board, Case, DashboardHttp, Months, Paper, WrongNumber, serve_dashboard};
use tokio_util::sync::CancellationToken;

use crate::{
    cli::ReportFormat,
    cli_board::ServeArgs,
    cmd::{case, issue, report, series},
    lang::Lang,
    ledger, out, paper, reported,
    signals::{self, Signals},
    signer::Signer,
    state,
};

/// Folds the log, then answers until SIGTERM or Ctrl-C.
pub fn run(args: &ServeArgs, lang: Lang) -> Result<ExitCode> {
    let board = Board::open(&ledger::dir(&args.ledger, None)?, Printed, CancellationToken::new())?;
    signals::runtime()?.block_on(async {
        let mut signals = Signals::listen()?;
        let served = serve_dashboard(board, args.access.access(), &args.http).await?;
        let url = format!("http://{}/", served.address());
        out::line(&match lang {
            Lang::Vi => format!("bảng điều hành: {url}  Ctrl-C để dừng"),
            Lang::En => format!("the dashboard: {url}  Ctrl-C stops it"),
        })?;
        signals.asked_to_stop().await;
        served.stop().await;
        Ok(ExitCode::SUCCESS)
    })
}

/// Serves the dashboard beside a running district, from the log's files like any other reader. Folding them takes its time; the
/// district does not wait for it, and runs on whatever happens here. What an issuer wants signed goes to the district by `signer`.
///
/// # Errors
/// The log cannot be read, the address is taken or not ours, or the tokens cannot be used.
pub async fn beside(
    dir: &Path,
    access: Access,
    address: &str,
    signer: Signer,
    lang: Lang,
) -> Result<DashboardHttp> {
    let dir = dir.to_owned();
    let opened = tokio::task::spawn_blocking(move || Board::open(&dir, Printed, CancellationToken::new()));
    let served = serve_dashboard(opened.await??.signed_by(signer), access, address).await?;
    let url = format!("http://{}/", served.address());
    // a closed standard output does not stop a district
    let _ = out::line(&match lang {
        Lang::Vi => format!("bảng điều hành: {url}"),
        Lang::En => format!("the dashboard: {url}"),
    });
    Ok(served)
}

/// The answers of the commands.
pub struct Printed;

fn words(error: anyhow::Error) -> String {
    format!("{error:#}")
}

fn lang_of(lang: socai_proto::Lang) -> Lang {
    match lang {
        socai_proto::Lang::Vi => Lang::Vi,
        socai_proto::Lang::En => Lang::En,
    }
}

fn format(paper: Paper) -> ReportFormat {
    match paper {
        Paper::Html => ReportFormat::Html,
        Paper::Docx => ReportFormat::Docx,
        Paper::Xlsx => ReportFormat::Xlsx,
    }
}

impl Answers for Printed {
    fn at(&self, reader: &Reader, size: TreeSize) -> Result<Fold, String> {
        state::at(reader, size).map_err(words)
    }

    fn figures(&self, reader: &Reader, fold: &Fold, asked: &Asked) -> Result<Figures, String> {
        report::figures(reader, fold, asked).map_err(words)
    }

    fn glance(&self, reader: &Reader, fold: &Fold, asked: &Asked) -> Result<Figures, String> {
        socai_audit::printed::at_a_glance(reader, fold, asked).map_err(|error| words(error.into()))
    }

    fn sums(&self, reader: &Reader, fold: &Fold, asked: &Asked) -> Result<Figures, String> {
        socai_audit::printed::of_the_state(reader, fold, asked).map_err(|error| words(error.into()))
    }

    fn about(&self, reader: &Reader, size: TreeSize, asked: &Asked) -> Result<Fold, String> {
        state::about(reader, size, &Scope::Question(asked.clone())).map_err(words)
    }

    fn brief(&self, reader: &Reader, fold: &Fold, asked: &Asked) -> Result<Figures, String> {
        report::brief(reader, fold, asked).map_err(words)
    }

    fn paper(&self, fold: &Fold, figures: &Figures, paper: Paper) -> Result<Vec<u8>, String> {
        paper::bytes(format(paper), fold, figures).map_err(words)
    }

    fn to_issue(&self, fold: &Fold, figures: &Figures, period: &str) -> Result<v1::ReportIssued, String> {
        let text = paper::text(fold, figures).map_err(words)?;
        let kind = Asked::kind_written(fold.rulebook(), period).map_err(|error| error.to_string())?;
        issue::stated(kind, fold, figures, &text).map_err(words)
    }

    fn wrong_number(
        &self,
        reader: &Reader,
        fold: &Fold,
        number: &str,
    ) -> Result<Option<WrongNumber>, String> {
        issue::wrong_number(reader, fold, number).map_err(words)
    }

    fn issued(&self, reader: &Reader, fold: &Fold, report: &Report, paper: Paper) -> Result<Vec<u8>, String> {
        reported::again(reader, fold, report, format(paper), Lang::Vi).map_err(words)
    }

    fn months(
        &self,
        reader: &Reader,
        fold: &Fold,
        code: &str,
        asked: &Asked,
        lang: socai_proto::Lang,
    ) -> Result<Option<Months>, String> {
        series::of_year(reader, fold, code, asked.to, lang).map_err(words)
    }

    fn case(
        &self,
        reader: &Reader,
        id: &str,
        on: CivilDate,
        lang: socai_proto::Lang,
    ) -> Result<Option<Case>, String> {
        let size = reader.committed().map_err(|error| error.to_string())?.size;
        case::page::of(reader, size, id, on, lang_of(lang)).map_err(words)
    }
}

#[cfg(test)]
mod tests;
