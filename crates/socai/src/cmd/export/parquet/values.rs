//! Values of a column with their nulls. A column that has only nulls so far holds their number, nothing else: most columns of a kind are empty.

use std::{fmt::Write as _, mem, sync::Arc};

use arrow_array::{
    ArrayRef, ArrowPrimitiveType, PrimitiveArray,
    builder::{ArrayBuilder as _, StringBuilder},
    new_null_array,
};
use arrow_buffer::NullBufferBuilder;
use arrow_schema::DataType;
use socai_proto::Fields as Payload;

/// Numbers of a sort.
pub struct Values<T: ArrowPrimitiveType> {
    values: Vec<T::Native>,
    nulls: NullBufferBuilder,
    /// Nulls before the first value.
    missing: usize,
    /// How many there were when it was last emptied.
    room: usize,
    of: DataType,
}

impl<T: ArrowPrimitiveType> Values<T> {
    /// None yet, of a type that is one of `T`.
    pub fn new(of: &DataType) -> Self {
        Values { values: Vec::new(), nulls: NullBufferBuilder::new(0), missing: 0, room: 0, of: of.clone() }
    }

    pub fn len(&self) -> usize {
        self.values.len() + self.missing
    }

    #[inline]
    pub fn push(&mut self, value: T::Native) {
        if self.values.is_empty() {
            let before = mem::take(&mut self.missing);
            self.values.reserve(self.room.max(before + 1));
            self.values.resize(before, T::Native::default());
            self.nulls.append_n_nulls(before);
        }
        self.values.push(value);
        self.nulls.append_non_null();
    }

    #[inline]
    pub fn push_option(&mut self, value: Option<T::Native>) {
        match value {
            Some(value) => self.push(value),
            None => self.push_nulls(1),
        }
    }

    #[inline]
    pub fn push_nulls(&mut self, count: usize) {
        if self.values.is_empty() {
            self.missing += count;
        } else {
            self.values.resize(self.values.len() + count, T::Native::default());
            self.nulls.append_n_nulls(count);
        }
    }

    /// The column so far; it is empty afterwards.
    pub fn finish(&mut self) -> ArrayRef {
        self.room = self.values.len();
        if self.values.is_empty() {
            return new_null_array(&self.of, mem::take(&mut self.missing));
        }
        let values = mem::take(&mut self.values);
        let array = PrimitiveArray::<T>::new(values.into(), self.nulls.finish());
        Arc::new(array.with_data_type(self.of.clone()))
    }
}

/// Texts.
#[derive(Default)]
pub struct Texts {
    texts: StringBuilder,
    /// Nulls before the first text.
    missing: usize,
    /// How many texts there were when it was last emptied, and their bytes.
    room: (usize, usize),
}

impl Texts {
    pub fn len(&self) -> usize {
        self.texts.len() + self.missing
    }

    #[inline]
    fn begin(&mut self) {
        if self.texts.is_empty() {
            let before = mem::take(&mut self.missing);
            if self.room.0 > 0 {
                self.texts = StringBuilder::with_capacity(self.room.0, self.room.1);
            }
            self.texts.append_nulls(before);
        }
    }

    #[inline]
    pub fn push(&mut self, text: &str) {
        self.begin();
        self.texts.append_value(text);
    }

    #[inline]
    pub fn push_option(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.push(text),
            None => self.push_nulls(1),
        }
    }

    /// Adds bytes in hexadecimal.
    pub fn push_hex(&mut self, bytes: Option<&[u8]>) {
        let Some(bytes) = bytes else { return self.push_nulls(1) };
        let mut digits = [0; 64];
        let exact = digits.get_mut(..2 * bytes.len());
        match exact.and_then(|digits| {
            hex::encode_to_slice(bytes, digits).ok()?;
            std::str::from_utf8(digits).ok()
        }) {
            Some(digits) => self.push(digits),
            None => self.push(&hex::encode(bytes)),
        }
    }

    /// Adds the name of a record, `unit/seq`.
    pub fn push_record(&mut self, name: Option<&dyn Payload>) {
        let Some(name) = name else { return self.push_nulls(1) };
        let part = |tag| name.int(tag).unwrap_or_default();
        self.begin();
        let _ = write!(self.texts, "{}/{}", part(1), part(2)); // memory refuses nothing
        self.texts.append_value("");
    }

    #[inline]
    pub fn push_nulls(&mut self, count: usize) {
        match self.texts.is_empty() {
            true => self.missing += count,
            false => self.texts.append_nulls(count),
        }
    }

    /// The column so far; it is empty afterwards.
    pub fn finish(&mut self) -> ArrayRef {
        self.room = (self.texts.len(), self.texts.values_slice().len());
        match self.texts.is_empty() {
            true => new_null_array(&DataType::Utf8, mem::take(&mut self.missing)),
            false => Arc::new(self.texts.finish()),
        }
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::{Array as _, Int64Array, StringArray, types::Int64Type};

    use super::*;

    #[test]
    fn nulls_stay_where_they_were_put_before_between_and_behind_values() {
        let cases: [&[Option<i64>]; 5] =
            [&[], &[None, None], &[Some(1)], &[None, Some(1), None, Some(2)], &[Some(3), None, None]];
        let (mut values, mut texts) = (Values::<Int64Type>::new(&DataType::Int64), Texts::default());
        // each column is filled again after it was emptied
        for numbers in cases.iter().chain(&cases) {
            for number in *numbers {
                values.push_option(*number);
                texts.push_option(number.map(|number| number.to_string()).as_deref());
            }
            assert_eq!((values.len(), texts.len()), (numbers.len(), numbers.len()));
            let written: Vec<_> =
                numbers.iter().map(|number| number.map(|number| number.to_string())).collect();
            assert_eq!(*values.finish(), *(Arc::new(Int64Array::from(numbers.to_vec())) as ArrayRef));
            assert_eq!(*texts.finish(), *(Arc::new(StringArray::from(written)) as ArrayRef));
            assert_eq!((values.len(), texts.len()), (0, 0));
        }
    }

    #[test]
    fn bytes_are_written_in_hexadecimal_however_many_they_are() {
        let mut texts = Texts::default();
        let bytes: Vec<u8> = (0..=255).collect();
        for len in [0, 1, 16, 32, 33, 256] {
            texts.push_hex(Some(&bytes[..len]));
        }
        texts.push_hex(None);
        let written = texts.finish();
        let written = written.as_any().downcast_ref::<StringArray>().unwrap();
        let expected = [0, 1, 16, 32, 33, 256].map(|len| Some(hex::encode(&bytes[..len])));
        assert_eq!(written, &StringArray::from([&expected[..], &[None]].concat()));
    }
}
