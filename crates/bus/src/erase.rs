//! Destroying messages of the stream whose content is to be destroyed everywhere.
//!
//! JetStream overwrites a message that is deleted with `no_erase` unset by random bytes, in its file, before it answers. Nothing is lost by
//! it: what was recorded is in the log, and what was not is sent again by its unit.

use std::time::Duration;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;
use socai_tlog::UnitNo;

use crate::{BusError, DistrictLink, Item, ReadError, ReaderConfig, stream::ApiError};

/// Longest silence of the stream before a search is given up, to be begun again.
const SILENCE: Duration = Duration::from_secs(30);
/// JetStream's words for a message that is not there (any more), and for one behind the end of the stream. Their code stands for every
/// failure of a deletion, also for one that the stream denies.
const NO_MESSAGE: [&str; 2] = ["no message found", "stream store EOF"];

#[derive(Deserialize)]
struct Deleted {
    error: Option<ApiError>,
}

impl DistrictLink {
    /// Overwrites and deletes one message of the stream. One that is gone is no error.
    ///
    /// # Errors
    /// The broker does not answer or does not let us: ask again.
    pub async fn erase(&self, stream_seq: u64) -> Result<(), BusError> {
        let what = "erase a message of the stream";
        let subject = format!("STREAM.MSG.DELETE.{}", self.spec.subjects.stream());
        let body = json!({ "seq": stream_seq, "no_erase": false });
        let answer = self.link.ask(self.js.request::<_, _, Deleted>(subject, &body)).await?;
        let answer =
            answer.map_err(|error| self.link.unavailable(None, format!("cannot {what}: {error}")))?;
        match answer.error {
            Some(ApiError { err_code, description }) if !NO_MESSAGE.contains(&description.as_str()) => {
                Err(BusError::Rejected { what, code: err_code, text: description })
            }
            _ => Ok(()),
        }
    }

    /// Erases every message that the stream holds now and that `is_it` picks; tells how many.
    ///
    /// Reads the whole stream once, since nobody but the log knows what is where.
    ///
    /// # Errors
    /// The stream cannot be read or written: begin again, what is erased stays so.
    pub async fn erase_all(&self, mut is_it: impl FnMut(UnitNo, &Bytes) -> bool) -> Result<u64, BusError> {
        let found = self.ensure_stream().await?;
        if found.last_seq == 0 || found.first_seq > found.last_seq {
            return Ok(0);
        }
        let (mut reader, mut erased) = (self.reader(ReaderConfig::from(None)), 0);
        loop {
            let next = tokio::time::timeout(SILENCE, reader.next()).await;
            let silent = || self.link.unavailable(Some(SILENCE), "the stream does not go on".to_owned());
            let message = match next.map_err(|_| silent())? {
                Ok(Item::Message(message)) => message,
                Ok(Item::Reset(_) | Item::Gap(_)) => continue,
                Err(ReadError::Refused(refusal)) => return Err(refusal.into()),
                Err(error) => return Err(self.link.unavailable(None, error.to_string())),
            };
            if is_it(message.unit, &message.message) {
                self.erase(message.cursor.stream_seq).await?;
                erased += 1;
            }
            if message.pending == 0 || message.cursor.stream_seq >= found.last_seq {
                return Ok(erased);
            }
        }
    }
}
