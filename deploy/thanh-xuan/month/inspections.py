"""Visits to food establishments (452), private health facilities, relics and fire-safety facilities.

A visit that found a violation carries the case key of that violation: it is how the file says they belong together.
"""

from .book import MONTH_DAYS, WARDS, body
from .dice import Dice
from .penalties import STREET_FOOD

FOOD_VISITS = 452
FOOD_VISITS_OF_THE_HEALTH_CENTRE = 67
FOOD_KINDS = ["food_production", "food_processing", "food_trade", "catering", "street_food"]
BEFORE_TET = MONTH_DAYS[:13]  # most food visits are made before the holiday
OTHER_VISITS = [
    ("private_health_pharma", "yte", 23, ["pharmacy", "clinic"]),
    ("relic", "vhtt", 14, ["relic"]),
    ("fire", "ca", 96, ["apartment_building", "market", "fire_safety_facility"]),
]


def write(book, found):
    """Writes every visit; `found` lists the violations (unit, act, place, day, case) that visits led to."""
    food_found = [row for row in found if row[1].field == "food_safety"]
    fire_found = [row for row in found if row[1].field == "fire"]
    for unit, act, place, day, case in food_found + fire_found:
        kind = "fire_safety_facility" if act.field == "fire" else "street_food" if act is STREET_FOOD else "catering"
        visit(book, Dice(f"found/{case}"), unit, act.field, day, place, kind, case)
    by_centre = sum(1 for row in food_found if row[0] == body("yte"))
    by_wards = len(food_found) - by_centre
    food_visits_of_wards(book, FOOD_VISITS - FOOD_VISITS_OF_THE_HEALTH_CENTRE - by_wards)
    dice = Dice("food/yte")
    for _ in range(FOOD_VISITS_OF_THE_HEALTH_CENTRE - by_centre):
        visit(book, dice, body("yte"), "food_safety", dice.pick(BEFORE_TET), dice.pick(WARDS), dice.pick(FOOD_KINDS))
    for field, short, count, kinds in OTHER_VISITS:
        dice = Dice(f"visits/{field}")
        for _ in range(count - (len(fire_found) if field == "fire" else 0)):
            visit(book, dice, body(short), field, dice.pick(MONTH_DAYS), dice.pick(WARDS), dice.pick(kinds))


def food_visits_of_wards(book, count):
    """The wards' own visits; every ninth goes back to an establishment seen before."""
    dice, seen = Dice("food/wards"), {unit: [] for unit in WARDS}
    for number in range(count):
        unit = WARDS[number % len(WARDS)]
        again = seen[unit] and number % 9 == 0
        facility = dice.pick(seen[unit]) if again else dice.token()
        seen[unit].append(facility)
        day = dice.pick(BEFORE_TET if number % 3 else MONTH_DAYS)
        visit(book, dice, unit, "food_safety", day, unit, dice.pick(FOOD_KINDS), facility=facility)


def visit(book, dice, unit, field, day, place, facility_kind, case=None, facility=None):
    """One visit: it ends in a violation when it opened a case, else mostly well."""
    result = "violation" if case else "shortcomings" if dice.below(10) == 0 else "pass"
    samples = dice.between(1, 3) if field == "food_safety" and dice.below(8) == 0 else 0
    data = {
        "field": field, "facility": facility or dice.token(), "facility_kind": facility_kind,
        "planned": dice.below(4) != 0, "lead_unit": unit,
        "participants": [body("qldt")] if field == "food_safety" and unit != place and dice.below(3) == 0 else [],
        "result": result, "shortcomings": 0 if result == "pass" else dice.between(1, 3), "suspension": "none",
        "samples_taken": samples, "samples_failed": 0,
    }
    book.add(unit, "inspection.conducted", day, data, place=[place], case=case, by="doan-kiem-tra")
