//! Axis values and texts as small numbers, so that keys are numbers that are compared at once.
//!
//! The numbers are private to one fold in memory: rows, digests and figures hold the values themselves, because two folds
//! that met the same values in another order number them differently.

use hashbrown::HashTable;
use socai_domain::hash::{FastMap, hash_of};

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

/// The number of a value: small non-negative integers stand for themselves, texts count from [`FIRST_TEXT`], the rest from [`FIRST_OTHER`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct ValueNo(pub u32);

impl ValueNo {
    /// The place among the texts that were met; none for anything else.
    #[inline]
    pub(crate) fn text(self) -> Option<usize> {
        (FIRST_TEXT..FIRST_OTHER).contains(&self.0).then(|| (self.0 - FIRST_TEXT) as usize)
    }
}

/// Integers below this are their own number.
pub(crate) const FIRST_TEXT: u32 = 1 << 30;
/// Texts have numbers below this.
pub(crate) const FIRST_OTHER: u32 = 3 << 30;

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
    texts: Texts,
    others: Vec<Value>,
    by_other: FastMap<Value, ValueNo>,
}

/// Texts one after the other, without the room that a string of its own takes for each.
#[derive(Clone, Debug, Default)]
struct Texts {
    letters: String,
    /// Where each ends and the next begins.
    ends: Vec<u64>,
    /// Places of the texts, found by the text.
    places: HashTable<u32>,
}

impl Texts {
    #[inline]
    fn at(&self, place: u32) -> &str {
        text_at(&self.letters, &self.ends, place)
    }

    #[inline]
    fn find(&self, text: &str, hash: u64) -> Option<u32> {
        self.places.find(hash, |place| self.at(*place) == text).copied()
    }

    /// Adds a text that is not there.
    fn add(&mut self, text: &str, hash: u64) -> u32 {
        let place = u32::try_from(self.ends.len()).ok().filter(|place| *place < FIRST_OTHER - FIRST_TEXT);
        let place = place.expect("two thousand million texts do not fit in memory");
        self.letters.push_str(text);
        self.ends.push(self.letters.len() as u64);
        let Texts { letters, ends, places } = self;
        places.insert_unique(hash, place, |place| hash_of(text_at(letters, ends, *place)));
        place
    }
}

#[inline]
fn text_at<'a>(letters: &'a str, ends: &[u64], place: u32) -> &'a str {
    let place = place as usize;
    let start = place.checked_sub(1).map_or(0, |before| ends[before]);
    &letters[start as usize..ends[place] as usize]
}

/// Whoever gives values their numbers.
pub(crate) trait Numbers {
    /// The number of a text.
    fn text(&mut self, value: &str) -> ValueNo;

    /// The number of an integer that does not stand for itself, or of several values.
    fn other(&mut self, value: Value) -> ValueNo;

    /// The number of several values, one for each axis; what is behind the last is zero.
    fn combination(&mut self, values: [ValueNo; MAX_AXES]) -> AxesNo;

    /// The number of an integer.
    #[inline]
    fn int(&mut self, value: i64) -> ValueNo {
        small(value).unwrap_or_else(|| self.other(Value::Int(value)))
    }

    /// The number of any value.
    fn number(&mut self, value: Value) -> ValueNo {
        match value {
            Value::Int(value) => self.int(value),
            Value::Text(value) => self.text(&value),
            value => self.other(value),
        }
    }

    /// The number of the values on all axes, at most [`MAX_AXES`].
    #[inline]
    fn axes(&mut self, values: &[ValueNo]) -> AxesNo {
        match values {
            [] => AxesNo(0),
            [only] => AxesNo(only.0),
            several => {
                let mut whole = [ValueNo::default(); MAX_AXES];
                whole[..several.len()].copy_from_slice(several);
                self.combination(whole)
            }
        }
    }
}

/// The number of an integer that stands for itself.
#[inline]
fn small(value: i64) -> Option<ValueNo> {
    u32::try_from(value).ok().filter(|small| *small < FIRST_TEXT).map(ValueNo)
}

/// Only what is new is copied.
impl Numbers for Values {
    #[inline]
    fn text(&mut self, value: &str) -> ValueNo {
        self.hashed_text(value, hash_of(value))
    }

    fn other(&mut self, value: Value) -> ValueNo {
        if let Some(known) = self.by_other.get(&value) {
            return *known;
        }
        let place = u32::try_from(self.others.len()).ok().and_then(|count| FIRST_OTHER.checked_add(count));
        let number = ValueNo(place.expect("a thousand million values do not fit in memory"));
        self.others.push(value.clone());
        self.by_other.insert(value, number);
        number
    }

    fn combination(&mut self, values: [ValueNo; MAX_AXES]) -> AxesNo {
        let next = AxesNo(self.combinations.len() as u32);
        let number = *self.by_combination.entry(values).or_insert(next);
        if number == next {
            self.combinations.push(values);
        }
        number
    }
}

impl Values {
    /// The number of a text whose hash is known.
    #[inline]
    pub(crate) fn hashed_text(&mut self, value: &str, hash: u64) -> ValueNo {
        let place = self.texts.find(value, hash).unwrap_or_else(|| self.texts.add(value, hash));
        ValueNo(FIRST_TEXT + place)
    }

    /// The number of a value that [`Value::write`] appended to a key; only what is new is copied.
    pub(crate) fn read(&mut self, parts: &mut Parts<'_>) -> Result<ValueNo, BadRow> {
        Ok(match parts.u8()? {
            0 => self.int(parts.i64()?),
            1 => self.text(parts.text()?),
            sort => self.number(Value::read_as(sort, parts)?),
        })
    }

    /// The value on one of `count` axes.
    pub(crate) fn on_axis(&self, axes: AxesNo, count: usize, at: usize) -> ValueNo {
        if count == 1 { ValueNo(axes.0) } else { self.combinations[axes.0 as usize][at] }
    }

    /// The number of an integer that was met, or stands for itself.
    pub(crate) fn number_of_int(&self, value: i64) -> Option<ValueNo> {
        small(value).or_else(|| self.by_other.get(&Value::Int(value)).copied())
    }

    /// The number of a text that was met.
    pub(crate) fn number_of_text(&self, text: &str) -> Option<ValueNo> {
        self.texts.find(text, hash_of(text)).map(|place| ValueNo(FIRST_TEXT + place))
    }

    /// The value of a number that this table gave out.
    pub(crate) fn value(&self, number: ValueNo) -> Value {
        match (number.text(), number.0.checked_sub(FIRST_OTHER)) {
            (Some(place), _) => Value::Text(self.texts.at(place as u32).into()),
            (None, Some(place)) => self.others[place as usize].clone(),
            (None, None) => Value::Int(i64::from(number.0)),
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
        let mut texts = Texts::default();
        let (one, other) = (texts.add("one", 7), texts.add("other", 7));
        assert_eq!((texts.find("one", 7), texts.find("other", 7)), (Some(one), Some(other)));
        assert_eq!(texts.find("third", 7), None);
        assert_eq!((texts.at(one), texts.at(other)), ("one", "other"));
    }

    #[test]
    fn a_value_comes_back_from_its_number_and_has_only_one() {
        let mut values = Values::default();
        let many = Value::Many([Value::Int(1), Value::Text("two".into())].into());
        let met = [
            Value::Int(0),
            Value::Int(i64::from(FIRST_TEXT) - 1),
            Value::Int(i64::from(FIRST_TEXT)),
            Value::Int(-1),
            Value::Int(i64::MAX),
            Value::Text("".into()),
            Value::Text("hồ sơ".into()),
            many,
        ];
        let numbers = met.clone().map(|value| values.number(value));
        for (value, number) in met.into_iter().zip(numbers) {
            assert_eq!(values.value(number), value);
            assert_eq!(values.number(value), number);
        }
        for at in 0..1_000 {
            let text = format!("hs-{at}");
            let number = values.text(&text);
            assert_eq!(values.number_of_text(&text), Some(number));
        }
        assert_eq!(values.number_of_text("hs-1000"), None);
        assert_eq!(values.value(values.number_of_text("hs-7").unwrap()), Value::Text("hs-7".into()));
    }
}
