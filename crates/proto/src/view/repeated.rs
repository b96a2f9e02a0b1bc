//! Repeated fields: their values stand in a row and are read again each time they are walked.

use std::{fmt, marker::PhantomData};

use super::{
    NotFacts,
    reading::{Accepted, Reading, TextRule},
    wire::{View, Wire},
};

/// One value of a repeated field, from its length-delimited bytes.
pub trait Element<'a>: Sized {
    /// What the schema says of each value.
    type Rule: Copy;

    /// Reads one value.
    fn element<R: Reading>(bytes: &'a [u8], rule: Self::Rule, reading: &mut R) -> Result<Self, NotFacts>;

    /// Reads a value again.
    ///
    /// # Safety
    /// [`Element::element`] has accepted the same bytes.
    #[allow(unsafe_code)] // measured: places are walked three times an event, lines of a decision twice
    unsafe fn again(bytes: &'a [u8]) -> Option<Self>;
}

impl<'a> Element<'a> for &'a str {
    type Rule = TextRule;

    #[inline(always)]
    fn element<R: Reading>(bytes: &'a [u8], rule: TextRule, reading: &mut R) -> Result<Self, NotFacts> {
        if R::JUDGES && bytes.is_empty() {
            return Err(NotFacts::Disobeys); // an item of a list says something
        }
        reading.text(rule, bytes)
    }

    #[inline(always)]
    #[allow(unsafe_code)]
    unsafe fn again(bytes: &'a [u8]) -> Option<Self> {
        // SAFETY: every reading accepts UTF-8 only, and the caller says that one accepted these bytes.
        Some(unsafe { std::str::from_utf8_unchecked(bytes) })
    }
}

impl<'a> Element<'a> for &'a [u8] {
    type Rule = ();

    #[inline]
    fn element<R: Reading>(bytes: &'a [u8], (): (), _: &mut R) -> Result<Self, NotFacts> {
        Ok(bytes)
    }

    #[inline]
    #[allow(unsafe_code)]
    unsafe fn again(bytes: &'a [u8]) -> Option<Self> {
        Some(bytes)
    }
}

impl<'a, T: View<'a>> Element<'a> for T {
    type Rule = ();

    #[inline]
    fn element<R: Reading>(bytes: &'a [u8], (): (), reading: &mut R) -> Result<Self, NotFacts> {
        let mut message = T::default();
        message.fill(bytes, reading)?;
        Ok(message)
    }

    #[inline]
    #[allow(unsafe_code)]
    unsafe fn again(bytes: &'a [u8]) -> Option<Self> {
        // SAFETY: the caller says that a reading accepted these bytes, so all texts in them are UTF-8.
        let mut reading = unsafe { Accepted::before() };
        T::element(bytes, (), &mut reading).ok()
    }
}

/// The values of a repeated field: where the first begins, read again each time they are walked.
#[derive(Clone, Copy)]
pub struct Repeated<'a, T> {
    /// The message's bytes after the key of the first value.
    from_first: &'a [u8],
    key: u32,
    len: u32,
    of: PhantomData<T>,
}

impl<T> Default for Repeated<'_, T> {
    fn default() -> Self {
        Repeated { from_first: &[], key: 0, len: 0, of: PhantomData }
    }
}

impl<'a, T: Element<'a>> Repeated<'a, T> {
    /// Takes one more value, whose key has just been passed.
    #[inline]
    pub(super) fn push<R: Reading>(
        &mut self,
        wire: &mut Wire<'a>,
        key: u32,
        rule: T::Rule,
        reading: &mut R,
    ) -> Result<(), NotFacts> {
        if self.len == 0 {
            (self.from_first, self.key) = (wire.rest(), key);
        }
        T::element(wire.bytes()?, rule, reading)?;
        self.len += 1;
        Ok(())
    }

    /// One value, whose key has just been passed.
    ///
    /// # Safety
    /// The value at the beginning of `from_first` is one that [`Repeated::push`] has taken from the same bytes.
    #[inline(always)]
    #[allow(unsafe_code)] // measured: see `setting`
    pub(super) unsafe fn one(from_first: &'a [u8], key: u32) -> Self {
        Repeated { from_first, key, len: 1, of: PhantomData }
    }

    /// How many values there are.
    #[inline]
    pub fn len(&self) -> usize {
        self.len as usize
    }

    /// Whether there are none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The first value.
    #[inline]
    #[allow(unsafe_code)]
    pub fn first(&self) -> Option<T> {
        if self.len == 0 {
            return None;
        }
        let bytes = Wire::new(self.from_first).bytes().ok()?;
        // SAFETY: as in `Values::next`: `push` gave the value that stands here, or the same bytes, to `element`.
        unsafe { T::again(bytes) }
    }

    /// The values in order.
    #[inline]
    pub fn iter(&self) -> Values<'a, T> {
        Values { wire: Wire::new(self.from_first), key: self.key, left: self.len, of: PhantomData }
    }
}

impl<'a, T: Element<'a>> IntoIterator for Repeated<'a, T> {
    type Item = T;
    type IntoIter = Values<'a, T>;

    fn into_iter(self) -> Values<'a, T> {
        self.iter()
    }
}

impl<'a, T: Element<'a>> IntoIterator for &Repeated<'a, T> {
    type Item = T;
    type IntoIter = Values<'a, T>;

    fn into_iter(self) -> Values<'a, T> {
        self.iter()
    }
}

impl<'a, T: Element<'a> + fmt::Debug> fmt::Debug for Repeated<'a, T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list().entries(self.iter()).finish()
    }
}

/// Walks a [`Repeated`].
#[derive(Clone)]
pub struct Values<'a, T> {
    wire: Wire<'a>,
    key: u32,
    left: u32,
    of: PhantomData<T>,
}

impl<'a, T: Element<'a>> Iterator for Values<'a, T> {
    type Item = T;

    #[inline]
    #[allow(unsafe_code)]
    fn next(&mut self) -> Option<T> {
        // The values stand in a row and were read once, so none of these reads fails and no value is missing.
        self.left = self.left.checked_sub(1)?;
        let bytes = self.wire.bytes().ok()?;
        // SAFETY: a `Repeated` is made by `push`, which gave each of its `left` values to `element`, or by `one` from the same bytes.
        let value = unsafe { T::again(bytes) };
        self.wire.at(self.key);
        value
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left as usize, Some(self.left as usize))
    }
}

impl<'a, T: Element<'a>> ExactSizeIterator for Values<'a, T> {}
