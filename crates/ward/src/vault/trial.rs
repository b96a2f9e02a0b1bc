//! What a trial would put into the vault, so that two names for one person are found before anything of the file or request is sealed.

use std::{
    cell::RefCell,
    collections::{HashMap, hash_map::Entry},
};

use socai_domain::search::search_key;

use super::{Person, Vault, VaultError};

/// Where in a file or request somebody is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    /// The line of a row, from 1.
    Row(u32),
    /// An event's place in a request, from 0.
    Event(u32),
}

/// Who was told of in one trial, first to last. No numbers, names or addresses: 32 bytes a person that the vault does not know as the
/// trial tells of him, 64 MiB for as many as a file may have rows.
#[derive(Debug, Default)]
pub struct Trial(RefCell<HashMap<[u8; 16], Told>>);

/// The last word on somebody's name, and where it was said.
#[derive(Clone, Copy, Debug)]
struct Told {
    name: Name,
    at: Where,
}

/// 8 bytes of the BLAKE3 of a name's search key; 0 when there is none. A clash that equal bytes hide (one in 2^64) stops the sealing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Name(u64);

/// Why somebody cannot be told from others.
#[derive(Debug)]
pub(super) enum Untold {
    /// What the vault says.
    Vault(VaultError),
    /// The same number has another name here.
    OtherNameAt(Where),
}

impl Vault {
    /// The token that [`Vault::token`] would find, none where it would make one; nobody is put into the vault, and `trial` remembers who was told of.
    pub(super) fn tried(&self, person: &Person, trial: &Trial, at: Where) -> Result<Option<String>, Untold> {
        let tried = self.with(|known| {
            let who = person.key(&known.secret)?;
            let (token, before) = match known.persons.get(&who) {
                Some((token, place)) => (Some(token.clone()), known.entries.read(*place)?.person),
                None => (None, Person::default()),
            };
            Ok((trial.take(&who, token.as_ref().map(|_| Name::of(&before)), person, at), token))
        });
        let (taken, token) = tried.map_err(Untold::Vault)?;
        taken.map(|()| token)
    }
}

impl Trial {
    /// Takes what is said of somebody as [`Vault::token`] would: `in_vault` is the name it has, if it knows him.
    fn take(&self, who: &[u8; 32], in_vault: Option<Name>, person: &Person, at: Where) -> Result<(), Untold> {
        let new = Name::of(person);
        let says_one = !person.name.trim().is_empty();
        let mut short = [0; 16];
        short.copy_from_slice(&who[..16]);
        match self.0.borrow_mut().entry(short) {
            Entry::Occupied(mut told) => {
                let told = told.get_mut();
                if told.name.is_other(new) {
                    return Err(Untold::OtherNameAt(told.at));
                }
                if says_one && told.name != new {
                    *told = Told { name: new, at };
                }
            }
            Entry::Vacant(place) => match in_vault {
                Some(name) if name.is_other(new) => return Err(Untold::Vault(VaultError::OtherName)),
                Some(name) if !says_one || name == new => {} // the vault says so itself
                _ => {
                    place.insert(Told { name: new, at });
                }
            },
        }
        Ok(())
    }
}

impl Name {
    fn of(person: &Person) -> Name {
        let key = search_key(&person.name);
        if key.is_empty() {
            return Name(0);
        }
        let mut bytes = [0; 8];
        blake3::Hasher::new().update(key.as_bytes()).finalize_xof().fill(&mut bytes);
        Name(u64::from_be_bytes(bytes).max(1))
    }

    /// Whether two names cannot be one person's; the same rule as `Person::may_be`.
    fn is_other(self, other: Name) -> bool {
        self.0 != 0 && other.0 != 0 && self != other
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dir::UnitDir;

    #[test]
    fn a_trial_lets_in_just_what_the_vault_would_let_in_in_the_same_order() {
        let dir = tempfile::tempdir().unwrap();
        let unit = UnitDir::new(dir.path().join("unit"));
        std::fs::create_dir_all(unit.keys()).unwrap();
        let vault = Vault::of(&unit);
        // none, two people, one of them as another writes him, and a name that a reader reads nothing of
        let names = ["", "Nguyễn Thị Hoà", "nguyễn thị  hòa", "Trần Văn Khác", "--"];
        let mut number = 1_099_000_000;
        for known in [None, Some(""), Some("Nguyễn Thị Hoà"), Some("--")] {
            for nth in 0..names.len().pow(3) {
                number += 1;
                let person = |name: &str| Person {
                    number: number.to_string(),
                    name: name.into(),
                    ..Person::default()
                };
                known.map(|name| vault.token(&person(name), false).unwrap());
                let told = [names[nth / 25], names[nth / 5 % 5], names[nth % 5]];
                let trial = Trial::default();
                let tried = told.map(|name| vault.tried(&person(name), &trial, Where::Row(1)).is_ok());
                let sealed = told.map(|name| vault.token(&person(name), false).is_ok());
                assert_eq!(tried, sealed, "{known:?} then {told:?}");
            }
        }
    }

    #[test]
    fn a_clash_names_the_row_that_gave_the_other_name() {
        let trial = Trial::default();
        let take = |name: &str, row| {
            trial.take(&[7; 32], None, &Person { name: name.into(), ..Person::default() }, Where::Row(row))
        };
        take("", 2).unwrap();
        take("Lê An", 5).unwrap();
        take("lê an", 6).unwrap();
        for row in [9, 10] {
            assert!(matches!(take("Lê Bình", row), Err(Untold::OtherNameAt(Where::Row(5)))));
        }
    }
}
