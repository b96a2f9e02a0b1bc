//! Values by numbers that stand in for those of a table.
//!
//! A fact that is worked out before its turn, perhaps by another thread, has no table of values at hand. Its values are noted; when its turn
//! comes, each is looked up once, by the hash that it was noted with.

use socai_domain::hash::hash_of;

use crate::values::{AxesNo, FIRST_OTHER, FIRST_TEXT, MAX_AXES, Numbers, Value, ValueNo, Values};

/// Values that have numbers of their own until a table of values gives them theirs: whoever has no such table notes them.
#[derive(Debug, Default)]
pub(crate) struct Noted {
    letters: String,
    /// The hash of each text, and where it ends.
    texts: Vec<(u64, u32)>,
    others: Vec<Value>,
    combinations: Vec<[ValueNo; MAX_AXES]>,
}

/// What is noted twice has two numbers: the table tells them to be one.
impl Numbers for Noted {
    #[inline]
    fn text(&mut self, value: &str) -> ValueNo {
        self.letters.push_str(value);
        self.texts.push((hash_of(value), self.letters.len() as u32));
        ValueNo(FIRST_TEXT + self.texts.len() as u32 - 1)
    }

    fn other(&mut self, value: Value) -> ValueNo {
        self.others.push(value);
        ValueNo(FIRST_OTHER + self.others.len() as u32 - 1)
    }

    #[inline]
    fn combination(&mut self, values: [ValueNo; MAX_AXES]) -> AxesNo {
        self.combinations.push(values);
        AxesNo(self.combinations.len() as u32 - 1)
    }
}

impl Noted {
    /// Forgets what was noted, and keeps the room.
    pub(crate) fn clear(&mut self) {
        self.letters.clear();
        self.texts.clear();
        self.others.clear();
        self.combinations.clear();
    }
}

/// The numbers of noted values in a table.
#[derive(Debug, Default)]
pub(crate) struct Numbered {
    texts: Vec<ValueNo>,
    others: Vec<ValueNo>,
    combinations: Vec<AxesNo>,
}

impl Numbered {
    /// Takes noted values into a table.
    pub(crate) fn fill(&mut self, noted: &Noted, values: &mut Values) {
        let Noted { letters, texts, others, combinations } = noted;
        let mut start = 0;
        self.texts.clear();
        self.texts.extend(texts.iter().map(|&(hash, end)| {
            let text = &letters[start..end as usize];
            start = end as usize;
            values.hashed_text(text, hash)
        }));
        self.others.clear();
        self.others.extend(others.iter().map(|other| values.number(other.clone())));
        let numbered = combinations.iter().map(|noted| values.combination(noted.map(|of| self.value(of))));
        let numbered: Vec<AxesNo> = numbered.collect();
        self.combinations = numbered;
    }

    /// The number of a noted value.
    #[inline]
    pub(crate) fn value(&self, noted: ValueNo) -> ValueNo {
        match noted.0 {
            small if small < FIRST_TEXT => noted,
            text if text < FIRST_OTHER => self.texts[(text - FIRST_TEXT) as usize],
            other => self.others[(other - FIRST_OTHER) as usize],
        }
    }

    /// The number of noted values on several axes, or on fewer.
    #[inline]
    pub(crate) fn axes(&self, noted: AxesNo, are_several: bool) -> AxesNo {
        match are_several {
            true => self.combinations[noted.0 as usize],
            false => AxesNo(self.value(ValueNo(noted.0)).0),
        }
    }
}
