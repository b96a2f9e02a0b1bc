//! What columns can fill, and what is said when one fits nothing or too much.

use socai_proto::{
    KindInfo,
    schema::{self, Field, Message, Shape},
};

use crate::problem::Problem;

/// A field and its path in the JSON form.
pub(super) type At = (Vec<String>, &'static Field);

/// Every field of the envelope and of the payload that a column can fill, with its path.
pub(super) fn fields(kind: &KindInfo) -> Vec<At> {
    let mut fields = Vec::new();
    collect(&schema::EVENT, &[], &mut fields);
    fields.retain(|(path, _)| path[0] != "source"); // the import itself says where a row comes from
    collect(kind.message, &["data".to_owned()], &mut fields);
    fields.extend(
        schema::ANNEX.field("attachments").map(|field| (vec!["annex".into(), "attachments".into()], field)),
    );
    fields
}

fn collect(message: &'static Message, path: &[String], fields: &mut Vec<At>) {
    for field in message.fields {
        let mut path = path.to_vec();
        path.push(field.name.to_owned());
        if let (Shape::Message(inner), false) = (&field.shape, field.repeated) {
            collect(inner, &path, fields);
        }
        fields.push((path, field));
    }
}

pub(super) fn too_many_cells(at: usize, columns: usize) -> Problem {
    Problem::new(
        "",
        "too_many_cells",
        format!(
            "Có dữ liệu ở cột {at}, tiêu đề chỉ có {columns} cột; kiểm tra dấu phân cách trong ô (đặt ô trong dấu nháy)"
        ),
        format!(
            "there is a value in column {at}, the header has {columns}; check for delimiters inside cells (quote them)"
        ),
    )
}

pub(super) fn twice(header: &str, other: &str) -> Problem {
    Problem::new(
        header,
        "column_twice",
        format!("Cột «{header}» và cột «{other}» cùng điền một trường; bỏ một cột"),
        format!("columns “{header}” and “{other}” fill one field; remove one of them"),
    )
}

pub(super) fn ambiguous(header: &str, matching: &[&At]) -> Problem {
    let paths = matching.iter().map(|(path, _)| path.join(".")).collect::<Vec<_>>().join(", ");
    Problem::new(
        header,
        "ambiguous_column",
        format!("Cột «{header}» có thể là: {paths}; viết một trong các tên đó làm tiêu đề"),
        format!("column “{header}” may be {paths}; use one of these as its header"),
    )
}

pub(super) fn unknown(header: &str, kind: &KindInfo) -> Problem {
    Problem::new(
        header,
        "unknown_column",
        format!(
            "Loại «{}» không có trường «{header}»; xem `socai kinds {}`, hoặc bỏ cột",
            kind.label.vi, kind.name
        ),
        format!(
            "`{}` has no field “{header}”; see `socai kinds {}`, or remove the column",
            kind.name, kind.name
        ),
    )
}

pub(super) fn no_header() -> Problem {
    Problem::new(
        "",
        "no_header",
        "Có dữ liệu trong cột không có tiêu đề; đặt tiêu đề hoặc xóa dữ liệu",
        "there is a value in a column without header; give it one or empty it",
    )
}
