//! `socai audit drill`: exit 0 when every fraud was noticed, 1 when one was not, 2 usage or I/O.

use std::{path::Path, process::ExitCode};

use anyhow::Result;
use serde_json::json;
use socai_audit::{drill, drill_text};

use super::audit::{bar, language};
use crate::{lang::Lang, mistake::Mistake, out, scratch::Place};

/// Holds a drill and prints who noticed what.
pub fn run(data: Option<&Path>, json: bool, lang: Lang) -> Result<ExitCode> {
    if let Some(dir) = data
        && dir.read_dir().is_ok_and(|mut entries| entries.next().is_some())
    {
        let vi = "cuộc diễn tập cần một thư mục trống; nêu thư mục khác bằng --data";
        let en = "a drill needs an empty directory; name another with --data";
        return Err(Mistake::new(vi, en).of(&dir.display().to_string()).into());
    }
    let place = Place::new(data)?;
    let bar = bar(lang);
    let tried = drill(place.path(), &mut |done, of| {
        bar.set_length(of as u64);
        bar.set_position(done as u64);
    });
    bar.finish_and_clear();
    let tried = tried?;
    let unnoticed = tried.iter().filter(|one| one.caught.is_empty()).count();
    match json {
        true => out::line(&serde_json::to_string_pretty(&json!({"unnoticed": unnoticed, "frauds": tried}))?)?,
        false => out::line(drill_text(&tried, language(lang)).trim_end())?,
    }
    Ok(ExitCode::from(u8::from(unnoticed > 0)))
}
