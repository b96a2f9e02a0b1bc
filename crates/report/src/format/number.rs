//! Counts and money.

const TRIEU: u128 = 1_000_000;
const TY: u128 = 1_000 * TRIEU;

/// A number with a dot between every three digits: `11.854`, `-1.250`.
pub fn so(number: impl Into<i128>) -> String {
    let number = number.into();
    let sign = if number < 0 { "-" } else { "" };
    format!("{sign}{}", grouped(number.unsigned_abs()))
}

/// A count in running text: 1–9 with a leading zero (`02`), above as [`so`] (`452`, `2.300`).
///
/// Zero is `0` in tables; running text says it as a sentence instead, which is the template's business.
pub fn dem(count: impl Into<i128>) -> String {
    match count.into() {
        count @ 1..=9 => format!("0{count}"),
        count => so(count),
    }
}

/// An amount in exact đồng for annexes, without the unit: `43.750.000`.
pub fn tien_d(dong: impl Into<i128>) -> String {
    so(dong)
}

/// An amount in running text, always with its unit.
///
/// From 1 tỷ: tỷ and triệu (`1.005 tỷ 123 triệu đồng`, `2.045 tỷ 069 triệu đồng`, `2 tỷ đồng`), half-up to whole
/// triệu. From 1 triệu: up to three decimals of a triệu, trailing zeros cut (`43,75 triệu đồng`). Below: đồng
/// (`750.000 đồng`). Rounding that carries moves to the larger unit. A negative amount is its magnitude with a sign.
pub fn tien(dong: impl Into<i128>) -> String {
    let dong = dong.into();
    let sign = if dong < 0 { "-" } else { "" };
    format!("{sign}{}", magnitude(dong.unsigned_abs()))
}

fn magnitude(dong: u128) -> String {
    if dong < TRIEU {
        return format!("{} đồng", grouped(dong));
    }
    let nghin = half_up(dong, 1_000);
    if dong < TY && nghin < 1_000_000 {
        return match nghin % 1_000 {
            0 => format!("{} triệu đồng", nghin / 1_000),
            rest => format!("{},{} triệu đồng", nghin / 1_000, format!("{rest:03}").trim_end_matches('0')),
        };
    }
    let trieu = half_up(dong, TRIEU);
    match trieu % 1_000 {
        0 => format!("{} tỷ đồng", grouped(trieu / 1_000)),
        rest => format!("{} tỷ {rest:03} triệu đồng", grouped(trieu / 1_000)),
    }
}

fn half_up(amount: u128, unit: u128) -> u128 {
    amount / unit + u128::from(amount % unit >= unit / 2)
}

fn grouped(number: u128) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3 + 1);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push('.');
        }
        out.push(digit);
    }
    out
}
