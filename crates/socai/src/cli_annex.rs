//! The command line of `socai annex`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use socai_proto::v1;

/// `socai annex …`.
#[derive(Debug, Subcommand)]
pub enum AnnexCommand {
    /// Record, as the operator, that the annex of a record is to be destroyed, and destroy it here. Header and facts stay, and every proof and
    /// figure with them. It cannot be undone.
    ///
    /// A unit orders the erasure of its own record with `socai ward record DIR annex.erased`, while everything runs.
    Erase(EraseArgs),
    /// List the annexes that are to be destroyed, by which document, and what is left of them here.
    List {
        /// The ledger: its directory or address.
        ledger: PathBuf,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

/// `socai annex erase`.
#[derive(Debug, Args)]
pub struct EraseArgs {
    /// The district's directory; its district must not be running.
    pub dir: PathBuf,
    /// The record, UNIT/SEQ.
    pub record: String,
    /// Why.
    #[arg(long, value_enum)]
    pub ground: Ground,
    /// Number of the document that orders it: 14/QĐ-UBND.
    #[arg(long)]
    pub procedure: String,
    /// The office that approved it, such as chu-tich; another one than the office that enters it.
    #[arg(long)]
    pub approver: String,
    /// The office that enters it.
    #[arg(long, default_value = "van-hanh-so-cai")]
    pub entered_by: String,
}

/// Why an annex is destroyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Ground {
    /// Personal data that should not have been recorded.
    PersonalData,
    /// A state secret.
    StateSecret,
    /// A court or another competent body decided it.
    CompetentDecision,
    /// The time it had to be kept is over.
    RetentionEnded,
    /// Attached to the wrong record.
    WrongFile,
    /// Another reason, in the document.
    Other,
}

impl Ground {
    /// As the fact states it.
    pub fn proto(self) -> v1::ErasureGround {
        match self {
            Ground::PersonalData => v1::ErasureGround::PersonalData,
            Ground::StateSecret => v1::ErasureGround::StateSecret,
            Ground::CompetentDecision => v1::ErasureGround::CompetentDecision,
            Ground::RetentionEnded => v1::ErasureGround::RetentionEnded,
            Ground::WrongFile => v1::ErasureGround::WrongFile,
            Ground::Other => v1::ErasureGround::Other,
        }
    }
}
