"""Estimates, daily postings and the comparatives of 2022.

Totals are exact to the đồng. Some postings are negative (refunds, recovered advances), and some of January still
belong to the fiscal year 2022, which the figures must leave out.
"""

import datetime

from .book import BODIES, FISCAL_YEAR, MONTH_DAYS, OCCASION, TO, WARDS, body
from .dice import Dice, split, uneven

MILLION = 1_000_000
REVENUE = 1_005_123 * MILLION
EXPENDITURE = 107_944 * MILLION
REFUNDS = [-812_400_000, -145_733_250, -96_018_500]
ADVANCES_RECOVERED = [-420_000_000, -87_500_000]

# category: (share of the rest in per mille, postings, sub-item of the state budget index, collector)
REVENUE_MIX = {
    "vat": (214, 22, "1701", "tax"),
    "cit_nonstate": (146, 20, "1052", "tax"),
    "pit": (118, 22, "1001", "tax"),
    "registration_fee": (92, 22, None, "tax"),
    "nonagri_land_tax": (6, 8, None, "tax"),
    "land_use_fee": (301, 7, "1401", "treasury"),
    "land_rent": (51, 5, None, "treasury"),
    "ecommerce": (12, 6, None, "tax"),
    "fees": (27, 20, None, "treasury"),
    "other": (33, 8, None, "treasury"),
}

ESTIMATES = [
    ("revenue", "city", 5_711_000 * MILLION, datetime.date(2022, 12, 12)),
    ("expenditure", "city", 1_190_500 * MILLION, datetime.date(2022, 12, 12)),
    ("expenditure", "council", 1_190_500 * MILLION, datetime.date(2022, 12, 20)),
]
BASELINES = [("NS.01", 925_442 * MILLION), ("NS.02", 104_385 * MILLION)]


def write(book, fines_by_day):
    """Writes the budget of the month; fines posted are exactly the payments the treasury took in."""
    estimates(book)
    revenue(book, fines_by_day)
    expenditure(book)
    for indicator, value in BASELINES:
        baseline(book, body("tckh"), indicator, value, "VND")


def estimates(book):
    """The estimates of 2023, assigned in December 2022 by the city and decided by the district council."""
    for direction, authority, amount, day in ESTIMATES:
        data = {"fiscal_year": FISCAL_YEAR, "direction": direction, "authority": authority, "action": "assign"}
        data |= {"amount": amount, "decision": f"{authority}-{FISCAL_YEAR}.gia-dinh"}
        book.add(body("tckh"), "budget.estimate_set", day, data, by="ngan-sach", level="public")


def baseline(book, unit, indicator, value, measure):
    """The same period of 2022, from before the ledger existed."""
    data = {"indicator": indicator, "period_from": "2022-01-01", "period_to": "2022-02-08", "value": value}
    data |= {"unit_of_measure": measure, "source_doc": "báo cáo cùng kỳ năm 2022 (số giả định)"}
    book.add(unit, "baseline.declared", TO, data, by="tong-hop", level="public")


def revenue(book, fines_by_day):
    """State revenue collected on the territory; tax office and treasury post what they collect."""
    dice, vouchers = Dice("revenue"), {}
    rest = REVENUE - sum(fines_by_day.values()) - sum(REFUNDS)
    shares = split(rest, [mix[0] for mix in REVENUE_MIX.values()])
    postings = [(day, "fines", None, "treasury", amount) for day, amount in sorted(fines_by_day.items())]
    for (category, (_, count, sub_item, collector)), share in zip(REVENUE_MIX.items(), shares):
        days = sorted(dice.shuffled(MONTH_DAYS)[:count])
        postings += [(day, category, sub_item, collector, amount) for day, amount in zip(days, uneven(dice, share, count))]
    for amount in REFUNDS:
        postings.append((dice.pick(MONTH_DAYS[8:]), "vat", "1701", "tax", amount))
    for day, category, sub_item, collector, amount in sorted(postings, key=lambda row: (row[0], row[1], row[4])):
        unit = body("thue" if collector == "tax" else "kbnn")
        vouchers[unit] = vouchers.get(unit, 0) + 1
        data = {"fiscal_year": FISCAL_YEAR, "category": category}
        data |= {"sub_item": sub_item} if sub_item else {}
        data |= {"amount": amount, "voucher": f"GNT-{vouchers[unit]:03}", "collector": collector}
        book.add(unit, "budget.revenue_posted", day, data, by="ke-toan")


def gift_spending(book):
    """What the three budgets paid for Tết gifts: the sum of what the month's files say was delivered from them."""
    totals = {}
    for page in book.pages.values():
        for _, _, event in page:
            if event["kind"] == "gift.delivered" and event["data"]["occasion"] == OCCASION:
                source = event["data"]["source"]
                totals[source] = totals.get(source, 0) + event["data"]["amount"]
    return [totals[source] for source in ("central", "city", "district")]


def expenditure(book):
    """Spending of the district budget: gifts, the wards and bodies, investment, and what nobody planned."""
    dice, postings = Dice("expenditure"), []

    def post(unit, nature, amount, *, day=None, unplanned=False, stage="final", year=FISCAL_YEAR):
        postings.append((day or dice.pick(MONTH_DAYS), unit, nature, unplanned, stage, amount, year))

    gifts = gift_spending(book)
    unplanned = [1_250_000_000, 386_500_000, 214_000_000]
    for amount in gifts:
        post(body("ldtbxh"), "recurrent", amount, day=MONTH_DAYS[4])
    for amount, unit in zip(unplanned, [body("yte"), body("ca"), body("qldt")]):
        post(unit, "contingency", amount, unplanned=True)
    for amount in ADVANCES_RECOVERED:
        post(body("qlda"), "capital", amount, day=MONTH_DAYS[-3], stage="recovery")
    rest = EXPENDITURE - sum(gifts) - sum(unplanned) - sum(ADVANCES_RECOVERED)
    investment, recurrent = split(rest, [34, 66])
    for number, amount in enumerate(uneven(dice, investment, 12)):
        post(body("qlda" if number % 3 else "gpmb"), "capital", amount, stage="advance" if number % 4 == 0 else "final")
    spenders = WARDS * 3 + BODIES + [body("gddt")] * 6
    for unit, amount in zip(spenders, uneven(dice, recurrent, len(spenders), 20, 180)):
        post(unit, "recurrent", amount)
    for unit in (body("qlda"), body("gddt"), WARDS[2]):  # the adjustment window of 2022 ends on 31/01/2023
        post(unit, "recurrent", dice.between(20, 900) * MILLION, day=dice.pick(MONTH_DAYS[:12]), year=FISCAL_YEAR - 1)

    for number, row in enumerate(sorted(postings, key=lambda row: (row[0], row[1], row[5])), 1):
        day, unit, nature, is_unplanned, stage, amount, year = row
        data = {"fiscal_year": year, "spending_unit": unit, "nature": nature, "unplanned": is_unplanned}
        data |= {"stage": stage, "amount": amount, "voucher": f"LCT-{number:03}"}
        book.add(body("kbnn"), "budget.expenditure_posted", day, data, by="ke-toan")
