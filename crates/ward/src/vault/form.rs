//! An event's JSON form with a person in it becomes one with a token.

use serde_json::Value;
use socai_proto::{
    kind,
    schema::{Field, Shape, TextStyle},
};

use super::{Person, Trial, Vault, VaultError, Where, trial::Untold};
use crate::problem::Problem;

/// The member of a form that says who; nothing below it ever gets further than this file.
pub(crate) const MEMBER: &str = "identity";
/// Stands for a person who is not in the vault yet while a form is only tried.
const NOBODY_YET: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// The form with a token in the field of its kind that takes one, and without `identity`; none when the form has none. A form that is only tried, at a
/// place among others, makes no entry.
///
/// # Errors
/// Its kind has no such field, the field has a value already, or the person cannot be told from others. No message repeats what was said of him.
pub(crate) fn identified(
    vault: &Vault,
    form: &Value,
    trial: Option<(&Trial, Where)>,
) -> Result<Option<Value>, Vec<Problem>> {
    let Some(said) = form.get(MEMBER).filter(|said| !said.is_null()) else { return Ok(None) };
    let one = |problem| vec![problem];
    let person = Person::deserialize(said).map_err(one)?;
    let name = form.get("kind").and_then(Value::as_str).unwrap_or_default();
    let mut form = form.clone();
    let Some(event) = form.as_object_mut() else { return Ok(None) };
    event.remove(MEMBER);
    let Some(kind) = kind(name) else { return Ok(Some(form)) }; // what is wrong with it is told later
    // the facts of an erasure name a token that is gone
    let field = token_field(kind.message.fields).filter(|_| kind.name != "identity.erased");
    let field = field.ok_or_else(|| one(no_field()))?;
    let data = event.entry("data").or_insert_with(|| Value::Object(Default::default()));
    let Some(data) = data.as_object_mut() else { return Ok(Some(form)) }; // what is wrong with it is told later
    if data.get(field.name).is_some_and(|token| !token.is_null()) {
        return Err(one(both(field.name)));
    }
    let token = match trial {
        Some((trial, at)) => {
            vault.tried(&person, trial, at).map(|token| token.unwrap_or_else(|| NOBODY_YET.to_owned()))
        }
        None => vault.token(&person, false).map_err(Untold::Vault),
    };
    let token = token.map_err(|why| match why {
        Untold::Vault(error) => one(refused(&error)),
        Untold::OtherNameAt(place) => one(two_names(place)),
    })?;
    data.insert(field.name.to_owned(), token.into());
    Ok(Some(form))
}

/// The field that takes a token, of a kind that has one.
fn token_field(fields: &'static [Field]) -> Option<&'static Field> {
    let mut tokens = fields.iter().filter(|field| {
        matches!(field.shape, Shape::Text { style: TextStyle::Token, .. }) && !field.repeated
    });
    tokens.next().filter(|_| tokens.next().is_none())
}

impl Person {
    /// Reads the member without letting a parser's message repeat what it read.
    fn deserialize(said: &Value) -> Result<Person, Problem> {
        serde_json::from_value(said.clone()).map_err(|_| {
            Problem::new(
                MEMBER,
                "bad_identity",
                "Danh tính là một đối tượng với number, name, address, programme, mỗi mục là văn bản",
                "an identity is an object with number, name, address, programme, each a text",
            )
        })
    }
}

fn no_field() -> Problem {
    Problem::new(
        MEMBER,
        "no_person",
        "Loại sự kiện này không có trường nào cho mã đối tượng; bỏ các cột danh tính",
        "this kind has no field for a token; leave the identity out",
    )
}

fn both(field: &str) -> Problem {
    Problem::new(
        format!("data.{field}"),
        "token_twice",
        "Đã có mã đối tượng, không nêu thêm danh tính",
        "a token is stated already: leave it or the identity out",
    )
}

fn two_names(at: Where) -> Problem {
    let (vi, en) = match at {
        Where::Row(line) => (format!("Dòng {line}"), format!("row {line}")),
        Where::Event(index) => {
            (format!("Sự kiện {index} của yêu cầu"), format!("event {index} of the request"))
        }
    };
    Problem::new(
        MEMBER,
        "two_names",
        format!("{vi} ghi số định danh này với tên khác: sửa số hoặc tên ở một trong hai"),
        format!("{en} has this number under another name: correct the number or the name in one of the two"),
    )
}

/// What is told of a vault that does not give a token. Files and keys are for whoever runs the node.
fn refused(error: &VaultError) -> Problem {
    match error {
        VaultError::Unknowable => Problem::new(
            MEMBER,
            "unknowable",
            "Cần số định danh (6 đến 20 chữ và số), hoặc cả tên và địa chỉ, mỗi mục nhiều nhất 400 ký tự",
            "a number of 6 to 20 letters and digits is needed, or name and address together, at most 400 characters each",
        ),
        VaultError::OtherName => Problem::new(
            MEMBER,
            "other_name",
            "Kho danh tính biết số này với tên khác: sửa dòng này, hoặc thay bằng `socai ward vault add --replace`",
            "the vault knows this number under another name: correct the row, or `socai ward vault add --replace`",
        ),
        error => {
            tracing::error!(%error, "the vault cannot be used");
            Problem::new(
                MEMBER,
                "vault_unavailable",
                "Không mở được kho danh tính của đơn vị; xem `socai ward vault status`",
                "the unit's vault cannot be used; see `socai ward vault status`",
            )
        }
    }
}
