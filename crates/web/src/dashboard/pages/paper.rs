//! A proof on paper: a QR code that holds it whole, so that whoever has the paper needs no server to check it.

use axum::{
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use qrcode::{Color, EcLevel, QrCode};
use socai_audit::for_paper;

use crate::dashboard::{Board, api, asking::Asking, oops::Oops};

/// Most bytes that the largest QR code (version 40, level L) holds.
const MOST: usize = 2_953;
/// Light modules around a code.
const QUIET: usize = 4;

/// `GET /record/{unit}/{seq}/qr.svg`: the short form of the record's proof, as text, in the smallest code that holds it.
pub(in crate::dashboard) async fn qr(
    State(board): State<Board>,
    Path((unit, seq)): Path<(String, String)>,
    asking: Asking,
) -> Response {
    let drawn = board.compute(move |board| {
        let proof = api::proof_of(board, api::name_of(&unit, &seq)?)?;
        let no_room = || Oops::new(StatusCode::NOT_FOUND, "no_room");
        let short = for_paper(&proof, MOST).ok_or_else(no_room)?;
        let code = QrCode::with_error_correction_level(short, EcLevel::L).map_err(|_| no_room())?;
        Ok(svg(&code))
    });
    match drawn.await {
        Ok(svg) => {
            let about = [
                (header::CONTENT_TYPE, HeaderValue::from_static("image/svg+xml")),
                (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            ];
            (about, svg).into_response()
        }
        Err(oops) => oops.answer(&asking),
    }
}

/// Dark modules as runs of one path, on white whatever is behind it.
fn svg(code: &QrCode) -> String {
    let width = code.width();
    let (side, colors) = (width + 2 * QUIET, code.to_colors());
    let mut path = String::new();
    for (y, row) in colors.chunks(width).enumerate() {
        let mut x = 0;
        while x < width {
            let run = row[x..].iter().take_while(|color| **color == Color::Dark).count();
            if run > 0 {
                path.push_str(&format!("M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET));
            }
            x += run.max(1);
        }
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{side}v{side}h-{side}z\"/><path d=\"{path}\"/></svg>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_exactly_the_dark_modules_of_the_code() {
        let code = QrCode::with_error_correction_level("3/10", EcLevel::L).unwrap();
        let svg = svg(&code);
        let dark = code.to_colors().iter().filter(|color| **color == Color::Dark).count();
        let runs = svg.split('h').filter_map(|part| part.split_once("v1")?.0.parse::<usize>().ok());
        assert_eq!(runs.sum::<usize>(), dark);
        assert!(svg.contains("viewBox=\"0 0 29 29\""), "{svg}");
    }
}
