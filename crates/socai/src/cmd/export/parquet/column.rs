//! Columns of Arrow under construction, for whatever a descriptor describes: lists, parts of parts, all the same way.

use std::{collections::HashMap, sync::Arc};

use arrow_array::{
    ArrayRef, ListArray, StructArray,
    builder::{ArrayBuilder as _, BooleanBuilder},
    new_null_array,
    types::{Date32Type, Int64Type, TimestampMillisecondType},
};
use arrow_buffer::{NullBuffer, NullBufferBuilder, OffsetBuffer, ScalarBuffer};
use arrow_schema::{DataType, Field, FieldRef, Fields, TimeUnit};
use socai_domain::CivilDate;
use socai_proto::{
    Fields as Payload,
    schema::{self, Message, Shape},
};

use super::values::{Texts, Values};
use crate::cmd::export::tables::{Cell, Type};

/// The zone of times in files.
const ZONE: &str = "UTC";

/// A column that grows.
pub enum Column {
    Bool(BooleanBuilder),
    Int(Values<Int64Type>),
    Date(Values<Date32Type>),
    Time(Values<TimestampMillisecondType>),
    Text(Texts),
    Struct { fields: Vec<Column>, nulls: NullBufferBuilder, missing: usize, of: Fields },
    List { item: Box<Column>, ends: Vec<i32>, of: FieldRef },
}

/// A column of a fixed table in Arrow's words.
pub fn fixed(name: &str, of: Type) -> Field {
    let data_type = match of {
        Type::Bool => DataType::Boolean,
        Type::Int => DataType::Int64,
        Type::Date => DataType::Date32,
        Type::Time => DataType::Timestamp(TimeUnit::Millisecond, Some(ZONE.into())),
        Type::Text => DataType::Utf8,
    };
    Field::new(name, data_type, true)
}

/// The fields of a message in Arrow's words, with labels and units of measure as their metadata.
pub fn fields(message: &Message) -> Fields {
    message.fields.iter().map(field).collect()
}

fn field(field: &schema::Field) -> Field {
    let single = match &field.shape {
        Shape::Bool => DataType::Boolean,
        Shape::Int { .. } => DataType::Int64,
        Shape::Date => DataType::Date32,
        Shape::Message(message) => DataType::Struct(fields(message)),
        // enums by name, records as unit/seq, bytes in hexadecimal: as in the JSON form
        Shape::Text { .. } | Shape::Hex { .. } | Shape::Enum(_) | Shape::Record | Shape::TextMap { .. } => {
            DataType::Utf8
        }
    };
    let data_type = match field.repeated {
        true => DataType::List(Arc::new(Field::new("item", single, true))),
        false => single,
    };
    let mut about: HashMap<String, String> =
        [("label_vi", field.label.vi), ("label_en", field.label.en), ("measure", field.measure)]
            .into_iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(name, text)| (name.to_owned(), text.to_owned()))
            .collect();
    about.insert("public".to_owned(), field.public.to_string());
    Field::new(field.name, data_type, true).with_metadata(about)
}

impl Column {
    /// An empty column of a type that [`fixed`] and [`fields`] give.
    pub fn new(of: &DataType) -> Column {
        match of {
            DataType::Boolean => Column::Bool(BooleanBuilder::new()),
            DataType::Int64 => Column::Int(Values::new(of)),
            DataType::Date32 => Column::Date(Values::new(of)),
            DataType::Timestamp(..) => Column::Time(Values::new(of)),
            DataType::Struct(fields) => Column::Struct {
                fields: fields.iter().map(|field| Column::new(field.data_type())).collect(),
                nulls: NullBufferBuilder::new(0),
                missing: 0,
                of: fields.clone(),
            },
            DataType::List(item) => Column::List {
                item: Box::new(Column::new(item.data_type())),
                ends: Vec::new(),
                of: item.clone(),
            },
            _ => Column::Text(Texts::default()),
        }
    }

    /// Adds a cell of a fixed column; one of another sort is null.
    pub fn push(&mut self, cell: &Cell<'_>) {
        match (self, cell) {
            (Column::Bool(column), Cell::Bool(value)) => column.append_value(*value),
            (Column::Int(column), Cell::Int(value)) => column.push(*value),
            (Column::Date(column), Cell::Date(day)) => column.push(day.day_number()),
            (Column::Time(column), Cell::Time(ms)) => column.push(ms.cast_signed()),
            (Column::Text(column), Cell::Text(text)) => column.push(text),
            (column, _) => column.push_nulls(1),
        }
    }

    /// Adds a field of a message.
    pub fn push_field(&mut self, field: &schema::Field, from: &dyn Payload) {
        if let Column::List { item, ends, .. } = self {
            for at in 0..from.len(field.tag).unwrap_or_default() {
                item.push_item(field, from, at);
            }
            return ends.push(item.len() as i32); // a batch has a few thousand rows of at most 64 items
        }
        let number = || from.int(field.tag);
        match (self, &field.shape) {
            (Column::Bool(column), _) => column.append_option(number().map(|number| number != 0)),
            (Column::Int(column), _) => column.push_option(number()),
            (Column::Date(column), _) => column.push_option(number().and_then(day)),
            (Column::Text(column), Shape::Enum(of)) => {
                column.push_option(number().and_then(|number| of.value(number)).map(|value| value.name));
            }
            (Column::Text(column), Shape::Record) => column.push_record(from.message(field.tag)),
            (Column::Text(column), Shape::Hex { .. }) => {
                column.push_hex(from.bytes(field.tag).filter(|bytes| !bytes.is_empty()));
            }
            (Column::Text(column), _) => {
                column.push_option(from.text(field.tag).filter(|text| !text.is_empty()));
            }
            (column, Shape::Message(message)) => column.push_message(message, from.message(field.tag)),
            (column, _) => column.push_nulls(1),
        }
    }

    /// Adds a message to a column of structs.
    pub fn push_message(&mut self, message: &Message, from: Option<&dyn Payload>) {
        let (Column::Struct { fields, nulls, missing, .. }, Some(from)) = (&mut *self, from) else {
            return self.push_nulls(1);
        };
        let before = std::mem::take(missing);
        nulls.append_n_nulls(before);
        for (column, field) in fields.iter_mut().zip(message.fields) {
            column.push_nulls(before);
            column.push_field(field, from);
        }
        nulls.append_non_null();
    }

    fn push_item(&mut self, field: &schema::Field, from: &dyn Payload, at: usize) {
        match (self, &field.shape) {
            (Column::Text(column), Shape::Record) => column.push_record(from.item(field.tag, at)),
            (Column::Text(column), Shape::Hex { .. }) => column.push_hex(from.bytes_at(field.tag, at)),
            (Column::Text(column), _) => column.push_option(from.text_at(field.tag, at)),
            (column, Shape::Message(message)) => column.push_message(message, from.item(field.tag, at)),
            (column, _) => column.push_nulls(1),
        }
    }

    fn push_nulls(&mut self, count: usize) {
        match self {
            Column::Bool(column) => column.append_nulls(count),
            Column::Int(column) => column.push_nulls(count),
            Column::Date(column) => column.push_nulls(count),
            Column::Time(column) => column.push_nulls(count),
            Column::Text(column) => column.push_nulls(count),
            Column::Struct { missing, .. } => *missing += count,
            // a list of nothing is empty
            Column::List { item, ends, .. } => ends.extend(std::iter::repeat_n(item.len() as i32, count)),
        }
    }

    fn len(&self) -> usize {
        match self {
            Column::Bool(column) => column.len(),
            Column::Int(column) => column.len(),
            Column::Date(column) => column.len(),
            Column::Time(column) => column.len(),
            Column::Text(column) => column.len(),
            Column::Struct { nulls, missing, .. } => nulls.len() + missing,
            Column::List { ends, .. } => ends.len(),
        }
    }

    /// The column so far; it is empty afterwards.
    pub fn finish(&mut self) -> ArrayRef {
        match self {
            Column::Bool(column) => Arc::new(column.finish()),
            Column::Int(column) => column.finish(),
            Column::Date(column) => column.finish(),
            Column::Time(column) => column.finish(),
            Column::Text(column) => column.finish(),
            Column::Struct { nulls, missing, of, .. } if nulls.is_empty() => {
                new_null_array(&DataType::Struct(of.clone()), std::mem::take(missing))
            }
            Column::Struct { fields, nulls, missing, of } => {
                let after = std::mem::take(missing);
                nulls.append_n_nulls(after);
                fields.iter_mut().for_each(|column| column.push_nulls(after));
                let len = nulls.len();
                let nulls: Option<NullBuffer> = nulls.finish();
                let columns: Vec<ArrayRef> = fields.iter_mut().map(Column::finish).collect();
                if columns.is_empty() {
                    return Arc::new(StructArray::new_empty_fields(len, nulls));
                }
                Arc::new(StructArray::new(of.clone(), columns, nulls))
            }
            Column::List { item, ends, of } => {
                let offsets: ScalarBuffer<i32> = std::iter::once(0).chain(ends.drain(..)).collect();
                Arc::new(ListArray::new(of.clone(), OffsetBuffer::new(offsets), item.finish(), None))
            }
        }
    }
}

/// Days since 1970.
fn day(yyyymmdd: i64) -> Option<i32> {
    let day = i32::try_from(yyyymmdd).ok().and_then(|number| CivilDate::from_yyyymmdd(number).ok())?;
    Some(day.day_number())
}
