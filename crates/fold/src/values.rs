//! Axis values and texts as small numbers, so that a cube key is 32 bytes that are compared at once.
//!
//! The numbers are private to one fold in memory: rows, digests and figures hold the values themselves, because two folds
//! that met the same values in another order number them differently.

use crate::hash::{FastMap, hash_of};
use crate::rows::{BadRow, Key, Parts};

/// A value on an axis of an indicator, or one member of a distinct set.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// Integer, bool (0 or 1) or enum number.
    Int(i64),
    /// Text.
    Text(Box<str>),
    /// Several values that count as one: plan and round.
    Many(Box<[Value]>),
}

/// The number of a value: small non-negative integers stand for themselves, the rest count from [`FIRST_NOTED`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct ValueNo(pub u32);

impl ValueNo {
    /// The place among the noted values; none for integers that stand for themselves.
    #[inline]
    pub(crate) fn noted(self) -> Option<usize> {
        self.0.checked_sub(FIRST_NOTED).map(|at| at as usize)
    }
}

/// Integers below this are their own number.
const FIRST_NOTED: u32 = 1 << 31;

/// The values of a fact on all axes of an indicator: nothing for none, the value's own number for one, a noted number for several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct AxesNo(pub u32);

/// Most axes of an indicator, the hidden ones (year, occasion) included.
pub(crate) const MAX_AXES: usize = 4;

/// Every value met so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Values {
    combinations: Vec<[ValueNo; MAX_AXES]>,
    by_combination: FastMap<[ValueNo; MAX_AXES], AxesNo>,
    noted: Vec<Value>,
    /// By hash: the texts themselves are noted once. Of two with one hash the later has the next free place.
    texts: FastMap<u64, ValueNo>,
    others: FastMap<Value, ValueNo>,
}

impl Values {
    /// The number of an integer.
    #[inline]
    pub(crate) fn int(&mut self, value: i64) -> ValueNo {
        match u32::try_from(value) {
            Ok(small) if small < FIRST_NOTED => ValueNo(small),
            _ => self.other(Value::Int(value)),
        }
    }

    /// The number of a text; only a new text is copied.
    #[inline]
    pub(crate) fn text(&mut self, value: &str) -> ValueNo {
        match self.place_of(value) {
            (_, Some(known)) => known,
            (place, None) => {
                let number = self.note(Value::Text(value.into()));
                self.texts.insert(place, number);
                number
            }
        }
    }

    /// The place of a text, and its number when it was met.
    #[inline]
    fn place_of(&self, text: &str) -> (u64, Option<ValueNo>) {
        let is_it = |number: ValueNo| match number.noted().and_then(|at| self.noted.get(at)) {
            Some(Value::Text(noted)) => **noted == *text,
            _ => false,
        };
        let mut place = hash_of(text);
        loop {
            match self.texts.get(&place) {
                Some(number) if !is_it(*number) => place = place.wrapping_add(1),
                known => return (place, known.copied()),
            }
        }
    }

    /// The number of a value that [`Value::write`] appended to a key; only what is new is copied.
    pub(crate) fn read(&mut self, parts: &mut Parts<'_>) -> Result<ValueNo, BadRow> {
        Ok(match parts.u8()? {
            0 => self.int(parts.i64()?),
            1 => self.text(parts.text()?),
            sort => self.number(Value::read_as(sort, parts)?),
        })
    }

    /// The number of any value.
    pub(crate) fn number(&mut self, value: Value) -> ValueNo {
        match value {
            Value::Int(value) => self.int(value),
            Value::Text(value) => self.text(&value),
            value => self.other(value),
        }
    }

    fn other(&mut self, value: Value) -> ValueNo {
        if let Some(known) = self.others.get(&value) {
            return *known;
        }
        let number = self.note(value.clone());
        self.others.insert(value, number);
        number
    }

    fn note(&mut self, value: Value) -> ValueNo {
        let number = u32::try_from(self.noted.len()).ok().and_then(|count| FIRST_NOTED.checked_add(count));
        self.noted.push(value);
        ValueNo(number.expect("two thousand million values do not fit in memory"))
    }

    /// The number of the values on all axes, at most [`MAX_AXES`].
    #[inline]
    pub(crate) fn axes(&mut self, values: &[ValueNo]) -> AxesNo {
        match values {
            [] => AxesNo(0),
            [only] => AxesNo(only.0),
            several => self.combination(several),
        }
    }

    fn combination(&mut self, values: &[ValueNo]) -> AxesNo {
        let mut whole = [ValueNo::default(); MAX_AXES];
        whole[..values.len()].copy_from_slice(values);
        let next = AxesNo(self.combinations.len() as u32);
        let number = *self.by_combination.entry(whole).or_insert(next);
        if number == next {
            self.combinations.push(whole);
        }
        number
    }

    /// The value on one of `count` axes.
    pub(crate) fn on_axis(&self, axes: AxesNo, count: usize, at: usize) -> ValueNo {
        if count == 1 { ValueNo(axes.0) } else { self.combinations[axes.0 as usize][at] }
    }

    /// The number of an integer that was met, or stands for itself.
    pub(crate) fn number_of_int(&self, value: i64) -> Option<ValueNo> {
        match u32::try_from(value) {
            Ok(small) if small < FIRST_NOTED => Some(ValueNo(small)),
            _ => self.others.get(&Value::Int(value)).copied(),
        }
    }

    /// The number of a text that was met.
    pub(crate) fn number_of_text(&self, text: &str) -> Option<ValueNo> {
        self.place_of(text).1
    }

    /// The value of a number that this table gave out.
    pub(crate) fn value(&self, number: ValueNo) -> Value {
        match number.0.checked_sub(FIRST_NOTED) {
            None => Value::Int(i64::from(number.0)),
            Some(at) => self.noted[at as usize].clone(),
        }
    }
}

impl Value {
    /// Appends the value to a key: a byte that says what follows, then an integer, a text, or a count and values.
    pub(crate) fn write(&self, key: Key) -> Key {
        match self {
            Value::Int(value) => key.u8(0).i64(*value),
            Value::Text(text) => key.u8(1).text(text),
            Value::Many(values) => {
                let key = key.u8(2).u8(values.len() as u8);
                values.iter().fold(key, |key, value| value.write(key))
            }
        }
    }

    /// Reads what [`Value::write`] appended.
    pub(crate) fn read(parts: &mut Parts<'_>) -> Result<Value, BadRow> {
        let sort = parts.u8()?;
        Value::read_as(sort, parts)
    }

    fn read_as(sort: u8, parts: &mut Parts<'_>) -> Result<Value, BadRow> {
        Ok(match sort {
            0 => Value::Int(parts.i64()?),
            1 => Value::Text(parts.text()?.into()),
            2 => {
                let count = parts.u8()?;
                Value::Many((0..count).map(|_| Value::read(parts)).collect::<Result<_, _>>()?)
            }
            other => return Err(parts.bad(format!("{other} is no sort of value"))),
        })
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Value::Int(value) => write!(out, "{value}"),
            Value::Text(text) => out.write_str(text),
            Value::Many(values) => {
                let texts: Vec<String> = values.iter().map(ToString::to_string).collect();
                out.write_str(&texts.join("/"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_share_a_hash_are_told_apart() {
        let mut values = Values::default();
        let one = values.text("one");
        // as if another text had the hash of this one
        values.texts.insert(hash_of("other"), one);
        assert_eq!(values.number_of_text("other"), None);
        let other = values.text("other");
        assert_ne!(one, other);
        assert_eq!((values.text("one"), values.text("other")), (one, other));
        assert_eq!(values.value(other), Value::Text("other".into()));
    }
}
