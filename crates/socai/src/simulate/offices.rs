//! Who publishes: the operator, fourteen bodies of the district, and its wards.

use anyhow::{Context as _, Result, bail};
use socai_district::UnitSpec;
use socai_domain::CivilDate;
use socai_tlog::UnitNo;

use crate::demo::reference;

/// Finance and planning.
pub const FINANCE: UnitNo = UnitNo(12);
/// The tax office.
pub const TAX: UnitNo = UnitNo(13);
/// The treasury.
pub const TREASURY: UnitNo = UnitNo(14);
/// The management board of projects.
pub const PROJECTS: UnitNo = UnitNo(15);
/// The board of site clearance.
pub const CLEARANCE: UnitNo = UnitNo(16);
/// Urban management.
pub const URBAN: UnitNo = UnitNo(17);
/// The police.
pub const POLICE: UnitNo = UnitNo(18);
/// Labour and social affairs.
pub const SOCIAL: UnitNo = UnitNo(19);
/// The health centre.
pub const HEALTH: UnitNo = UnitNo(20);
/// Culture and information.
pub const CULTURE: UnitNo = UnitNo(21);
/// Education.
pub const EDUCATION: UnitNo = UnitNo(22);
/// The military command.
pub const MILITARY: UnitNo = UnitNo(23);
/// The office of the council and the committee.
pub const OFFICE: UnitNo = UnitNo(24);
/// The inspectorate.
pub const INSPECTORATE: UnitNo = UnitNo(25);

/// Bodies besides the operator; the rest of the units are wards.
const BODIES: u32 = 14;
/// Wards of the reference district.
const WARDS: u32 = 11;

/// A ward's place in the list; what it is called may change during the year.
pub type Ward = usize;

/// The units of a year.
#[derive(Clone, Debug)]
pub struct Offices {
    /// The operator's registration.
    pub operator: UnitSpec,
    /// Bodies and wards as they are registered at the beginning.
    pub units: Vec<UnitSpec>,
    wards: Vec<UnitSpec>,
    /// The ward that another unit continues, from when, and that unit.
    heir: Option<(Ward, CivilDate, UnitSpec)>,
}

impl Offices {
    /// So many units besides the operator: every body, and as many wards as are left; one ward becomes another unit on `changes_on`.
    ///
    /// # Errors
    /// The number leaves no ward, or is more than a ledger has numbers for.
    pub fn new(units: u32, changes_on: Option<CivilDate>) -> Result<Offices> {
        if !(BODIES + 1..=1_000).contains(&units) {
            bail!("--units {units}: {BODIES} district bodies and at least one ward, at most 1000 units");
        }
        let wanted = units - BODIES;
        let all = reference::units()?;
        let operator = all.iter().find(|spec| spec.is_operator()).context("the operator")?.clone();
        let is_body = |spec: &&UnitSpec| spec.unit_no > WARDS;
        let mut wards: Vec<UnitSpec> =
            all.iter().filter(|spec| (1..=WARDS.min(wanted)).contains(&spec.unit_no)).cloned().collect();
        let template = wards.first().context("a ward")?.clone();
        wards.extend((WARDS + 1..=wanted).map(|number| UnitSpec {
            unit_no: number + BODIES,
            unit_id: format!("hn.tx.phuong-{number}.1"),
            code: format!("{:05}", 90_000 + number),
            name: format!("Phường số {number}"),
            ..template.clone()
        }));
        let mut units: Vec<UnitSpec> = wards.clone();
        units.extend(all.iter().filter(is_body).cloned());
        units.sort_by_key(|spec| spec.unit_no);
        let next = units.iter().map(|spec| spec.unit_no).max().unwrap_or_default() + 1;
        let heir = changes_on.map(|from| {
            let ward = wards.len() - 1;
            let old = &wards[ward];
            let unit_id = format!("{}2", old.unit_id.trim_end_matches('1'));
            let spec = UnitSpec { unit_no: next, unit_id, valid_from: from.to_string(), ..old.clone() };
            (ward, from, spec)
        });
        Ok(Offices { operator, units, wards, heir })
    }

    /// How many wards there are.
    pub fn wards(&self) -> usize {
        self.wards.len()
    }

    /// The unit that a ward is on a day.
    pub fn ward(&self, ward: Ward, on: CivilDate) -> &UnitSpec {
        match &self.heir {
            Some((changes, from, spec)) if *changes == ward && *from <= on => spec,
            _ => &self.wards[ward],
        }
    }

    /// The unit that is succeeded, from when, and by whom.
    pub fn succession(&self) -> Option<(&UnitSpec, CivilDate, &UnitSpec)> {
        self.heir.as_ref().map(|(ward, from, spec)| (&self.wards[*ward], *from, spec))
    }
}
