//! What changes the registry, and what it refuses.

use socai_proto::{v1, view};
use socai_tlog::{BadKey, HEADER_LEN, Header, LeafIndex, SealingKey, UnitNo, UnitSeq};

use super::{Epoch, KeyEpochs, MAX_UNITS, Position, Registry, Span, Succession, Unit};
use crate::rules::{self, Breach, Breaches, Ctx};
use crate::{CivilDate, Event, Kind};

/// The rule that keeps a broker's nonces from ever being signed with a key that signs facts.
const THREE_KEYS: &str = "DESIGN §4: three keys per unit";

impl Registry {
    /// Takes a recorded event into account: nothing for most kinds, units, keys and suspensions for the ledger's own.
    ///
    /// The one way in, for the gate and for the fold, so both hold the same keys: an event that breaks any rule changes
    /// nothing and its breaches are returned. `next_seq` tells how many records a unit has in the log before
    /// this one; it is asked only when the operator replaces another unit's key.
    pub fn apply(
        &mut self,
        event: &Event<'_>,
        at: &Position,
        next_seq: impl FnOnce(UnitNo) -> UnitSeq,
    ) -> Result<(), Vec<Breach>> {
        if !Registry::is_about(event) {
            return Ok(());
        }
        let breaches = rules::check(event, at.name.unit, &Ctx::recorded(self, at));
        if !breaches.is_empty() {
            return Err(breaches);
        }
        match event.kind() {
            Kind::UnitRegistered(unit) => self.register(unit, at.leaf),
            Kind::UnitSucceeded(succession) => self.succeed(succession),
            Kind::UnitSuspended(s) => {
                self.change(s.unit, |unit| unit.suspend(effective(s.from_leaf_index, at.leaf)))
            }
            Kind::UnitResumed(s) => {
                self.change(s.unit, |unit| unit.resume(effective(s.from_leaf_index, at.leaf)))
            }
            Kind::ForkEvidenced(fork) => self.suspend_forked(fork, at.leaf),
            Kind::KeyRotated(rotation) => self.rotate(rotation, at, next_seq),
            _ => {}
        }
        Ok(())
    }

    /// Whether an event of this kind can change the registry.
    pub fn is_about(event: &Event<'_>) -> bool {
        matches!(
            event.kind(),
            Kind::UnitRegistered(_)
                | Kind::UnitSucceeded(_)
                | Kind::UnitSuspended(_)
                | Kind::UnitResumed(_)
                | Kind::ForkEvidenced(_)
                | Kind::KeyRotated(_)
        )
    }

    /// What the registry has against an event of its own kinds.
    pub(crate) fn check(&self, event: &Event<'_>, publisher: UnitNo, out: &mut Breaches) {
        match event.kind() {
            Kind::UnitRegistered(unit) => self.check_registration(unit, out),
            Kind::UnitSucceeded(s) => self.check_known(s.from, "data.from", out),
            Kind::UnitSuspended(s) => self.check_known(s.unit, "data.unit", out),
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

    fn register(&mut self, new: &view::UnitRegistered<'_>, leaf: LeafIndex) {
        let (Some(span), Ok(sealing), Ok(witnessing), Ok(transport)) = (
            span_of(new),
            key_of(new.sealing_key),
            key_of(new.witnessing_key),
            <[u8; 32]>::try_from(new.transport_key),
        ) else {
            return; // refused above: a registration that passed the rules has a date and three keys
        };
        let no = UnitNo(new.unit_no);
        if let Some(known) = self.unit_mut(no) {
            return known.begin_span(span);
        }
        self.keys.extend([transport, *sealing.as_bytes(), *witnessing.as_bytes()]);
        self.by_id.insert(new.unit_id, no);
        let index = new.unit_no as usize;
        self.by_no.resize(self.by_no.len().max(index + 1), None);
        self.by_no[index] = Some(Box::new(Unit {
            no,
            id: new.unit_id.to_owned(),
            spans: vec![span],
            successors: Vec::new(),
            transport: KeyEpochs::new(transport, leaf),
            sealing: KeyEpochs::new(sealing, leaf),
            witnessing: KeyEpochs::new(witnessing, leaf),
            suspensions: Vec::new(),
        }));
    }

    fn succeed(&mut self, succession: &view::UnitSucceeded<'_>) {
        let Ok(effective) = CivilDate::from_yyyymmdd(succession.effective) else { return };
        let whole = succession.portion() == v1::Portion::Whole;
        self.change(succession.from, |unit| {
            unit.successors.push(Succession {
                to: succession.to.to_owned(),
                whole,
                effective,
                legal: succession.legal.to_owned(),
            });
            if whole {
                unit.end_before(effective);
            }
        });
    }

    fn suspend_forked(&mut self, fork: &view::ForkEvidenced<'_>, leaf: LeafIndex) {
        let unit = header_of(fork.first_header).and_then(|header| self.unit_mut(header.unit));
        if let Some(unit) = unit {
            unit.suspend(LeafIndex(leaf.0 + 1));
        }
    }

    /// A unit's own rotation covers what it seals next; the operator's covers what the log does not hold yet.
    fn rotate(
        &mut self,
        rotation: &view::KeyRotated<'_>,
        at: &Position,
        next_seq: impl FnOnce(UnitNo) -> UnitSeq,
    ) {
        let named = self.by_id(rotation.unit).map(|unit| unit.no);
        let whose = named.unwrap_or(at.name.unit);
        let after = UnitSeq(at.name.seq.0 + 1);
        let from_seq = if whose == at.name.unit { after } else { next_seq(whose) };
        let (Ok(key), Some(unit)) = (key_of(rotation.new_public_key), self.unit_mut(whose)) else { return };
        let made_known_at = at.leaf;
        match rotation.key() {
            v1::KeyUse::Transport => {
                unit.transport.rotate(Epoch { from_seq, made_known_at, key: *key.as_bytes() });
            }
            v1::KeyUse::Sealing => unit.sealing.rotate(Epoch { from_seq, made_known_at, key }),
            v1::KeyUse::Witnessing => unit.witnessing.rotate(Epoch { from_seq, made_known_at, key }),
            v1::KeyUse::Unspecified => return,
        }
        self.keys.insert(*key.as_bytes());
    }

    fn change(&mut self, id: &str, change: impl FnOnce(&mut Unit)) {
        if let Some(unit) = self.by_id.get(id).and_then(|no| self.unit_mut(no)) {
            change(unit);
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

/// A change of standing never reaches back: what was folded before it was known stays as it was.
fn effective(stated: u64, at: LeafIndex) -> LeafIndex {
    LeafIndex(stated.max(at.0 + 1))
}

fn key_of(bytes: &[u8]) -> Result<SealingKey, BadKey> {
    SealingKey::from_bytes(bytes.try_into().map_err(|_| BadKey::NotAPoint)?)
}

fn header_of(bytes: &[u8]) -> Option<Header> {
    Header::decode(<&[u8; HEADER_LEN]>::try_from(bytes).ok()?).ok()
}

fn span_of(new: &view::UnitRegistered<'_>) -> Option<Span> {
    let to = match new.valid_to {
        None => None,
        Some(number) => Some(CivilDate::from_yyyymmdd(number).ok()?),
    };
    Some(Span {
        from: CivilDate::from_yyyymmdd(new.valid_from).ok()?,
        to,
        code: new.code.to_owned(),
        name: new.name.to_owned(),
        unit_type: new.r#type(),
        parent: Some(new.parent.to_owned()).filter(|parent| !parent.is_empty()),
    })
}
