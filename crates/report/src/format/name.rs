//! Names inside a sentence.

/// Words that name a kind of territory and lose their capital inside a sentence.
const TERRITORIES: [&str; 8] = ["Phường", "Xã", "Thị trấn", "Quận", "Huyện", "Thị xã", "Thành phố", "Tỉnh"];

/// A unit's official name inside a sentence: `Phường Hạ Đình` becomes `phường Hạ Đình`; names of offices stay.
///
/// The name is the one registered for the date of the fact; looking it up is the caller's business.
pub fn ten_dv(official: &str) -> String {
    let is_territory =
        TERRITORIES.iter().any(|word| official.strip_prefix(word).is_some_and(|rest| rest.starts_with(' ')));
    if is_territory { lower_first(official) } else { official.to_owned() }
}

/// Items of an enumeration: `a`, `a và b`, `a, b và c`.
pub fn list<S: AsRef<str>>(items: &[S]) -> String {
    let items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
    match items.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} và {last}", first.join(", ")),
    }
}

/// A label as it continues a sentence: its first letter in lower case unless the word is an abbreviation.
pub fn sentence_case(label: &str) -> String {
    let mut chars = label.chars().skip(1);
    if chars.next().is_some_and(char::is_uppercase) { label.to_owned() } else { lower_first(label) }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}
