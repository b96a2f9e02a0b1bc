//! What a template asks of figures, read from its text: every `f("code")` outside comments, with the plan or axis that is asked of it.

/// One `f("NS.01").plan.city`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Asked<'a> {
    /// The line it stands on, from 1.
    pub line: usize,
    /// The indicator code: `NS.01`.
    pub code: &'a str,
    /// `plan`, `slices` or `parts`, and the name that follows: `city`.
    pub part: Option<(&'a str, &'a str)>,
}

/// Everything asked, in order of appearance.
pub(super) fn in_text(source: &str) -> Vec<Asked<'_>> {
    let (mut found, mut rest, mut before, mut line) = (Vec::new(), source, '\n', 1);
    while let Some(c) = rest.chars().next() {
        let mut step = c.len_utf8();
        if let Some(end) = rest.strip_prefix("{#").and_then(|comment| comment.find("#}")) {
            step = "{#".len() + end + "#}".len();
        } else if c == 'f' && !is_of_a_name(before) && before != '.' {
            found.extend(call(rest).map(|(code, part)| Asked { line, code, part }));
        }
        line += rest[..step].matches('\n').count();
        (before, rest) = (c, &rest[step..]);
    }
    found
}

/// The call that a text begins with: its code, and what is asked of the figure.
fn call(text: &str) -> Option<(&str, Option<(&str, &str)>)> {
    let given = text.strip_prefix('f')?.trim_start().strip_prefix('(')?.trim_start();
    let quote = given.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (code, after) = given[quote.len_utf8()..].split_once(quote)?;
    let after = after.trim_start().strip_prefix(')').unwrap_or_default();
    let part = name(after).filter(|(part, _)| matches!(*part, "plan" | "slices" | "parts"));
    Some((code, part.and_then(|(part, after)| Some((part, name(after)?.0)))))
}

/// The name after a point, and what follows it.
fn name(text: &str) -> Option<(&str, &str)> {
    let text = text.strip_prefix('.')?;
    let end = text.find(|c| !is_of_a_name(c)).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

fn is_of_a_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_found_in_either_quotes_with_their_plan_or_axis_and_not_in_comments() {
        let text = "{# f(\"A\")\n #}{{ f( 'B' ).plan.city|pct }}\n{{ pdf(\"C\") }}{% if f(\"D\").slices.field and f(\"E\").some %}";
        let asked = |line, code, part| Asked { line, code, part };
        assert_eq!(
            in_text(text),
            [
                asked(2, "B", Some(("plan", "city"))),
                asked(3, "D", Some(("slices", "field"))),
                asked(3, "E", None)
            ]
        );
    }

    #[test]
    fn a_text_that_breaks_off_is_read_to_its_end() {
        for text in ["f(", "f(\"", "{# f(\"A\")", "{{ f(\"A\".", "f"] {
            assert!(in_text(text).len() <= 1, "{text}");
        }
    }
}
