//! Bars that fit 80 columns, on terminals alone.

use std::{fmt, io::IsTerminal as _};

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use crate::lang::Lang;

/// A bar over so many of something, `entries`, on standard error when that is a terminal.
pub fn bar(length: u64, what: (&str, &str), lang: Lang) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    ProgressBar::new(length).with_style(style(what, lang))
}

fn style((vi, en): (&str, &str), lang: Lang) -> ProgressStyle {
    let words = match lang {
        Lang::Vi => format!("{vi}, {{rate}}, còn {{eta}}"),
        Lang::En => format!("{en}, {{rate}}, {{eta}} left"),
    };
    let style = ProgressStyle::with_template(&format!("  {{bar:20}} {{human_pos}}/{{human_len}} {words}"));
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    style.with_key("rate", |state: &ProgressState, out: &mut dyn fmt::Write| {
        let _ = write!(out, "{:.0}/s", state.per_sec()); // a bar that does not fit is no error
    })
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex},
        thread,
        time::{Duration, Instant},
    };

    use indicatif::{ProgressDrawTarget, TermLike};

    use super::*;

    /// A terminal of many columns that keeps what is drawn.
    #[derive(Clone, Debug, Default)]
    struct Terminal(Arc<Mutex<String>>);

    impl TermLike for Terminal {
        fn width(&self) -> u16 {
            500
        }
        fn move_cursor_up(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_down(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_right(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_left(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn write_line(&self, text: &str) -> io::Result<()> {
            self.write_str(&format!("{text}\n"))
        }
        fn write_str(&self, text: &str) -> io::Result<()> {
            self.0.lock().unwrap().push_str(text);
            Ok(())
        }
        fn clear_line(&self) -> io::Result<()> {
            self.write_str("\n")
        }
        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_bar_over_twelve_million_entries_fits_80_columns_in_both_languages() {
        for lang in [Lang::Vi, Lang::En] {
            let terminal = Terminal::default();
            let bar = ProgressBar::with_draw_target(
                Some(12_345_678),
                ProgressDrawTarget::term_like_with_hz(Box::new(terminal.clone()), 255),
            );
            bar.set_style(style(("bản ghi", "entries"), lang));
            let deadline = Instant::now() + Duration::from_secs(20);
            let drawn = || terminal.0.lock().unwrap().clone();
            // how often it is drawn is bounded: until the entries and their rate were, some times
            for at in 1.. {
                bar.set_position(11_000_000 + at);
                if drawn().matches("/s").count() >= 5 {
                    break;
                }
                assert!(Instant::now() < deadline, "{:?}", drawn());
                thread::yield_now();
            }
            bar.tick();
            let drawn = drawn();
            let lines: Vec<&str> =
                drawn.split(['\n', '\r']).map(str::trim_end).filter(|line| !line.is_empty()).collect();
            assert!(
                lines.iter().any(|line| line.contains("/12,345,678") && line.contains("/s")),
                "{drawn:?}"
            );
            assert!(lines.iter().all(|line| line.chars().count() <= 80), "{lines:?}");
        }
    }
}
