//! The words of the pages, from one file a language.

use std::{collections::BTreeMap, sync::LazyLock};

use socai_proto::Lang;

const VI: &str = include_str!("words/vi.toml");
const EN: &str = include_str!("words/en.toml");

/// The words of one language by key. A test finds keys that are missing in one of them, or that no file has.
#[derive(Debug)]
pub(super) struct Words(BTreeMap<String, String>);

static WORDS: LazyLock<[Words; 2]> = LazyLock::new(|| [VI, EN].map(Words::read));

impl Words {
    /// The words of a language.
    pub(super) fn of(lang: Lang) -> &'static Words {
        match lang {
            Lang::Vi => &WORDS[0],
            Lang::En => &WORDS[1],
        }
    }

    fn read(file: &str) -> Words {
        Words(toml::from_str(file).expect("the files are compiled in and a test reads them"))
    }

    /// The words of a key; the key itself for one that is missing.
    pub(super) fn get<'w>(&'w self, key: &'w str) -> &'w str {
        self.0.get(key).map_or(key, String::as_str)
    }

    pub(super) fn all(&self) -> &BTreeMap<String, String> {
        &self.0
    }

    /// The words that scripts say, as JSON.
    pub(super) fn of_scripts(&self) -> String {
        let said: BTreeMap<&String, &String> =
            self.0.iter().filter(|(key, _)| key.starts_with("js_")).collect();
        serde_json::to_string(&said).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::dashboard::Role;

    /// Everything that names a key: templates by `t.key`, scripts by `say("js_key"`, code by `oops_`.
    const TEMPLATES: &[&str] = &[
        include_str!("templates/base.html"),
        include_str!("templates/case.html"),
        include_str!("templates/check.html"),
        include_str!("templates/district.html"),
        include_str!("templates/figure.html"),
        include_str!("templates/findings.html"),
        include_str!("templates/issue.html"),
        include_str!("templates/log.html"),
        include_str!("templates/login.html"),
        include_str!("templates/oops.html"),
        include_str!("templates/parts.html"),
        include_str!("templates/record.html"),
        include_str!("templates/replay.html"),
        include_str!("templates/report.html"),
        include_str!("templates/running.html"),
        include_str!("templates/unit.html"),
        include_str!("templates/units.html"),
    ];
    const SCRIPTS: &[&str] = &[
        include_str!("static/proof.js"),
        include_str!("static/check.js"),
        include_str!("static/live.js"),
        include_str!("static/replay.js"),
    ];
    const CODE: &[&str] = &[
        include_str!("mod.rs"),
        include_str!("oops.rs"),
        include_str!("guard.rs"),
        include_str!("asking.rs"),
        include_str!("live.rs"),
        include_str!("api.rs"),
        include_str!("page.rs"),
        include_str!("access/doors.rs"),
        include_str!("access/login.rs"),
        include_str!("pages/charts.rs"),
        include_str!("pages/findings.rs"),
        include_str!("pages/issue/mod.rs"),
        include_str!("pages/issue/form.rs"),
        include_str!("pages/issue/texts.rs"),
        include_str!("pages/mod.rs"),
        include_str!("pages/paper.rs"),
        include_str!("pages/replay.rs"),
        include_str!("pages/report.rs"),
        include_str!("pages/running.rs"),
        include_str!("pages/district.rs"),
        include_str!("pages/events.rs"),
        include_str!("pages/figure.rs"),
        include_str!("pages/ledger.rs"),
        include_str!("pages/stories.rs"),
        include_str!("pages/wanted.rs"),
    ];

    fn named(texts: &[&str], before: &str, prefix: &str) -> BTreeSet<String> {
        let is_key = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let key = |rest: &str| rest.chars().take_while(|c| is_key(*c)).collect::<String>();
        let found = texts.iter().flat_map(|text| text.split(before).skip(1)).map(key);
        found.filter(|key| !key.is_empty()).map(|key| format!("{prefix}{key}")).collect()
    }

    #[test]
    fn both_languages_have_every_key_that_is_named_and_no_other() {
        let mut named_keys = named(TEMPLATES, "{{ t.", "");
        named_keys.extend(named(TEMPLATES, " t.", ""));
        named_keys.extend(named(SCRIPTS, "say(\"", ""));
        named_keys.extend(named(SCRIPTS, "new Malformed(\"", ""));
        named_keys.extend(named(CODE, "words().get(\"", ""));
        named_keys.extend(named(CODE, "words.get(\"", ""));
        named_keys.extend(named(CODE, "Oops::bad_request(\"", "oops_"));
        named_keys.extend(named(CODE, "not(\"", "not_"));
        named_keys.extend(named(CODE, ", \"lag_", "lag_"));
        named_keys.extend(
            Role::OF_TOKENS.iter().chain(&[Role::Public, Role::Local]).map(|role| role.name().to_owned()),
        );
        for line in CODE.iter().flat_map(|text| text.lines()).filter(|line| line.contains("StatusCode::")) {
            named_keys.extend(named(&[line], ", \"", "oops_"));
        }
        assert!(named_keys.len() > 60, "{named_keys:?}");
        for lang in [Lang::Vi, Lang::En] {
            let has: BTreeSet<String> = Words::of(lang).all().keys().cloned().collect();
            assert_eq!(
                named_keys.difference(&has).collect::<Vec<_>>(),
                Vec::<&String>::new(),
                "missing in {lang:?}"
            );
            assert_eq!(
                has.difference(&named_keys).collect::<Vec<_>>(),
                Vec::<&String>::new(),
                "unused in {lang:?}"
            );
            assert!(Words::of(lang).all().values().all(|word| !word.trim().is_empty()), "{lang:?}");
        }
    }
}
