//! Acts as rows of law name them: `91/2019/NĐ-CP` is every act of a decree, `16/2022/NĐ-CP:37-56` those of some articles,
//! `100/2019/NĐ-CP:12` of one article, `100/2019/NĐ-CP:12.5` of one clause, `100/2019/NĐ-CP:12.5.a` of one point.

/// Acts of one decree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Acts<'a> {
    decree: &'a str,
    part: Part<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part<'a> {
    Whole,
    /// From one article to another, both included.
    Articles(u32, u32),
    /// What is in an article, clause or point.
    Inside(&'a str),
}

/// How closely an act is named: of two ways to name it the greater one is the closer one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Narrowness(u8, u32);

impl<'a> Acts<'a> {
    /// None for a text that names no acts.
    pub fn parse(text: &'a str) -> Option<Acts<'a>> {
        let (decree, part) = match text.split_once(':') {
            None => (text, Part::Whole),
            Some((decree, part)) => (decree, Part::parse(part)?),
        };
        let is_decree = decree.contains('/') && !decree.chars().any(char::is_whitespace);
        is_decree.then_some(Acts { decree, part })
    }

    /// How closely it names an act; none when it does not.
    pub fn narrowness_of(self, act: &str) -> Option<Narrowness> {
        let (decree, place) = act.split_once(':').unwrap_or((act, ""));
        if decree != self.decree {
            return None;
        }
        match self.part {
            Part::Whole => Some(Narrowness(0, 0)),
            Part::Articles(first, last) => {
                let digits = place.bytes().take_while(u8::is_ascii_digit).count();
                let article: u32 = place.get(..digits)?.parse().ok()?;
                (first..=last).contains(&article).then_some(Narrowness(1, u32::MAX - (last - first)))
            }
            Part::Inside(of) => {
                let rest = place.strip_prefix(of)?;
                let is_inside = rest.is_empty() || rest.starts_with('.');
                is_inside.then_some(Narrowness(2, u32::try_from(of.len()).unwrap_or(u32::MAX)))
            }
        }
    }

    /// Whether some act would be named equally closely by both.
    pub fn rivals(self, other: Acts<'_>) -> bool {
        self.decree == other.decree
            && match (self.part, other.part) {
                (Part::Articles(a, b), Part::Articles(c, d)) => b - a == d - c && a <= d && c <= b,
                (one, another) => one == another,
            }
    }
}

impl<'a> Part<'a> {
    fn parse(text: &'a str) -> Option<Part<'a>> {
        if let Some((first, last)) = text.split_once('-') {
            let (first, last) = (first.parse().ok()?, last.parse().ok()?);
            return (first < last).then_some(Part::Articles(first, last));
        }
        let is_place = text.starts_with(|first: char| first.is_ascii_digit())
            && text.split('.').all(|part| !part.is_empty() && part.chars().all(char::is_alphanumeric));
        is_place.then_some(Part::Inside(text))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_act_is_named_by_its_decree_articles_article_clause_and_point() {
        let act = "16/2022/NĐ-CP:40.2.a";
        let names = |text: &str| Acts::parse(text).unwrap().narrowness_of(act);
        for not in ["16/2022/NĐ-CP:41-56", "16/2022/NĐ-CP:4", "16/2022/NĐ-CP:40.21", "139/2017/NĐ-CP"] {
            assert_eq!(names(not), None, "{not}");
        }
        let closer = ["16/2022/NĐ-CP", "16/2022/NĐ-CP:37-56", "16/2022/NĐ-CP:40-41", "16/2022/NĐ-CP:40"];
        let closer = closer.into_iter().chain(["16/2022/NĐ-CP:40.2", "16/2022/NĐ-CP:40.2.a"]);
        let ranks: Vec<_> = closer.map(|text| names(text).unwrap()).collect();
        assert!(ranks.is_sorted_by(|one, next| one < next), "{ranks:?}");
        assert_eq!(Acts::parse("16/2022/NĐ-CP:40-41").unwrap().narrowness_of("16/2022/NĐ-CP"), None);
    }

    #[test]
    fn what_names_no_acts_is_refused() {
        for text in
            ["", "đất đai", "16/2022/NĐ-CP:", "16/2022/NĐ-CP:9-7", "16/2022/NĐ-CP:7-7", "a/b:x", "a/b:7..a"]
        {
            assert_eq!(Acts::parse(text), None, "{text}");
        }
    }

    #[test]
    fn rivals_name_some_act_equally_closely() {
        let rivals = |one: &str, other: &str| Acts::parse(one).unwrap().rivals(Acts::parse(other).unwrap());
        assert!(rivals("1/1", "1/1") && rivals("1/1:7.1", "1/1:7.1") && rivals("1/1:3-5", "1/1:5-7"));
        assert!(!rivals("1/1", "1/2") && !rivals("1/1:7", "1/1:7.1") && !rivals("1/1:3-5", "1/1:4-9"));
        assert!(!rivals("1/1:3-5", "1/1:6-8"));
    }
}
