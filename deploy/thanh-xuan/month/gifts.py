"""Tết gifts: four sources, five groups, eleven wards; 11 854 gifts worth 10 287 million.

The quantities per unit value are the fixtures of the reference; which source and group each belongs to is invented.
"""

import datetime

from .book import OCCASION, WARDS, body, working_days
from .dice import Dice, uneven

PROGRAMMES = {
    "central": "qua-tet-2023-trung-uong",
    "city": "qua-tet-2023-thanh-pho",
    "district": "qua-tet-2023-quan",
    "social_org": "qua-tet-2023-xa-hoi",
}
HOUSEHOLDS = {"near_poor_household", "hardship_household"}

# (source, group, unit value, quantity)
MIX = [
    ("city", "meritorious_person", 2_000_000, 1_600),
    ("district", "meritorious_person", 1_000_000, 1_200),
    ("district", "hardship_household", 1_000_000, 1_300),
    ("city", "near_poor_household", 1_000_000, 300),
    ("city", "social_protection", 1_000_000, 1_400),
    ("social_org", "elderly", 1_000_000, 800),
    ("city", "elderly", 500_000, 1_554),
    ("social_org", "hardship_household", 500_000, 600),
    ("social_org", "near_poor_household", 500_000, 400),
    ("central", "meritorious_person", 300_000, 2_200),
    ("social_org", "social_protection", 300_000, 500),
]
APPROVED = datetime.date(2022, 12, 20)
# the city asked for delivery before 13/01; what organisations gave went on to the last working day before Tết
BUDGET_DAYS = working_days(datetime.date(2022, 12, 26), datetime.date(2023, 1, 12))
SOCIAL_DAYS = working_days(datetime.date(2022, 12, 28), datetime.date(2023, 1, 19))


def write(book):
    """Approves one programme per source, then delivers it ward by ward."""
    for source, programme in PROGRAMMES.items():
        approve(book, source, programme)
    dice = Dice("gifts")
    for source, group, unit_value, quantity in MIX:
        for place, share in zip(WARDS, uneven(dice, quantity, len(WARDS))):
            batches = uneven(dice, share, 2) if share > 130 else [share]
            for batch in batches:
                deliver(book, dice, source, group, unit_value, batch, place)


def approve(book, source, programme):
    """The approved plan of one source."""
    lines = [
        {
            "group": group,
            "recipient_kind": "household" if group in HOUSEHOLDS else "person",
            "unit_value": unit_value,
            "quantity": quantity,
        }
        for its_source, group, unit_value, quantity in MIX
        if its_source == source
    ]
    data = {"programme": programme, "occasion": OCCASION, "source": source, "lines": lines}
    book.add(body("ldtbxh"), "gift.programme_approved", APPROVED, data, case=programme, by="chinh-sach", level="public")


def deliver(book, dice, source, group, unit_value, quantity, place):
    """One delivery in one ward. The district's own programme is published by its department, the rest by the ward."""
    unit = body("ldtbxh") if source == "district" else place
    data = {"programme": PROGRAMMES[source], "occasion": OCCASION, "source": source, "group": group}
    data |= {"form": "mixed" if source == "social_org" else "cash", "unit_value": unit_value, "quantity": quantity}
    data |= {"amount": unit_value * quantity, "returned": 0}
    day = dice.pick(SOCIAL_DAYS if source == "social_org" else BUDGET_DAYS)
    case = PROGRAMMES[source]
    book.add(unit, "gift.delivered", day, data, place=[place], case=case, by="van-hoa-xa-hoi", level="public")
