//! The file of tokens: who has one, as what, and the digest of each.

use std::{fmt::Write as _, fs, os::unix::fs::PermissionsExt as _, path::Path};

use super::Role;

/// What a token is hashed for; 32 random bytes need no slow hash.
const CONTEXT: &str = "socai dashboard token v1";

/// Why tokens cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TokensError {
    /// The file cannot be read or written.
    #[error("{path}: {cause}")]
    File {
        /// Which.
        path: String,
        /// What the system said.
        cause: std::io::Error,
    },
    /// Others may write to it.
    #[error("{0}: others may write to this file and let themselves in; chmod go-w")]
    Writable(String),
    /// It is no such file.
    #[error(
        "{path}: {what}; a line of [[token]] with name, role (official, issuer, inspector, analyst, admin) and blake3 each: socai token new FILE"
    )]
    Malformed {
        /// Which.
        path: String,
        /// What is wrong.
        what: String,
    },
    /// The system gives no random bytes.
    #[error("no random bytes: {0}")]
    Entropy(String),
}

/// A row of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub name: String,
    pub role: Role,
    pub digest: [u8; 32],
}

/// Everybody who has a token.
#[derive(Clone, Debug, Default)]
pub(super) struct Tokens(pub Vec<Token>);

pub(super) fn digest(token: &str) -> [u8; 32] {
    blake3::derive_key(CONTEXT, token.trim().as_bytes())
}

impl Tokens {
    /// Reads a file.
    pub(super) fn of(path: &Path) -> Result<Tokens, TokensError> {
        let named = path.display().to_string();
        let unreadable = |cause| TokensError::File { path: named.clone(), cause };
        if fs::metadata(path).map_err(unreadable)?.permissions().mode() & 0o022 != 0 {
            return Err(TokensError::Writable(named));
        }
        let text = fs::read_to_string(path).map_err(unreadable)?;
        Tokens::read(&text).map_err(|what| TokensError::Malformed { path: named, what })
    }

    fn read(text: &str) -> Result<Tokens, String> {
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| error.message().to_owned())?;
        if let Some(other) = table.keys().find(|key| *key != "token") {
            return Err(format!("{other} is not known here"));
        }
        let rows = match table.get("token") {
            None => &Vec::new(),
            Some(rows) => rows.as_array().ok_or("token is a list: [[token]]")?,
        };
        rows.iter().map(Token::read).collect::<Result<_, _>>().map(Tokens)
    }

    /// Whose digest this is. Digests, not tokens, are compared, so time tells nothing about a token.
    pub(super) fn find(&self, digest: &[u8; 32]) -> Option<&Token> {
        self.0.iter().find(|token| token.digest == *digest)
    }
}

impl Token {
    fn read(row: &toml::Value) -> Result<Token, String> {
        let text =
            |key: &str| row.get(key).and_then(|value| value.as_str()).ok_or(format!("{key} is missing"));
        let (name, role, digest) = (text("name")?, text("role")?, text("blake3")?);
        let known = Role::OF_TOKENS.into_iter().find(|known| known.name() == role);
        let digest = digest.parse::<socai_tlog::Digest>().map_err(|_| format!("{digest} is no digest"))?;
        Ok(Token {
            name: name.to_owned(),
            role: known.ok_or(format!("{role} is no role"))?,
            digest: digest.0,
        })
    }
}

/// A token that was just made.
#[derive(Debug)]
pub struct NewToken {
    /// To be given to whoever it is for, and kept nowhere else.
    pub token: String,
}

impl NewToken {
    /// Makes a token and adds its digest to the end of a file, which only its owner may read and write if it is new.
    ///
    /// # Errors
    /// The file is none of tokens, or cannot be written.
    pub fn add(path: &Path, role: Role, name: &str) -> Result<NewToken, TokensError> {
        if path.exists() {
            Tokens::of(path)?;
        }
        let token = super::session::random().map_err(TokensError::Entropy)?;
        let mut row = String::new();
        let name = toml::Value::String(name.to_owned());
        let _ = writeln!(row, "[[token]]\nname = {name}\nrole = \"{}\"", role.name());
        let _ = writeln!(row, "blake3 = \"{}\"\n", socai_tlog::Digest(digest(&token)));
        let unwritable = |cause| TokensError::File { path: path.display().to_string(), cause };
        let mut open = fs::OpenOptions::new();
        std::os::unix::fs::OpenOptionsExt::mode(&mut open, 0o600);
        let mut file = open.create(true).append(true).open(path).map_err(unwritable)?;
        std::io::Write::write_all(&mut file, row.as_bytes()).map_err(unwritable)?;
        Ok(NewToken { token })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_token_opens_by_its_digest_and_the_file_holds_no_token() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("tokens.toml");
        let one = NewToken::add(&file, Role::Inspector, "Thanh tra \"quận\"").unwrap().token;
        let two = NewToken::add(&file, Role::Admin, "Vận hành").unwrap().token;
        let text = fs::read_to_string(&file).unwrap();
        assert!(!text.contains(&one) && !text.contains(&two), "{text}");
        let tokens = Tokens::of(&file).unwrap();
        let found = tokens.find(&digest(&one)).unwrap();
        assert_eq!((found.name.as_str(), found.role), ("Thanh tra \"quận\"", Role::Inspector));
        assert_eq!(tokens.find(&digest(&two)).unwrap().role, Role::Admin);
        assert_eq!(tokens.find(&digest("")), None);
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o077, 0);
    }

    #[test]
    fn a_file_that_is_none_says_why_and_one_that_others_may_write_is_refused() {
        for (text, words) in [
            ("[[token]]\nname=\"x\"\nrole=\"king\"\nblake3=\"00\"", "no digest"),
            ("[[token]]\nname=\"x\"", "role is missing"),
            ("tokens = 3", "tokens is not known"),
            ("token = 3", "a list"),
            ("[[token", "unclosed"),
        ] {
            let said = Tokens::read(text).unwrap_err();
            assert!(said.contains(words), "{text}: {said}");
        }
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("t");
        fs::write(&file, "").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o666)).unwrap();
        assert!(matches!(Tokens::of(&file), Err(TokensError::Writable(_))));
    }
}
