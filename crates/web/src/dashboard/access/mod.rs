//! Who sees what, and how a visitor says who he is.
//!
//! | may | public | official | issuer | inspector | analyst | admin | local |
//! |---|---|---|---|---|---|---|---|
//! | figures of many facts, named periods, units, log, proofs | yes | yes | yes | yes | yes | yes | yes |
//! | small cells, any days, any cut-off, reports ([`Part::Cells`]) | | yes | yes | yes | yes | | yes |
//! | the facts behind a figure ([`Part::Facts`]) | | yes | yes | yes | yes | | yes |
//! | documents and cases ([`Part::Cases`]) | | yes | yes | yes | | | yes |
//! | findings ([`Part::Findings`]) | | | | yes | | | yes |
//! | how the program runs ([`Part::Running`]) | | | | | | yes | yes |
//! | have a report signed and issued ([`Part::Issue`]) | | | yes | | | | |
//!
//! Issuing needs a session of its own login, never only a place at the machine: the key of the district signs, so the log and the access log have to
//! say that somebody was asked. An admin publishes nothing.
//!
//! Everybody is public until a token says otherwise: as `Authorization: Bearer`, or once in the login form, which begins a session. Tokens lie in a file as
//! digests; one that is taken out of the file ends its sessions. Without a file everybody on this machine is [`Role::Local`], and nobody else is
//! let in as more than the public.

mod doors;
mod login;
mod rate;
mod session;
mod tokens;

pub(super) use doors::{Address, Doors, passed};
pub(super) use login::{login, login_page, logout};
pub use tokens::{NewToken, TokensError};

use std::{net::IpAddr, path::PathBuf};

/// What a visitor is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Role {
    /// Anybody.
    #[default]
    Public,
    /// An official of the district or of a unit.
    Official,
    /// An official who may have reports signed and issued.
    Issuer,
    /// An inspector.
    Inspector,
    /// Somebody who computes with figures and facts.
    Analyst,
    /// Whoever keeps the program running; sees no data.
    Admin,
    /// Somebody at the machine itself, where nobody is asked.
    Local,
}

/// What not everybody may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Cells,
    Facts,
    Cases,
    Findings,
    Running,
    Issue,
}

impl Role {
    /// The roles that a token can give.
    pub const OF_TOKENS: [Role; 5] =
        [Role::Official, Role::Issuer, Role::Inspector, Role::Analyst, Role::Admin];

    /// As it stands in the file of tokens.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Role::Public => "public",
            Role::Official => "official",
            Role::Issuer => "issuer",
            Role::Inspector => "inspector",
            Role::Analyst => "analyst",
            Role::Admin => "admin",
            Role::Local => "local",
        }
    }

    pub(super) fn sees(self, part: Part) -> bool {
        use Part::{Cases, Cells, Facts, Findings, Issue, Running};
        match self {
            Role::Public => false,
            Role::Official => matches!(part, Cells | Facts | Cases),
            Role::Issuer => matches!(part, Cells | Facts | Cases | Issue),
            Role::Inspector => matches!(part, Cells | Facts | Cases | Findings),
            Role::Analyst => matches!(part, Cells | Facts),
            Role::Admin => part == Running,
            Role::Local => part != Issue,
        }
    }
}

/// How the dashboard lets people in.
#[derive(Clone, Debug)]
pub struct Access {
    /// The file with digests of tokens; none asks nobody.
    pub tokens: Option<PathBuf>,
    /// Fewest facts of a cell that the public may see.
    pub min_cell: u64,
    /// A proxy in front speaks TLS and says in `X-Forwarded-For` who asks.
    pub is_behind_tls: bool,
    /// Requests a second that one address may make, over a longer time; 0 for any number.
    pub rate_per_s: u32,
}

impl Default for Access {
    fn default() -> Self {
        Access { tokens: None, min_cell: 5, is_behind_tls: false, rate_per_s: 100 }
    }
}

impl Access {
    /// What somebody without a token is, at this address.
    fn unknown(&self, listening_at: IpAddr) -> Role {
        let is_local = self.tokens.is_none() && !self.is_behind_tls && listening_at.is_loopback();
        if is_local { Role::Local } else { Role::Public }
    }
}

/// Somebody who asks.
#[derive(Clone, Debug, Default)]
pub(super) struct Visitor {
    pub role: Role,
    /// The words of the file of tokens: an office, never a person.
    pub name: String,
    /// What a form of this visitor's session has to bring back; empty without a session.
    pub form_key: String,
    /// Fewest facts of a cell that the public may see.
    pub min_cell: u64,
    /// Whether there is anything to log in with.
    pub can_log_in: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_tokens_only_this_machine_sees_everything() {
        let access = Access::default();
        assert_eq!(access.unknown([127, 0, 0, 1].into()), Role::Local);
        assert_eq!(access.unknown([0, 0, 0, 0].into()), Role::Public);
        assert_eq!(access.unknown([10, 1, 2, 3].into()), Role::Public);
        let behind = Access { is_behind_tls: true, ..Access::default() };
        assert_eq!(behind.unknown([127, 0, 0, 1].into()), Role::Public, "a proxy brings in the world");
        let asked = Access { tokens: Some("t".into()), ..Access::default() };
        assert_eq!(asked.unknown([127, 0, 0, 1].into()), Role::Public);
    }

    #[test]
    fn an_admin_sees_no_data_and_the_public_nothing_that_is_gated() {
        for part in [Part::Cells, Part::Facts, Part::Cases, Part::Findings] {
            assert!(!Role::Admin.sees(part) && !Role::Public.sees(part) && Role::Local.sees(part));
        }
        assert!(Role::Inspector.sees(Part::Findings) && !Role::Official.sees(Part::Findings));
        assert!(!Role::Analyst.sees(Part::Cases));
        for role in Role::OF_TOKENS.into_iter().chain([Role::Public, Role::Local]) {
            assert_eq!(role.sees(Part::Issue), role == Role::Issuer, "{role:?}");
        }
    }
}
