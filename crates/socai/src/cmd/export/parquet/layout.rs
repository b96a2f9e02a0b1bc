//! The layout of a table's files: its columns, their metadata, and how each is encoded.

use std::collections::HashSet;

use anyhow::Result;
use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType,
    cast::AsArray as _,
    types::{Date32Type, Int64Type, TimestampMillisecondType},
};
use arrow_schema::{DataType, Schema, SchemaRef};
use parquet::{
    arrow::{ArrowSchemaConverter, add_encoded_arrow_schema_to_metadata},
    basic::{Compression, Encoding, ZstdLevel},
    file::{
        metadata::KeyValue,
        properties::{EnabledStatistics, WriterProperties},
    },
    schema::types::{ColumnPath, SchemaDescriptor},
};

use crate::cmd::export::manifest::Bound;

/// The fastest level of zstd: files are about a tenth larger than at its usual one, and the tables that it clears for every page a tenth.
const LEVEL: i32 = 1;
/// Columns in which nearly every row has a value of its own: a dictionary would hold them all, and be given up half way.
const OWN_NUMBERS: [&str; 4] = ["leaf", "seq", "recorded_at", "received_at"];
/// The same of texts that are random, so that their least and greatest say nothing either.
const OWN_TEXTS: [&str; 2] = ["link", "id"];
/// Bytes of a page before it is compressed: what stays in the caches of a core, and is given back to the next page.
const PAGE: usize = 128 << 10;
/// Rows by which a column is judged.
const LOOKED_AT: usize = 256;
/// Rows of a file that is not worth compressing: what says what is in it is longer.
const FEW: usize = 32;

/// What the files of a table have in common.
pub struct Layout {
    pub schema: SchemaRef,
    /// The same in Parquet's words.
    pub descriptor: SchemaDescriptor,
    properties: WriterProperties,
}

impl Layout {
    pub fn new(schema: Schema, bound: &Bound, table: &str) -> Result<Layout> {
        let descriptor = ArrowSchemaConverter::new().convert(&schema)?;
        let mut properties = properties(bound, table)?;
        add_encoded_arrow_schema_to_metadata(&schema, &mut properties);
        Ok(Layout { schema: schema.into(), descriptor, properties })
    }

    /// How a file that begins with these rows is written; `is_all` when there are no others.
    ///
    /// A dictionary has a table of its own of 72 KiB, in every column of every open file. It is made where rows repeat each other, and not in a
    /// file of few rows, where zstd finds what repeats. zstd has its tables as well: a column that says nothing, or always the same
    /// and has a dictionary, goes without them.
    pub fn properties(&self, columns: &[ArrayRef], is_all: bool) -> WriterProperties {
        let mut leaves = Vec::new();
        columns.iter().for_each(|column| leaves_of(column, &mut leaves));
        let mut builder = self.properties.clone().into_builder();
        for (leaf, described) in leaves.into_iter().zip(self.descriptor.columns()) {
            let path = || described.path().clone();
            let is_empty = leaf.null_count() == leaf.len();
            if is_all || is_empty || is_mostly_distinct(leaf) {
                builder = builder.set_column_dictionary_enabled(path(), false);
            }
            let is_short = match is_all {
                true => leaf.len() <= FEW,
                false => self.properties.dictionary_enabled(described.path()) && is_same(leaf),
            };
            if is_empty || is_short {
                builder = builder.set_column_compression(path(), Compression::UNCOMPRESSED);
            }
        }
        builder.build()
    }
}

fn properties(bound: &Bound, table: &str) -> Result<WriterProperties> {
    let pairs = [
        ("socai.ledger", bound.ledger.clone()),
        ("socai.size", bound.size.to_string()),
        ("socai.root", bound.root.to_string()),
        ("socai.checkpoint", bound.checkpoint.clone()),
        ("socai.table", table.to_owned()),
    ];
    let pairs = pairs.into_iter().map(|(key, value)| KeyValue::new(key.to_owned(), value)).collect();
    let mut properties = WriterProperties::builder();
    for name in OWN_NUMBERS {
        let path = ColumnPath::from(name);
        properties = properties.set_column_dictionary_enabled(path.clone(), false);
        properties = properties.set_column_encoding(path, Encoding::DELTA_BINARY_PACKED);
    }
    for name in OWN_TEXTS {
        let path = ColumnPath::from(name);
        properties = properties.set_column_dictionary_enabled(path.clone(), false);
        properties = properties.set_column_statistics_enabled(path, EnabledStatistics::None);
    }
    Ok(properties
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true) // pages have no statistics that would lead to one of them
        .set_data_page_size_limit(PAGE)
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(LEVEL)?))
        .set_key_value_metadata(Some(pairs))
        .set_created_by("socai".to_owned())
        .build())
}

/// The columns of values below a column, in the order of the descriptor.
fn leaves_of<'a>(column: &'a ArrayRef, out: &mut Vec<&'a ArrayRef>) {
    match column.data_type() {
        DataType::Struct(_) => {
            column.as_struct().columns().iter().for_each(|column| leaves_of(column, out));
        }
        DataType::List(_) => leaves_of(column.as_list::<i32>().values(), out),
        _ => out.push(column),
    }
}

/// Whether every row says the same.
fn is_same(leaf: &ArrayRef) -> bool {
    fn same<T: PartialEq>(mut rows: impl Iterator<Item = T>) -> bool {
        let first = rows.next();
        rows.all(|row| first.as_ref() == Some(&row))
    }
    fn numbers<T: ArrowPrimitiveType>(leaf: &ArrayRef) -> Option<bool> {
        leaf.as_primitive_opt::<T>().map(|numbers| same(numbers.iter()))
    }
    let texts = || leaf.as_string_opt::<i32>().map(|texts| same(texts.iter()));
    let flags = || leaf.as_boolean_opt().map(|flags| same(flags.iter()));
    let dates = || numbers::<Date32Type>(leaf).or_else(|| numbers::<TimestampMillisecondType>(leaf));
    texts().or_else(flags).or_else(|| numbers::<Int64Type>(leaf)).or_else(dates).unwrap_or_default()
}

/// Whether more than half of the first values are there once.
fn is_mostly_distinct(leaf: &ArrayRef) -> bool {
    let counted = |values: usize, distinct: usize| values > 1 && distinct * 2 > values;
    if let Some(texts) = leaf.as_string_opt::<i32>() {
        let first = || texts.iter().flatten().take(LOOKED_AT);
        return counted(first().count(), first().collect::<HashSet<_>>().len());
    }
    if let Some(numbers) = leaf.as_primitive_opt::<Int64Type>() {
        let first = || numbers.iter().flatten().take(LOOKED_AT);
        return counted(first().count(), first().collect::<HashSet<_>>().len());
    }
    false
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{Int64Array, StringArray, new_null_array};
    use arrow_schema::Field;
    use socai_tlog::{Hash, TreeSize};

    use super::*;

    #[test]
    fn a_dictionary_is_made_where_rows_repeat_each_other_and_what_is_always_the_same_is_left_as_it_is() {
        let field = |name: &str, of: &DataType| Field::new(name, of.clone(), true);
        let columns = [
            ("one", DataType::Utf8),
            ("own", DataType::Utf8),
            ("sums", DataType::Int64),
            ("same", DataType::Utf8),
        ];
        let none = DataType::Struct([field("inside", &DataType::Utf8)].into_iter().collect());
        let fields = columns.iter().map(|(name, of)| field(name, of)).chain([field("none", &none)]);
        let bound = Bound {
            ledger: "so-cai.example/quan".to_owned(),
            size: TreeSize(2_000),
            root: Hash([7; 32]),
            checkpoint: "a note".to_owned(),
        };
        let layout = Layout::new(Schema::new(fields.collect::<Vec<_>>()), &bound, "facts/x").unwrap();
        let texts = |text: &dyn Fn(i64) -> String| -> ArrayRef {
            Arc::new(StringArray::from_iter_values((0..2_000).map(text)))
        };
        let rows: [ArrayRef; 5] = [
            texts(&|row| format!("{}", row % 3)),
            texts(&|row| format!("{row}")),
            Arc::new(Int64Array::from_iter_values((0..2_000).map(|row| row / 10))),
            texts(&|_| "every time".to_owned()),
            new_null_array(&none, 2_000),
        ];
        let (zstd, plain) =
            (Compression::ZSTD(ZstdLevel::try_new(LEVEL).unwrap()), Compression::UNCOMPRESSED);
        let (all, few): (Vec<_>, Vec<_>) = rows.iter().map(|rows| (rows.clone(), rows.slice(0, FEW))).unzip();
        let codecs_of = |same| [zstd, zstd, zstd, same, plain];
        for (rows, is_all, dictionaries, codecs) in [
            (&all, false, [true, false, true, true, false], codecs_of(plain)),
            (&all, true, [false; 5], codecs_of(zstd)),
            (&few, true, [false; 5], [plain; 5]),
        ] {
            let properties = layout.properties(rows, is_all);
            let paths: Vec<_> = layout.descriptor.columns().iter().map(|leaf| leaf.path().clone()).collect();
            let made: Vec<_> = paths.iter().map(|path| properties.dictionary_enabled(path)).collect();
            assert_eq!(made, dictionaries, "all: {is_all}");
            let compressed: Vec<_> = paths.iter().map(|path| properties.compression(path)).collect();
            assert_eq!(compressed, codecs, "all: {is_all}");
        }
    }
}
