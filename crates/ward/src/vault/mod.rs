//! The vault: who is behind a token. Encrypted on the unit's own disk, and nowhere else.
//!
//! A person of an office's rows becomes a random token before anything is sealed; only the token goes on. The same person, known by number (else by name
//! and address), has the same token again within the unit, or within a programme where one is named, so that somebody can see that two facts are about one
//! person and not about whom. Whoever is erased is gone from the file; the same person entered again gets another token, which nothing links to the first.
//!
//! `vault/entries` is appended to, and synced before the facts that hold its new tokens are sealed: a crash between leaves an entry that no fact needs. A newer address is
//! appended too, and the last word holds. What is erased is left out, with all its words, of a new file that takes the old one's place. The key is `keys/vault`, for its owner alone: whoever
//! backs up file and key backs them up apart. Layout: [`file`].
//!
//! | on disk | trusted? | may be lost? |
//! |---|---|---|
//! | `vault/entries` | every entry proves itself under the key | from its backup: tokens in facts then name nobody |
//! | `keys/vault` | yes | from its backup: without it the entries open for nobody |

mod file;
mod form;
mod person;
mod trial;

use std::{
    collections::HashMap,
    fs::{File, TryLockError},
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use crate::{
    dir::{FileError, UnitDir, make_dir},
    entropy::{NoEntropy, random},
    keys::{self, KeyError},
};

use file::{Entries, Entry, Place};
pub(crate) use form::{MEMBER, identified};
pub use person::Person;
pub use trial::{Trial, Where};

/// How long the vault of a unit may be held by another process, and how often it is looked whether it still is.
const LOCK_WITHIN: Duration = Duration::from_secs(5);
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// Why the vault cannot be used. No message holds anything of a person.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The system gave no random bytes.
    #[error(transparent)]
    Entropy(#[from] NoEntropy),
    /// The key file may be read by others.
    #[error("{path}: others may read this key; chmod 600 it, and think about who has read it")]
    Open {
        /// The key file.
        path: String,
    },
    /// There are entries and no key.
    #[error("{path}: the key of the vault is missing and there are entries; bring it back from its backup")]
    NoKey {
        /// Where the key should be.
        path: String,
    },
    /// The key is another one than the entries were made with.
    #[error(
        "{path}: keys/vault is not the key of these entries; bring the right one back from its backup. Nothing was changed"
    )]
    WrongKey {
        /// The file of entries.
        path: String,
    },
    /// An entry does not open although the key is right.
    #[error(
        "{path}: the entry at byte {at} is damaged; bring the file back from its backup. Nothing was changed"
    )]
    Damaged {
        /// The file of entries.
        path: String,
        /// Where the entry begins.
        at: u64,
    },
    /// A person without what tells one from another.
    #[error(
        "a person is known by a number of 6 to 20 letters and digits, or by name and address together, at most 400 characters each"
    )]
    Unknowable,
    /// The number belongs to an entry with another name.
    #[error(
        "the vault knows this number under another name: correct the row, or replace the entry with `socai ward vault add --replace`"
    )]
    OtherName,
    /// Another process holds the vault and does not end.
    #[error("{path}: another process has held the vault for {LOCK_WITHIN:?}; see what it waits for")]
    Busy {
        /// The lock.
        path: String,
    },
    /// No entry.
    #[error("the vault has no such entry")]
    NoEntry,
}

/// How the vault stands.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct VaultStatus {
    /// Entries that are there.
    pub entries: u64,
    /// The length of their file, in bytes.
    pub bytes: u64,
    /// The file to back up.
    pub file: String,
    /// The key to back up elsewhere.
    pub key: String,
}

/// The vault of one unit. Several processes may use it: each operation holds its lock.
pub struct Vault {
    dir: UnitDir,
    known: Mutex<Option<Known>>,
    /// Whether entries may not survive a power cut yet: ours, or those of another process that were read here. Who has told of nobody asks this
    /// alone, and does not wait for those who wait for the vault.
    is_unsettled: AtomicBool,
}

/// What is in memory of an open vault: no names, numbers or addresses.
struct Known {
    entries: Entries,
    /// Token and newest entry of a person, by the keyed hash of what tells him from another.
    persons: HashMap<[u8; 32], (String, Place)>,
    secret: person::Secret,
    /// Whether the file was written anew: it is read again before the next use.
    is_stale: bool,
}

impl Vault {
    /// The vault in a unit's directory; nothing is read or made before it is used.
    pub fn of(dir: &UnitDir) -> Vault {
        Vault { dir: dir.clone(), known: Mutex::new(None), is_unsettled: AtomicBool::new(false) }
    }

    /// The token of a person, a new one if he is not known; [`Vault::settle`] before a fact with it is sealed. A newer address takes the place of
    /// the one that is known; another name does so only when `may_replace`.
    ///
    /// # Errors
    /// See [`VaultError`].
    pub fn token(&self, person: &Person, may_replace: bool) -> Result<String, VaultError> {
        self.with(|known| {
            let who = person.key(&known.secret)?;
            let (token, person) = match known.persons.get(&who) {
                None => (new_token()?, person.clone()),
                Some((token, place)) => {
                    let before = known.entries.read(*place)?.person;
                    if !may_replace && !before.may_be(person) {
                        return Err(VaultError::OtherName);
                    }
                    let newer = before.updated(person);
                    if newer == before {
                        return Ok(token.clone());
                    }
                    (token.clone(), newer)
                }
            };
            let place = known.entries.append(&Entry { token: token.clone(), person })?;
            known.persons.insert(who, (token.clone(), place));
            self.is_unsettled.store(true, Ordering::Release);
            Ok(token)
        })
    }

    /// The token of a person who is known; none for a new one, who stays unknown.
    ///
    /// # Errors
    /// See [`VaultError`].
    pub fn known(&self, person: &Person) -> Result<Option<String>, VaultError> {
        self.with(|known| {
            let Some((token, place)) = known.persons.get(&person.key(&known.secret)?) else {
                return Ok(None);
            };
            let is_same = known.entries.read(*place)?.person.may_be(person);
            if is_same { Ok(Some(token.clone())) } else { Err(VaultError::OtherName) }
        })
    }

    /// Makes new entries survive a power cut.
    ///
    /// # Errors
    /// The file cannot be synced: nothing that holds a new token may be sealed.
    pub fn settle(&self) -> Result<(), VaultError> {
        if !self.is_unsettled.load(Ordering::Acquire) {
            return Ok(());
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        // a vault that is not open here has nothing new; what another process wrote anew has ours in it, synced
        if let Some(known) = known.as_mut() {
            known.entries.sync()?;
        }
        self.is_unsettled.store(false, Ordering::Release); // entries are added under the lock that is held here
        Ok(())
    }

    /// Who is behind a token.
    ///
    /// # Errors
    /// Nobody, or see [`VaultError`].
    pub fn find(&self, token: &str) -> Result<Person, VaultError> {
        self.with(|known| {
            let found = known.persons.values().find(|(known, _)| known == token);
            let (_, place) = found.ok_or(VaultError::NoEntry)?;
            Ok(known.entries.read(*place)?.person)
        })
    }

    /// Destroys the entry of a token: it names nobody any more. The bytes go from the file; what a backup or the disk itself still holds is not reached from here.
    ///
    /// # Errors
    /// There is no such entry, or see [`VaultError`].
    pub fn erase(&self, token: &str) -> Result<(), VaultError> {
        self.with(|known| {
            if !known.persons.values().any(|(known, _)| known == token) {
                return Err(VaultError::NoEntry);
            }
            known.is_stale = true;
            known.entries.remove(token)
        })
    }

    /// How it stands.
    ///
    /// # Errors
    /// See [`VaultError`].
    pub fn status(&self) -> Result<VaultStatus, VaultError> {
        let (file, key) = (
            self.entries_path().display().to_string(),
            self.dir.keys().join(keys::VAULT).display().to_string(),
        );
        if !self.entries_path().exists() {
            return Ok(VaultStatus { entries: 0, bytes: 0, file, key });
        }
        self.with(|known| {
            Ok(VaultStatus { entries: known.persons.len() as u64, bytes: known.entries.len(), file, key })
        })
    }

    fn entries_path(&self) -> PathBuf {
        self.dir.vault().join("entries")
    }

    /// Does something with the vault, alone: what another process changed since is read again first.
    fn with<T>(&self, work: impl FnOnce(&mut Known) -> Result<T, VaultError>) -> Result<T, VaultError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        make_dir(&self.dir.vault())?;
        let _alone = locked(&self.dir.vault().join("lock"))?; // until the file closes
        if !known.as_ref().is_some_and(|known| !known.is_stale && known.entries.is_current()) {
            *known = Some(self.open()?);
        }
        let done = match &mut *known {
            Some(open) => work(open),
            None => Err(VaultError::NoEntry), // opened above
        };
        if matches!(done, Err(VaultError::File(_))) {
            *known = None; // what is on the disk is not known: it is read again
        }
        done
    }

    fn open(&self) -> Result<Known, VaultError> {
        let path = self.entries_path();
        let key = keys::vault(&self.dir, path.exists())?;
        let secret = person::Secret::of(&key);
        let mut persons = HashMap::new();
        let entries = Entries::open(&path, &key, |entry, place| {
            // an entry was let in by the same rule
            if let Ok(who) = entry.person.key(&secret) {
                persons.insert(who, (entry.token, place));
            }
        })?;
        self.is_unsettled.store(true, Ordering::Release);
        Ok(Known { entries, persons, secret, is_stale: false })
    }
}

/// Waits for the lock that every use of the vault holds; none lasts long.
fn locked(path: &Path) -> Result<File, VaultError> {
    let lock = File::options().create(true).append(true).open(path).map_err(FileError::at(path))?;
    let begun = Instant::now();
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(lock),
            Err(TryLockError::WouldBlock) if begun.elapsed() < LOCK_WITHIN => std::thread::sleep(LOOK_AGAIN),
            Err(TryLockError::WouldBlock) => {
                return Err(VaultError::Busy { path: path.display().to_string() });
            }
            Err(TryLockError::Error(cause)) => return Err(FileError::at(path)(cause).into()),
        }
    }
}

/// 32 letters for 128 random bits: letters alone are never taken for somebody's number.
fn new_token() -> Result<String, NoEntropy> {
    let halves = random::<16>()?.into_iter().flat_map(|byte| [byte >> 4, byte & 15]);
    Ok(halves.map(|half| char::from(b'a' + half)).collect())
}
