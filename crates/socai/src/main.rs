//! socai: the command line. Wiring only; what happens is in the crates below.

mod answer;
mod asked;
mod bench;
mod cli;
mod cli_analyst;
mod cli_annex;
mod cli_audit;
mod cli_bench;
mod cli_board;
mod cli_follow;
mod cli_operator;
mod cli_read;
mod cli_remote;
mod cli_report;
mod cli_run;
mod cli_vault;
mod cli_ward;
mod cmd;
mod compared;
mod cut;
mod demo;
mod enrol;
mod file;
mod fit;
mod http;
mod kept;
mod lang;
mod later;
mod ledger;
mod line;
mod mistake;
mod months;
mod named;
mod near;
mod out;
mod paper;
mod progress;
mod quoted;
mod remote;
mod reported;
mod rule_check;
mod rule_file;
mod scratch;
mod signals;
mod signer;
mod simulate;
mod stage;
mod state;
mod stop;
mod webhook;

use std::{io::IsTerminal as _, process::ExitCode};

use anyhow::Result;
use clap::Parser as _;
use cli::{Cli, Command};
use lang::Lang;
use later::Later;
use tracing_subscriber::EnvFilter;

/// Decoded facts and rows are many small allocations; this allocator halves their cost.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let lang = cli.lang.unwrap_or_else(Lang::of_locale);
    start_tracing();
    if let Err(error) = signals::survive_large_files() {
        tracing::warn!("{error:#}");
    }
    ledger::read_addresses_with(cli.remote);
    match run(cli.command, lang) {
        Ok(code) => code,
        Err(error) if out::is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            out::aside(&format!("{}: {}", lang.pick("lỗi", "error"), mistake::words(&error, lang)));
            let code = if remote::is_verdict(&error) { 1 } else { 2 };
            Later::code_of(&error).unwrap_or(ExitCode::from(code))
        }
    }
}

fn run(command: Command, lang: Lang) -> Result<ExitCode> {
    match command {
        Command::Demo(args) => cmd::demo::run(&args, lang),
        Command::Up(args) => cmd::up::run(&args, lang),
        Command::Ward(command) => cmd::ward::run(command, lang),
        Command::District(command) => cmd::district::run(command, lang),
        Command::Unit(command) => cmd::unit::run(command, lang),
        Command::Kinds { kind } => cmd::kinds::run(kind.as_deref(), lang),
        Command::Units { ledger, on } => cmd::units::run(&ledger, on.as_deref(), lang),
        Command::Case(args) => cmd::case::run(&args, lang),
        Command::Report(args) => cmd::report::run(*args, lang),
        Command::Serve(args) => cmd::serve::run(&args, lang),
        Command::Token(args) => cmd::token::run(&args, lang),
        Command::Diff(args) => cmd::diff::run(&args, lang),
        Command::Series(args) => cmd::series::run(&args, lang),
        Command::Query(args) => cmd::query::run(&args, lang),
        Command::Obligations(args) => cmd::obligations::run(&args, lang),
        Command::Pending(args) => cmd::pending::run(&args, lang),
        Command::Annex(command) => cmd::annex::run(command, lang),
        Command::Audit(command) => cmd::audit::run(command, lang),
        Command::Mirror(args) => cmd::mirror::run(&args, lang),
        Command::Replay(args) => cmd::replay::run(&args, lang),
        Command::Export(args) => cmd::export::run(&args, lang),
        Command::Rebuild { dir } => cmd::rebuild::run(&dir, lang),
        Command::Simulate(args) => cmd::simulate::run(&args, lang),
        Command::Bench(args) => bench::run(&args),
    }
}

/// Logs go to standard error, warnings and worse unless SOCAI_LOG asks for more. The NATS client is silent: what it meets is told by our own
/// words once, not at every attempt.
fn start_tracing() {
    let filter =
        EnvFilter::try_from_env("SOCAI_LOG").unwrap_or_else(|_| EnvFilter::new("warn,async_nats=off"));
    let colours = std::io::stderr().is_terminal();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(colours)
        .with_target(false)
        .log_internal_errors(false) // told on standard error, which is what cannot be written then
        .init();
}
