//! What a fact adds to a figure, told apart well enough to see that it adds something else.

use socai_domain::Event;

use crate::{
    indicator::{Adds, Counter},
    values::Value,
};

/// What a fact adds to one indicator.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Share {
    pub value: i128,
    member: Option<Value>,
}

impl Share {
    /// Takes what a fact adds to one of a ratio's rows: the ratio itself it adds nothing to.
    pub(super) fn add_part(&mut self, counter: &Counter, share: Share) {
        let value = i64::try_from(share.value).unwrap_or(i64::MAX);
        let part = [Some(Value::Int(i64::from(counter.no.0))), Some(Value::Int(value)), share.member];
        let parts = self.member.take().into_iter().chain(part.into_iter().flatten());
        self.member = Some(Value::Many(parts.collect()));
    }
}

/// What a fact that a counter counts adds.
pub(super) fn share(counter: &Counter, event: &Event<'_>) -> Share {
    let payload = event.kind();
    let member = match &counter.adds {
        Adds::Member(fields) => Some(Value::Many(fields.iter().map(|field| field.value(payload)).collect())),
        Adds::CaseMember(telling) => telling.value(event),
        // which case, since when, and as what
        Adds::Latest(telling, _) => {
            let day = Value::Int(i64::from(event.occurred_on().yyyymmdd()));
            let said = Value::Int(counter.adds.said(event).unwrap_or_default());
            let parts = telling.value(event).into_iter().chain([day, said]);
            Some(Value::Many(parts.chain(counter.axes.values(payload)).collect()))
        }
        _ => None,
    };
    Share { value: i128::from(counter.measure(payload)), member }
}
