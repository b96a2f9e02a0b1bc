//! `socai token FILE --role ROLE --name WORDS`: a token for the dashboard.

use std::process::ExitCode;

use anyhow::Result;
use socai_web::NewToken;

use crate::{cli_board::TokenArgs, lang::Lang, out};

/// Makes a token, adds its digest to the file and prints it, once.
pub fn run(args: &TokenArgs, lang: Lang) -> Result<ExitCode> {
    let made = NewToken::add(&args.file, args.role.role(), &args.name)?;
    out::line(&made.token)?;
    let (vi, en) = (
        "mã này chỉ hiện một lần: trao cho người dùng, tệp chỉ giữ mã băm",
        "it is shown this once: hand it over; the file keeps a digest only",
    );
    out::aside(lang.pick(vi, en));
    Ok(ExitCode::SUCCESS)
}
