//! What the registry refuses: numbers, ids and keys that would confuse units.

use socai_proto::view;
use socai_tlog::UnitNo;

use super::change::{header_of, key_of};
use super::{MAX_UNITS, Registry, Unit};
use crate::rules::Breaches;
use crate::{Event, Kind};

/// The rule that keeps a broker's nonces from ever being signed with a key that signs facts.
const THREE_KEYS: &str = "a unit's transport, sealing and witnessing keys differ";

impl Registry {
    /// What the registry has against an event of its own kinds.
    #[inline]
    pub(crate) fn check(&self, event: &Event<'_>, publisher: UnitNo, out: &mut Breaches) {
        let is_own = matches!(
            event.kind(),
            Kind::UnitRegistered(_)
                | Kind::UnitSucceeded(_)
                | Kind::UnitSuspended(_)
                | Kind::UnitResumed(_)
                | Kind::ForkEvidenced(_)
                | Kind::KeyRotated(_)
        );
        if is_own {
            self.check_own(event, publisher, out);
        }
    }

    fn check_own(&self, event: &Event<'_>, publisher: UnitNo, out: &mut Breaches) {
        match event.kind() {
            Kind::UnitRegistered(unit) => self.check_registration(unit, out),
            Kind::UnitSucceeded(s) => self.check_known(s.from, "data.from", out),
            Kind::UnitSuspended(s) => self.check_suspension(s.unit, out),
            Kind::UnitResumed(s) => self.check_resumption(s, out),
            Kind::ForkEvidenced(fork) => self.check_fork(fork, out),
            Kind::KeyRotated(rotation) => self.check_rotation(rotation, publisher, out),
            _ => {}
        }
    }

    fn check_known(&self, id: &str, field: &'static str, out: &mut Breaches) {
        if self.by_id(id).is_none() {
            out.add(
                field,
                "unknown_unit",
                format!("Đơn vị `{id}` chưa được đăng ký trong sổ cái này"),
                format!("unit `{id}` is not registered in this ledger"),
            );
        }
    }

    fn check_registration(&self, new: &view::UnitRegistered<'_>, out: &mut Breaches) {
        if new.unit_no >= MAX_UNITS {
            out.add(
                "data.unit_no",
                "out_of_range",
                format!("Số đơn vị phải nhỏ hơn {MAX_UNITS}"),
                format!("unit numbers run below {MAX_UNITS}"),
            );
        }
        let holder = self.unit(UnitNo(new.unit_no));
        if let Some(holder) = holder.filter(|holder| holder.id != new.unit_id) {
            out.add(
                "data.unit_no",
                "number_taken",
                format!("Số {} đã thuộc về `{}`; số đơn vị không dùng lại", new.unit_no, holder.id),
                format!("number {} belongs to `{}`; numbers are never reused", new.unit_no, holder.id),
            );
        }
        if let Some(other) = self.by_id(new.unit_id).filter(|other| other.no.0 != new.unit_no) {
            out.add(
                "data.unit_id",
                "id_taken",
                format!("`{}` đã đăng ký với số {}", new.unit_id, other.no),
                format!("`{}` is registered as number {}", new.unit_id, other.no),
            );
        }
        if new.parent == new.unit_id {
            out.add(
                "data.parent",
                "own_parent",
                "Đơn vị không thể là cấp trên của chính nó",
                "a unit is not its own parent",
            );
        }
        match holder {
            Some(holder) if holder.id == new.unit_id => check_same_keys(holder, new, out),
            _ => self.check_new_keys(new, out),
        }
    }

    fn check_new_keys(&self, new: &view::UnitRegistered<'_>, out: &mut Breaches) {
        let keys = [
            ("data.transport_key", new.transport_key),
            ("data.sealing_key", new.sealing_key),
            ("data.witnessing_key", new.witnessing_key),
        ];
        for (i, (field, key)) in keys.iter().enumerate() {
            self.check_new_key(field, key, out);
            if keys[..i].iter().any(|(_, earlier)| earlier == key) {
                out.add(
                    *field,
                    "key_reused",
                    "Ba khóa của một đơn vị phải khác nhau",
                    "the three keys of a unit must differ",
                )
                .by(THREE_KEYS);
            }
        }
    }

    /// A key is a strong point of the curve, and nobody's key already.
    fn check_new_key(&self, field: &'static str, bytes: &[u8], out: &mut Breaches) {
        match key_of(bytes) {
            Err(error) => {
                let vi = "Khóa không hợp lệ hoặc yếu; hãy tạo khóa mới";
                out.add(field, "weak_key", vi, error.to_string()).by("RFC 8032 §5.1.3");
            }
            Ok(key) if self.keys.contains(key.as_bytes()) => {
                out.add(
                    field,
                    "key_reused",
                    "Khóa này đã được đăng ký; mỗi khóa chỉ dùng cho một việc của một đơn vị",
                    "this key is registered already; a key serves one use of one unit",
                )
                .by(THREE_KEYS);
            }
            Ok(_) => {}
        }
    }

    fn check_suspension(&self, id: &str, out: &mut Breaches) {
        self.check_known(id, "data.unit", out);
        if self.by_id(id).is_some_and(|unit| unit.no == UnitNo::OPERATOR) {
            let (vi, en) = ("Đơn vị vận hành không bị đình chỉ", "the operator is not suspended");
            out.add("data.unit", "operator", vi, en);
        }
    }

    fn check_resumption(&self, resumed: &view::UnitResumed<'_>, out: &mut Breaches) {
        match self.by_id(resumed.unit) {
            None => self.check_known(resumed.unit, "data.unit", out),
            Some(unit) if !unit.is_suspended() => {
                let vi = format!("Đơn vị `{}` không bị đình chỉ", unit.id);
                out.add("data.unit", "not_suspended", vi, format!("unit `{}` is not suspended", unit.id));
            }
            Some(_) => {}
        }
    }

    fn check_rotation(&self, rotation: &view::KeyRotated<'_>, publisher: UnitNo, out: &mut Breaches) {
        self.check_new_key("data.new_public_key", rotation.new_public_key, out);
        let named = Some(rotation.unit).filter(|id| !id.is_empty());
        let own = self.unit(publisher).map(|unit| unit.id.as_str());
        match named {
            Some(id) if Some(id) != own && publisher != UnitNo::OPERATOR => {
                out.add(
                    "data.unit",
                    "operator_only",
                    "Chỉ đơn vị vận hành được thay khóa của đơn vị khác",
                    "only the operator replaces the key of another unit",
                );
            }
            Some(id) => self.check_known(id, "data.unit", out),
            None if own.is_none() => {
                out.add(
                    "data.unit",
                    "unknown_unit",
                    "Đơn vị gửi chưa được đăng ký",
                    "the publisher is not registered",
                );
            }
            None => {}
        }
    }

    /// The evidence names one known unit and one place with two links. Its signatures need the ledger's origin and are verified by
    /// the gate that writes it and by the audit.
    fn check_fork(&self, fork: &view::ForkEvidenced<'_>, out: &mut Breaches) {
        let headers = (header_of(fork.first_header), header_of(fork.second_header));
        let (Some(first), Some(second)) = headers else {
            out.add(
                "data.first_header",
                "not_a_header",
                "Tiêu đề bản ghi không đọc được",
                "a record header is unreadable",
            );
            return;
        };
        if first.name() != second.name() || fork.first_header == fork.second_header {
            out.add(
                "data.second_header",
                "no_fork",
                "Hai tiêu đề phải cùng đơn vị, cùng số thứ tự và khác nhau",
                "the two headers must have the same unit and seq and differ",
            );
        }
        if self.unit(first.unit).is_none() {
            let (vi, en) =
                (format!("Không có đơn vị số {}", first.unit), format!("there is no unit {}", first.unit));
            out.add("data.first_header", "unknown_unit", vi, en);
        }
    }
}

/// Registering a known unit again begins a new span of names; keys change by rotation only.
fn check_same_keys(holder: &Unit, new: &view::UnitRegistered<'_>, out: &mut Breaches) {
    let same = new.transport_key[..] == holder.transport.newest()
        && new.sealing_key[..] == *holder.sealing.newest().as_bytes()
        && new.witnessing_key[..] == *holder.witnessing.newest().as_bytes();
    if !same {
        out.add(
            "data.sealing_key",
            "keys_changed",
            "Đăng ký lại phải giữ nguyên khóa; thay khóa bằng `key.rotated`",
            "a new registration keeps the unit's keys; replace them by `key.rotated`",
        );
    }
}
