//! Asking the source where it is, and whether it is the one that was copied before.

use std::{fs::File, io, os::unix::fs::FileExt as _, path::Path, time::Duration};

use socai_follow::{Kept, Trust};
use socai_log::{Disk, RawFile, WitnessedFile};
use socai_tlog::{Checkpoint, Note, SignedCheckpoint};

use crate::{
    Mirror,
    error::MirrorError,
    held::replace,
    source::{MAX_PIECE, Source},
};

/// Bytes before the end of the copy that the source must still have.
const OVERLAP: u64 = 64 << 10;
/// Before a second look at a source that seems to have gone back: a start reads the newest volume in about a second.
const SECOND_LOOK: Duration = Duration::from_secs(3);

/// The file with what witnesses cosigned, in a district's directory and in a copy's.
const COSIGNED: &str = "cosigned";
/// The file with those before it.
const WITNESSED: &str = "witnessed";

/// Waits so long; whether it was asked to stop meanwhile.
pub type Wait<'a> = &'a dyn Fn(Duration) -> bool;

/// The policy that lies with the source, for a copy that nobody brought one for.
pub(crate) fn first_policy(source: &Source) -> Result<Vec<u8>, MirrorError> {
    source.checkpoint()?; // first of all, is it a ledger?
    source.beside("policy")?.ok_or_else(|| {
        MirrorError::Unreachable(
            "the source gives no policy with its operator's key; bring one with --policy FILE".to_owned(),
        )
    })
}

/// A copy belongs to the key it was made under.
pub(crate) fn check_same_key(trust: &Trust, own: &Trust, dest: &Path) -> Result<(), MirrorError> {
    let (ours, theirs) = (own.note_key(), trust.note_key());
    match ours == theirs {
        true => Ok(()),
        false => Err(MirrorError::Refused(format!(
            "the copy in {} was made under the key {ours}, and {} names {theirs}",
            dest.display(),
            trust.source().display()
        ))),
    }
}

impl Mirror {
    /// What the source states, under the policy's key.
    fn stated(&self) -> Result<SignedCheckpoint, MirrorError> {
        let note = self.source.checkpoint()?;
        SignedCheckpoint::open(&note, [self.trust.note_key()]).map_err(|error| {
            MirrorError::Refused(format!("the source's checkpoint is not signed as the policy asks: {error}"))
        })
    }

    /// The source's newest checkpoint, which must be signed and may not lie before what we hold.
    pub(crate) fn newest(&self, kept: Option<Kept>, wait: Wait<'_>) -> Result<SignedCheckpoint, MirrorError> {
        let mut signed = self.stated()?;
        if kept.is_some_and(|kept| signed.size() < kept.size) {
            // a power cut may leave an older checkpoint, until the district has started
            if wait(SECOND_LOOK) {
                return Err(MirrorError::Stopped);
            }
            signed = self.stated()?;
        }
        let Some(kept) = kept else { return Ok(signed) };
        if signed.size() < kept.size {
            return Err(MirrorError::Refused(format!(
                "the source was rolled back: it states {} entries, and {} were signed before",
                signed.size(),
                kept.size
            )));
        }
        if signed.size() == kept.size && *signed.root() != kept.root {
            return Err(MirrorError::Refused(format!(
                "history was rewritten: the operator signed two trees of size {}, with root {} here and root {} at the source",
                kept.size,
                kept.root,
                signed.root()
            )));
        }
        Ok(signed)
    }

    /// The end of what we hold must stand at the source as well, byte for byte.
    pub(crate) fn check_overlap(&self) -> Result<(), MirrorError> {
        let Some(held) = &self.held else { return Ok(()) };
        let file = RawFile::Volume(held.volume);
        let from = held.end.saturating_sub(OVERLAP);
        let need = (held.end - from) as usize;
        let theirs = self.source.read(file, from, need)?.map(|piece| piece.bytes).unwrap_or_default();
        let mut ours = vec![0; need];
        let path = file.path(&self.log());
        let read = File::open(&path).and_then(|open| open.read_exact_at(&mut ours, from));
        read.map_err(|error| MirrorError::Damaged(format!("log/{file}: {error}")))?;
        let same = theirs.iter().zip(&ours).take_while(|(theirs, ours)| theirs == ours).count();
        match same == need {
            true => Ok(()),
            false => Err(MirrorError::Refused(format!(
                "log/{file}, byte {}: the source has other bytes than this copy, or none: it is another log, was changed or was cut",
                from + same as u64
            ))),
        }
    }

    /// The newest checkpoint with cosignatures that lies with the source, where the policy asks for witnesses.
    pub(crate) fn cosigned(&self) -> Result<Option<Vec<u8>>, MirrorError> {
        match self.trust.policy().asks_for_witnesses() {
            true => self.source.beside(COSIGNED),
            false => Ok(None),
        }
    }

    /// Takes what the source has of the cosigned checkpoints before that one, behind what the copy has. Nothing of it is believed, and of a source that
    /// does not go on from the copy's own nothing is taken: it is others' statements, which the copy does without.
    pub(crate) fn keep_witnessed(&mut self) -> Result<(), MirrorError> {
        let Some(kept) = self.kept()?.filter(|_| self.trust.policy().asks_for_witnesses()) else {
            return Ok(());
        };
        let mut file = match self.witnessed.take() {
            Some(file) => file,
            None if self.source.read(RawFile::Witnessed, 0, 1)?.is_none() => return Ok(()),
            None => self.open_witnessed()?,
        };
        while let Some(piece) = self.source.read(RawFile::Witnessed, file.end(), MAX_PIECE)?
            && !piece.bytes.is_empty()
            && file.take(&piece.bytes, kept.size)? > 0
        {}
        // after an error it is opened anew, which cuts what was written of a note
        self.witnessed = Some(file);
        Ok(())
    }

    fn open_witnessed(&self) -> Result<WitnessedFile, MirrorError> {
        let path = self.dest.join(WITNESSED);
        let (file, damage) = WitnessedFile::open(&path, self.trust.origin(), &Disk::default())?;
        if let Some(damage) = damage {
            tracing::warn!(%damage, "the copy of what witnesses saw is damaged: put aside, fetched anew");
        }
        Ok(file)
    }

    /// Keeps it beside the copy, unless it is of more than the copy has. Nothing of it is believed: who verifies the copy verifies it.
    pub(crate) fn keep_cosigned(&self, note: Option<Vec<u8>>) -> Result<(), MirrorError> {
        let size = |note: &[u8]| Some(Checkpoint::parse(Note::parse(note).ok()?.text()).ok()?.size);
        let held = self.held.as_ref().and_then(|held| size(held.checkpoint.as_bytes()));
        let Some(note) = note.filter(|note| size(note) <= held) else { return Ok(()) };
        let path = self.dest.join(COSIGNED);
        let had = match std::fs::read(&path) {
            Ok(had) => Some(had),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(MirrorError::io(&path)(error)),
        };
        if had.as_ref() == Some(&note) { Ok(()) } else { replace(&path, &note) }
    }
}
