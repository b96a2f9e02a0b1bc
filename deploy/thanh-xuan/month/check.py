"""Recomputes every printed figure from the files alone, without the generator, and looks for what a reader would find odd."""

import json
import unicodedata

from .book import FROM, HERE, OCCASION, TO, WARDS, body, registry


def events(folder):
    """Every event of every file."""
    found = []
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            event = json.loads(line)
            assert event["unit"] == path.stem, f"{path.name} holds an event of {event['unit']}"
            found.append(event)
    return found


def pct(value, base, decimals):
    """The percentage as printed: half-up from integers, trailing zeros cut, a point."""
    scaled = (2 * 100 * 10**decimals * value + base) // (2 * base)
    whole, fraction = divmod(scaled, 10**decimals)
    return f"{whole}.{fraction:0{decimals}}".rstrip("0").rstrip(".") if decimals else str(whole)


class Month:
    """The events as an auditor with a text editor would count them."""

    def __init__(self, all_events):
        self.events = all_events

    def of(self, kind, when="period", /, **fields):
        """Payloads of a kind: in the period, of the occasion (`when="occasion"`) or of any time, with these field values."""
        for event in self.events:
            data, day = event["data"], event["occurred_on"]
            if event["kind"] != kind or any(data.get(name) not in allowed for name, allowed in fields.items()):
                continue
            if when == "period" and not FROM.isoformat() <= day <= TO.isoformat():
                continue
            if when == "occasion" and data.get("occasion") != OCCASION:
                continue
            yield data

    def count(self, *args, **fields):
        return len(list(self.of(*args, **fields)))

    def total(self, field, /, *args, **fields):
        return sum(data[field] for data in self.of(*args, **fields))

    def distinct(self, names, /, *args, **fields):
        return len({tuple(data[name] for name in names) for data in self.of(*args, **fields)})

    def poisonings(self):
        """The number of food poisonings; `None` while a ward or the health centre has not declared there were none."""
        cases = self.total("cases", "incident.reported", kind=["food_poisoning"])
        declared = {e["unit"] for e in self.events if e["kind"] == "period.closed" and "YT.04" in e["data"]["nil_kinds"]}
        return cases if cases or {*WARDS, body("yte")} <= declared else None

    def estimate(self, direction, authority):
        (data,) = self.of("budget.estimate_set", "any", fiscal_year=[2023], direction=[direction], authority=[authority])
        return data["amount"]

    def programmes(self, planned):
        """What the programmes approved for the occasion plan, all together."""
        return sum(planned(line) for data in self.of("gift.programme_approved", "occasion") for line in data["lines"])

    def baseline(self, indicator):
        (data,) = self.of("baseline.declared", "any", indicator=[indicator])
        assert (data["period_from"], data["period_to"]) == ("2022-01-01", "2022-02-08")
        return data["value"]

    def values(self):
        """Indicator → value."""
        fined = {"field": ["urban_order", "traffic_order"]}
        issued = "directive.issued"
        return {
            "NS.01": self.total("amount", "budget.revenue_posted", fiscal_year=[2023]),
            "NS.02": self.total("amount", "budget.expenditure_posted", fiscal_year=[2023]),
            "DT.01": sum(len(data["works"]) for data in self.of("project.accepted", kind=["completion"])),
            "DT.02": self.count("project.appraised", doc_kind=["economic_technical_report"]),
            "GP.01": self.distinct(["plan", "round"], "clearance.stage_reached", stage=["draft_passed"]),
            "GP.01.da": self.distinct(["project"], "clearance.stage_reached", stage=["draft_passed"]),
            "TT.01": self.count("penalty.decided", **fined),
            "TT.02": self.total("total", "penalty.decided", **fined),
            "TT.03": self.count("activity.held", "occasion", kind=["spring_flower_market"]),
            "GD.01": self.count("activity.held", kind=["term_review"]),
            "GD.02": self.count("activity.held", kind=["competition"]),
            "AS.01": self.total("quantity", "gift.delivered", "occasion") - self.total("returned", "gift.delivered", "occasion"),
            "AS.02": self.total("amount", "gift.delivered", "occasion"),
            "AS.03": self.distinct(["source"], "gift.delivered", "occasion"),
            "AS.04": self.distinct(["group"], "gift.delivered", "occasion"),
            "YT.01": self.count("inspection.conducted", field=["food_safety"]),
            "YT.02": self.count("penalty.decided", field=["food_safety"]),
            "YT.03": self.total("total", "penalty.decided", field=["food_safety"]),
            "YT.04": self.poisonings(),
            "YT.06": self.total("visits", "health.visits_reported", kind=["curative"]),
            "YT.07": self.total("visits", "health.visits_reported", kind=["preventive"]),
            "QS.02": self.count("activity.held", "occasion", kind=["fireworks"]),
            "QS.03": self.total("count", "conscription.handed_over", year=[2023]),
            "HC.00": sum(unit["type"] == "ward" and unit["valid_from"] <= TO.isoformat() <= unit["valid_to"] for unit in registry()),
            "CD.00": self.count(issued, **{"class": ["task_group"]}),
            "CD.02.ct": self.count(issued, "any", **{"class": ["programme"]}),
            "CD.02.da": self.count(issued, "any", **{"class": ["scheme"]}),
            "CD.02.kh": self.count(issued, "any", **{"class": ["plan"]}),
            "CD.03": self.count(issued, **{"class": ["clearance_project"]}),
        }

    def percentages(self, values):
        """Indicator → (against plans, against the same period of 2022)."""
        quota = self.total("quota", "conscription.quota_set", "any", authority=["city"], year=[2023])
        plans = {
            "NS.01": {"city": pct(values["NS.01"], self.estimate("revenue", "city"), 2)},
            "NS.02": {by: pct(values["NS.02"], self.estimate("expenditure", by), 2) for by in ("city", "council")},
            "QS.03": {"city": pct(values["QS.03"], quota, 0)},
            "AS.01": {"programme": pct(values["AS.01"], self.programmes(lambda line: line["quantity"]), 1)},
            "AS.02": {"programme": pct(values["AS.02"], self.programmes(lambda line: line["quantity"] * line["unit_value"]), 1)},
        }
        decimals = {"NS.01": 2, "NS.02": 2, "YT.06": 1, "YT.07": 1}
        same = {code: pct(values[code], self.baseline(code), places) for code, places in decimals.items()}
        return plans, same


def wrong_figures(folder):
    """One line per figure or habit that is not as it should be; empty when the month is right."""
    month = Month(events(folder))
    values = month.values()
    plans, same = month.percentages(values)
    expected = json.loads((HERE / "expected.json").read_text(encoding="utf-8"))["figures"]
    wrong = []
    for row in expected:
        code = row["indicator"]
        got = (values[code], plans.get(code), same.get(code))
        want = (row["value"], row.get("plan_pct"), row.get("same_period_pct"))
        if got != want:
            wrong.append(f"{code}: the files give {got}, the report printed {want}")
    return wrong + list(odd(month))


def odd(month):
    """Habits of a real ledger: numbers without gaps, fines posted as paid, gifts spent as given, text in NFC."""
    series = {}
    for event in month.events:
        if doc := event.get("doc"):
            series.setdefault((doc["issuer"], doc["year"], doc["series"]), []).append((int(doc["number"]), event["occurred_on"]))
    for key, numbers in series.items():
        numbers.sort()
        if [number for number, _ in numbers] != list(range(1, len(numbers) + 1)):
            yield f"{key}: numbers are not continuous"
        if [day for _, day in numbers] != sorted(day for _, day in numbers):
            yield f"{key}: numbers do not follow the dates"
    paid = sum(data["amount"] + data["late_interest"] for data in month.of("penalty.payment_received"))
    if paid != month.total("amount", "budget.revenue_posted", category=["fines"]):
        yield "fines posted are not the fines paid"
    given = month.total("amount", "gift.delivered", "any", source=["central", "city", "district"])
    if given != month.total("amount", "budget.expenditure_posted", spending_unit=[body("ldtbxh")], voucher=gift_vouchers(month)):
        yield "what the budgets spent on gifts is not what was given"
    for event in month.events:
        text = json.dumps(event, ensure_ascii=False)
        if not unicodedata.is_normalized("NFC", text):
            yield f"not NFC: {text}"


def gift_vouchers(month):
    """Vouchers of the day on which the three budgets paid for gifts."""
    day = "2023-01-09"
    return [e["data"]["voucher"] for e in month.events if e["kind"] == "budget.expenditure_posted" and e["occurred_on"] == day]
