//! A person as an office knows him, and the keyed hash by which he is found again.

use std::fmt;

use serde::{Deserialize, Serialize};
use socai_domain::search::search_key;
use unicode_normalization::UnicodeNormalization as _;

use super::VaultError;

/// Longest name, address or programme, in characters.
const MAX_LEN: usize = 400;

/// Who somebody is, or which organisation something. Shown to nobody by accident: printing it for debugging prints nothing of it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Person {
    /// Number of an identity card, passport or tax code; empty when none is known.
    pub number: String,
    /// Name.
    pub name: String,
    /// Address.
    pub address: String,
    /// The programme within which tokens are compared; empty for the whole unit.
    pub programme: String,
}

impl fmt::Debug for Person {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Person(…)")
    }
}

/// What the hash of a person is keyed with.
pub(super) struct Secret([u8; 32]);

impl Secret {
    /// Derived from the vault's key, and good for nothing else.
    pub(super) fn of(key: &[u8; 32]) -> Secret {
        Secret(blake3::derive_key("socai vault person v1", key))
    }
}

impl Person {
    /// What tells this person from others: the number, else name and address, and the programme.
    ///
    /// # Errors
    /// Neither is there, or something is too long.
    pub(super) fn key(&self, secret: &Secret) -> Result<[u8; 32], VaultError> {
        let all = [&self.number, &self.name, &self.address, &self.programme];
        if all.iter().any(|text| text.chars().count() > MAX_LEN || text.chars().any(char::is_control)) {
            return Err(VaultError::Unknowable);
        }
        let number = self.plain_number();
        let (name, address) = (search_key(&self.name), search_key(&self.address));
        let parts = match number.len() {
            6..=20 if number.bytes().all(|byte| byte.is_ascii_alphanumeric()) => ["number", &number, ""],
            0 if !name.is_empty() && !address.is_empty() => ["name", &name, &address],
            _ => return Err(VaultError::Unknowable),
        };
        let mut hasher = blake3::Hasher::new_keyed(&secret.0);
        for part in parts.into_iter().chain([search_key(&self.programme).as_str()]) {
            hasher.update(&(part.len() as u64).to_be_bytes()).update(part.as_bytes());
        }
        Ok(*hasher.finalize().as_bytes())
    }

    /// The number without what people write between its digits.
    fn plain_number(&self) -> String {
        let letters = self.number.nfkc().filter(|c| !c.is_whitespace() && !"-./".contains(*c));
        letters.flat_map(char::to_uppercase).collect()
    }

    /// Whether somebody with the same key may be the same: a name that is there on both sides is the same to a reader.
    pub(super) fn may_be(&self, other: &Person) -> bool {
        let (one, two) = (search_key(&self.name), search_key(&other.name));
        one.is_empty() || two.is_empty() || one == two
    }

    /// This person as last told: what the newer word leaves out stays.
    pub(super) fn updated(&self, newer: &Person) -> Person {
        let newest =
            |old: &str, new: &str| if new.trim().is_empty() { old.to_owned() } else { new.trim().to_owned() };
        Person {
            number: self.number.clone(),
            name: newest(&self.name, &newer.name),
            address: newest(&self.address, &newer.address),
            programme: self.programme.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: &str, name: &str, address: &str, programme: &str) -> Option<[u8; 32]> {
        let text = str::to_owned;
        let person = Person {
            number: text(number),
            name: text(name),
            address: text(address),
            programme: text(programme),
        };
        person.key(&Secret::of(&[7; 32])).ok()
    }

    #[test]
    fn a_number_decides_however_it_is_written_and_whatever_else_is_said() {
        let one = key("001099012345", "Nguyễn Thị Hoà", "số 1", "");
        assert!(one.is_some());
        assert_eq!(key(" 001 099-012.345", "", "", ""), one);
        assert_ne!(key("001099012346", "Nguyễn Thị Hoà", "số 1", ""), one);
        assert_ne!(key("001099012345", "", "", "tet-2023"), one, "another programme");
    }

    #[test]
    fn without_a_number_name_and_address_together_decide_as_a_reader_reads_them() {
        let one = key("", "Nguyễn Thị Hoà", "Số 1  ngõ 5", "");
        assert!(one.is_some());
        assert_eq!(key("", "nguyễn thị hòa", "số 1 ngõ 5", ""), one);
        assert_ne!(key("", "Nguyễn Thị Hoa", "Số 1 ngõ 5", ""), one);
        for (number, name, address) in [("", "A", ""), ("", "", "x"), ("12", "A", "x"), ("12*456", "A", "x")]
        {
            assert_eq!(key(number, name, address, ""), None, "{number} {name}");
        }
        assert_eq!(key("", &"A".repeat(401), "x", ""), None);
    }

    #[test]
    fn a_hash_needs_the_secret_and_debugging_shows_nobody() {
        let person = Person { number: "001099012345".into(), ..Person::default() };
        assert_ne!(person.key(&Secret::of(&[7; 32])).unwrap(), person.key(&Secret::of(&[8; 32])).unwrap());
        assert!(!format!("{person:?}").contains("099"));
    }
}
