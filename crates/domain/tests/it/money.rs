//! Money never wraps.

use proptest::prelude::*;
use socai_domain::Dong;

#[test]
fn sums_beyond_64_bits_are_none() {
    assert_eq!(Dong(i64::MAX).checked_add(Dong(1)), None);
    assert_eq!(Dong(i64::MIN).checked_sub(Dong(1)), None);
    assert_eq!(Dong(i64::MIN).checked_neg(), None);
    assert_eq!(Dong(i64::MAX).checked_times(2), None);
    assert_eq!(Dong::checked_sum([Dong(i64::MAX), Dong(1), Dong(-1)]), None, "never by luck of the order");
}

#[test]
fn the_reference_gifts_multiply_exactly() {
    assert_eq!(Dong(2_000_000).checked_times(11_854), Some(Dong(23_708_000_000)));
    assert_eq!(Dong(-43_570_000).to_string(), "-43570000");
}

proptest! {
    #[test]
    fn adding_then_subtracting_gives_the_same_amount(a in any::<i32>(), b in any::<i32>()) {
        let (a, b) = (Dong(a as i64), Dong(b as i64));
        prop_assert_eq!(a.checked_add(b).and_then(|sum| sum.checked_sub(b)), Some(a));
    }
}
