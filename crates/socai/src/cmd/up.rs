//! `socai up DIR`: everything a directory holds, running.

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::{
    cli::UpArgs,
    http,
    lang::Lang,
    out,
    signals::{self, Signals},
    stage::{Place, Stage},
};

/// Runs broker, district and nodes until told to stop.
pub fn run(args: &UpArgs, lang: Lang) -> Result<ExitCode> {
    let place = Place::new(&args.dir);
    if !place.district().config().is_file() {
        bail!(
            "{}: {}",
            args.dir.display(),
            lang.pick(
                "không có quận nào ở đây; tạo bằng: socai demo --data DIR",
                "there is no district here; make one with: socai demo --data DIR",
            )
        );
    }
    signals::runtime()?.block_on(async {
        let mut signals = Signals::listen()?;
        let mut stage = tokio::select! {
            stage = Stage::start(&place) => stage?,
            () = signals.asked_to_stop() => return Ok(ExitCode::SUCCESS),
        };
        let (units, url) = (stage.wards.len(), stage.broker_url());
        out::line(&match lang {
            Lang::Vi => format!("quận và {units} đơn vị đang chạy trên {url}; Ctrl-C để dừng"),
            Lang::En => format!("the district and {units} units run on {url}; Ctrl-C stops them"),
        })?;
        let served = http::serve(&place.district(), args.http.as_deref(), None, lang).await?;
        tokio::select! {
            ended = stage.district.wait() => ended?,
            () = signals.asked_to_stop() => stage.stop().await?,
        }
        http::stop(served).await;
        Ok(ExitCode::SUCCESS)
    })
}
