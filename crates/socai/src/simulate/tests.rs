use super::*;

fn made(dir: &std::path::Path, wish: &Wish) -> Made {
    make(&LedgerDir::new(dir), wish, &mut |_| ()).unwrap()
}

fn files(dir: &std::path::Path, into: &mut BTreeMap<std::path::PathBuf, Vec<u8>>, base: &std::path::Path) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files(&path, into, base),
            false => {
                let name = path.strip_prefix(base).unwrap().to_owned();
                into.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
}

const SMALL: Wish = Wish { seed: 5, units: 17, days: 40, events_per_day: 40 };

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_another_year() {
    let place = tempfile::tempdir().unwrap();
    let trees = ["a", "b", "c"].map(|name| {
        let dir = place.path().join(name);
        let seed = if name == "c" { 6 } else { SMALL.seed };
        made(&dir, &Wish { seed, ..SMALL });
        let mut tree = BTreeMap::new();
        files(&dir, &mut tree, &dir);
        tree
    });
    assert!(trees[0].len() > 5, "{:?}", trees[0].keys());
    assert!(trees[0] == trees[1], "two runs of one seed differ");
    assert!(trees[0] != trees[2], "two seeds give one year");
}

#[test]
fn a_wish_that_cannot_be_granted_says_so() {
    let place = tempfile::tempdir().unwrap();
    let dir = LedgerDir::new(place.path());
    for (wish, word) in [
        (Wish { days: 366, ..SMALL }, "--days 366"),
        (Wish { units: 14, ..SMALL }, "--units 14"),
        (Wish { events_per_day: 0, ..SMALL }, "--events-per-day 0"),
    ] {
        let error = make(&dir, &wish, &mut |_| ()).unwrap_err();
        assert!(error.to_string().contains(word), "{error}");
    }
    assert!(std::fs::read_dir(place.path()).unwrap().next().is_none(), "nothing was made");
}
