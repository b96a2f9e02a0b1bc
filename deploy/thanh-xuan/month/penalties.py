"""Violations, decisions and their payment.

The mixes are the fixtures of the reference: 63 cases and 83 million in urban and traffic order, 19 cases and
43.75 million in food safety. Amounts are the middle of a bracket. Brackets are data for tests, not legal advice.
"""

import datetime

from .book import DISTRICT, MONTH_DAYS, TO, WARDS, after, body, slug
from .dice import Dice

ROAD, FOOD, BUILDING, FIRE = "100/2019/NĐ-CP", "115/2018/NĐ-CP", "16/2022/NĐ-CP", "144/2021/NĐ-CP"
ON_THE_SPOT_DAYS = [day for day in MONTH_DAYS if day <= datetime.date(2023, 2, 7)]
LATE_INTEREST_PER_10_000_A_DAY = 5  # 0.05 %/day, Law on Handling of Administrative Violations Article 78
COMPLY_DAYS = 10  # Articles 68.2 and 73


class Act:
    """One act of one field: its bracket, the usual subject and what the decision orders besides money."""

    def __init__(self, field, code, low, high, subject_kind="individual", remedies=()):
        self.field, self.code, self.low, self.high = field, code, low, high
        self.subject_kind, self.remedies = subject_kind, list(remedies)
        self.amount = (low + high) // 2


VENDING = Act("urban_order", f"{ROAD}:12.1", 100_000, 200_000)
PAVEMENT = Act("urban_order", f"{ROAD}:12.5", 2_000_000, 3_000_000, remedies=["restore_original_state"])
PAVEMENT_ORG = Act("urban_order", f"{ROAD}:12.4", 1_000_000, 2_000_000, "organisation", ["restore_original_state"])
ROADSIDE = Act("urban_order", f"{ROAD}:12.4", 500_000, 1_000_000)
TRAFFIC = Act("traffic_order", f"{ROAD}:12.4", 500_000, 1_000_000)
STREET_FOOD = Act("food_safety", f"{FOOD}:16.1", 500_000, 1_000_000)
FOOD_LIGHT = Act("food_safety", f"{FOOD}:16.2", 1_000_000, 3_000_000)
FOOD_MEDIUM = Act("food_safety", f"{FOOD}:15.1", 3_000_000, 5_000_000)
FOOD_HEAVY = Act("food_safety", f"{FOOD}:15.2", 5_000_000, 7_000_000)
SITE_DUST = Act("construction", f"{BUILDING}:16.1", 3_000_000, 5_000_000)
SITE_DUST_LARGE = Act("construction", f"{BUILDING}:16.1.b", 15_000_000, 20_000_000)
FIRE_LIGHT = Act("fire", f"{FIRE}:29.2", 300_000, 500_000)
FIRE_EXIT = Act("fire", f"{FIRE}:33.2", 500_000, 1_000_000)

WARD_URBAN = [VENDING] * 20 + [ROADSIDE] * 6 + [PAVEMENT_ORG] * 3 + [PAVEMENT] * 26
WARD_FOOD = [STREET_FOOD] * 5 + [FOOD_LIGHT] * 10 + [FOOD_MEDIUM] * 2
POLICE = [TRAFFIC] * 8 + [FIRE_LIGHT] * 2 + [FIRE_EXIT]
BUILDING_CASES = [SITE_DUST] * 3 + [SITE_DUST_LARGE]


class Office:
    """Who records, who decides and under whose name the documents are numbered."""

    def __init__(self, unit, issuer, level, signer, by):
        self.unit, self.issuer, self.level, self.signer, self.by = unit, issuer, level, signer, by
        self.dice, self.opened = Dice(f"penalties/{unit}"), 0

    def open_case(self):
        """The next case key of this office."""
        self.opened += 1
        return f"xp-{slug(self.unit)}-2023-{self.opened}"


def offices():
    """Every office that decides fines in the month."""
    by_unit = {unit: Office(unit, unit, "ward", "chu-tich-ubnd-phuong", "tu-phap") for unit in WARDS}
    for short, issuer, level, signer in [
        ("yte", DISTRICT, "district", "chu-tich-ubnd-quan"),
        ("qldt", DISTRICT, "district", "chu-tich-ubnd-quan"),
        ("ca", body("ca"), "police", "truong-cong-an-quan"),
    ]:
        by_unit[body(short)] = Office(body(short), issuer, level, signer, "tong-hop")
    return by_unit


def write(book):
    """Writes every violation of the month in order of day. Returns the cases an inspection found, and fines paid by day."""
    by_unit, inspected, decided = offices(), [], []
    for day, unit, act, place in sorted(planned(), key=lambda row: row[0]):
        found = inspected if act.field in ("food_safety", "fire") else None
        decided.append(sanction(book, by_unit[unit], act, place, day, found))
    for unit in WARDS[::2]:
        office = by_unit[unit]
        record(book, office, PAVEMENT, unit, MONTH_DAYS[-2], office.open_case(), office.dice.token())
    return inspected, pay(book, decided)


def planned():
    """Who meets which violation where: (day, publishing unit, act, place). Days leave time for the decision."""
    dice = Dice("penalties")
    for number, act in enumerate(dice.shuffled(WARD_URBAN)):
        unit = WARDS[number % len(WARDS)]
        yield dice.pick(ON_THE_SPOT_DAYS if act is VENDING else MONTH_DAYS[:18]), unit, act, unit
    for number, act in enumerate(dice.shuffled(WARD_FOOD)):
        unit = WARDS[number * 2 % len(WARDS)]
        yield dice.pick(MONTH_DAYS[:17]), unit, act, unit
    for short, acts, last in [("yte", [FOOD_HEAVY] * 2, 15), ("ca", POLICE, 18), ("qldt", BUILDING_CASES, 15)]:
        for act in acts:
            yield dice.pick(MONTH_DAYS[:last]), body(short), act, dice.pick(WARDS)


def record(book, office, act, place, day, case, subject):
    """The record of a violation (biên bản)."""
    data = {"field": act.field, "acts": [act.code], "subject_kind": act.subject_kind, "subject": subject}
    book.numbered_add(
        "record_no", office.issuer, "BB-VPHC", "nguoi-lap-bien-ban", office.unit, "violation.recorded", day,
        data | {"transferred": False}, place=[place], case=case, by=office.by,
    )


def sanction(book, office, act, place, day, inspected=None):
    """A case from its record to its decision; on the spot there is no record. Returns what payment needs to know."""
    case, subject, on_the_spot = office.open_case(), office.dice.token(), act is VENDING
    if inspected is not None:
        inspected.append((office.unit, act, place, day, case))
    if not on_the_spot:
        record(book, office, act, place, day, case, subject)
        day = after(day, office.dice.between(1, 4))  # Article 66 gives seven working days
    assert day <= TO, (case, day)
    line = {"act": act.code, "bracket_min": act.low, "bracket_max": act.high, "amount": act.amount, "factors": []}
    data = {
        "field": act.field, "lines": [line], "form": "fine", "total": act.amount, "signer_level": office.level,
        "subject_kind": act.subject_kind, "on_the_spot": on_the_spot,
        "due_on": (day + datetime.timedelta(COMPLY_DAYS)).isoformat(), "remedies": act.remedies,
    }
    book.numbered_add(
        "decision_no", office.issuer, "QĐ-XPHC", office.signer, office.unit, "penalty.decided", day, data,
        place=[place], case=case, by=office.by,
    )
    return day, act.amount, case, place, on_the_spot


def pay(book, decided):
    """Payments at the treasury: most within ten days, one late with interest, the newest not yet. By day: the sum."""
    dice, by_day, voucher, late_done = Dice("payments"), {}, 0, False
    for day, amount, case, place, on_the_spot in sorted(decided, key=lambda row: (row[0], row[2])):
        paid_on, interest = after(day, 1 if on_the_spot else dice.between(1, 6)), 0
        if not late_done and amount == PAVEMENT.amount:
            late_done, paid_on = True, MONTH_DAYS[13]
            days_late = (paid_on - day).days - COMPLY_DAYS
            assert days_late > 0, (case, day, paid_on)
            interest = amount * days_late * LATE_INTEREST_PER_10_000_A_DAY // 10_000
        if paid_on > TO:
            continue
        voucher += 1
        data = {"amount": amount, "late_interest": interest, "voucher": f"BLP-{voucher:03}"}
        book.add(body("kbnn"), "penalty.payment_received", paid_on, data, place=[place], case=case, by="giao-dich")
        by_day[paid_on] = by_day.get(paid_on, 0) + amount + interest
    return by_day
