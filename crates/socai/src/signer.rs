//! Signing for the dashboard by the district that runs in this process: the key stays with the district.

use std::sync::{Arc, Mutex, PoisonError};

use socai_district::{NotStated, OperatorDesk, SpecError, Stated, close_with_texts, issue, now_ms};
use socai_web::{NotSigned, Signed, Signing, ToSign};

/// The way to the district, while it runs. Clones share it.
#[derive(Clone, Default)]
pub struct Signer(Arc<Mutex<Option<OperatorDesk>>>);

impl Signer {
    /// The district that runs from now on.
    pub fn is_at(&self, desk: OperatorDesk) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(desk);
    }

    fn desk(&self) -> Option<OperatorDesk> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Signing for Signer {
    fn sign(&self, what: ToSign) -> Signed<'_> {
        Box::pin(async move {
            // a desk of a district that ended says so itself
            let desk = self.desk().ok_or(NotSigned::Away)?;
            let stated = stated(what).map_err(|error| NotSigned::Failed(error.to_string()))?;
            let names = desk.publish(vec![stated]).await.map_err(|why| match why {
                NotStated::Stopping => NotSigned::Away,
                NotStated::Refused(why) => NotSigned::Refused(why.to_string()),
                NotStated::Unknown => NotSigned::Unknown,
            })?;
            names.first().copied().ok_or_else(|| NotSigned::Failed("nothing was named".to_owned()))
        })
    }
}

fn stated(what: ToSign) -> Result<Stated, SpecError> {
    match what {
        ToSign::Report(report) => Ok(issue(report, now_ms())?.into()),
        ToSign::Texts(closed, texts) => close_with_texts(closed, texts, now_ms()),
    }
}
