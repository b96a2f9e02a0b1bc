"""Recomputes every figure of a report from an export, sharing no code with socai.

    python3 recompute.py EVENTS.jsonl QUESTIONS.json

EVENTS.jsonl is what `socai export LEDGER --format jsonl` writes. QUESTIONS.json is a list of {"period": "2023-03", "size": 1041 or
null}; the answer on standard output is a list of the figures of each, shaped as in `socai report --format json`.

Everything else is read from the facts: the rules from `rules.adopted`, the units from `unit.registered`, what was corrected, voided and
answered (ledger.py); cases are judged by the adopted law (cases.py). Only the verdict "rejected" is taken from the export: business rules
are not written twice, so a correction whose result would break one is taken as holding. A measure, period, comparison or finding that is
not known here ends the program. Python 3.11 or later, standard library only.
"""

import json
import sys
from calendar import monthrange
from collections import defaultdict
from datetime import date, timedelta

import cases
from ledger import MAX, MIN, Ledger, day, meets


def months_before(on, months):
    year, month = divmod(on.year * 12 + on.month - 1 - months, 12)
    return date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))


def last_before(last, may_be_whole):
    """The same day a year earlier; months that were whole are whole then too."""
    before, length = months_before(last, 12), monthrange(last.year, last.month)[1]
    if may_be_whole and last.day == length:
        return before.replace(day=monthrange(before.year, before.month)[1])
    return before


# ── Questions ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Asked:
    def __init__(self, ledger, text):
        occasions = ledger.in_force("occasions", MAX).content["occasion"]
        self.books = None  # last day on which the books of a fiscal year are adjusted
        row = next((row for row in occasions if row["id"] == text), None)
        if row:
            self.first, self.last = row["from"], row["to"]
            self.occasion = row.get("occasion", row["id"])
        else:
            _, self.last = period(text, 14)  # the day whose cut is in force
            self.first, self.last = period(text, self.cut(ledger))
            inside = [
                row["id"] for row in occasions
                if "occasion" not in row and row["from"] <= self.last and self.first <= row["to"]
            ]
            self.occasion = inside[0] if len(inside) == 1 else None
            if text.startswith("fy"):
                self.books = adjusted_until(ledger, self.last.year)
        self.year = self.last.year

    def cut(self, ledger):
        rules = ledger.in_force("periods", self.last)
        rows = [row for row in (rules.content.get("cut", []) if rules else []) if row["valid_from"] <= self.last]
        return max(rows, key=lambda row: row["valid_from"])["last_day"] if rows else 14


def adjusted_until(ledger, year):
    """Luật 83/2015/QH13 Điều 64, by the row in force on the last day of the fiscal year."""
    row = ledger.law.row("law.budget", "adjustment", date(year, 12, 31))
    return row and date(year + 1, row["month"], min(row["day"], monthrange(year + 1, row["month"])[1]))


def period(text, cut):
    if ".." in text:
        first, last = text.split("..")
        return day(first), day(last)
    calendar = text.startswith(("cal:", "fy"))
    year, _, part = text.removeprefix("cal:").removeprefix("fy").partition("-")
    spans = {"": (1, 12), "Q1": (1, 3), "Q2": (4, 6), "Q3": (7, 9), "Q4": (10, 12), "H1": (1, 6), "H2": (7, 12), "9M": (1, 9)}
    first, last = spans.get(part) or (int(part), int(part))
    year = int(year)
    if calendar:
        return date(year, first, 1), date(year, last, monthrange(year, last)[1])
    return months_before(date(year, first, cut), 1) + timedelta(1), date(year, last, cut)


def window(row, asked):
    """First day, last day, and the field with the value it must have; none when the row is not asked for."""
    use = row.get("period", "period")
    if use == "period":
        return asked.first, asked.last, None
    if use == "to-date":
        return MIN, asked.last, None
    if use == "before":
        return MIN, asked.first - timedelta(1), None
    if use == "fiscal-year-to-date":
        return date(asked.year, 1, 1), asked.books or asked.last, (row["year_field"], asked.year)
    if use == "year":
        return MIN, MAX, (row["year_field"], asked.year)
    return asked.occasion and (MIN, MAX, (row["occasion_field"], asked.occasion))


def year_before(window, ledger):
    first, last, pick = window
    if pick and isinstance(pick[1], str):
        before = occasion(ledger, pick[1]).get("before")
        return before and (first, last, (pick[0], before))
    pick = pick and (pick[0], pick[1] - 1)
    if first > MIN and last < MAX:
        return months_before(first, 12), last_before(last, first.day == 1), pick
    if last < MAX:
        return first, last_before(last, True), pick
    return (first, last, pick) if pick else None


def occasion(ledger, id):
    rows = ledger.in_force("occasions", MAX).content["occasion"]
    return next((row for row in rows if row["id"] == id), {})


def lunar_before(window, ledger):
    """The days as far from the Tết of the year before; none of balances, years and occasions, and without both Tết."""
    first, last, pick = window
    rules = ledger.in_force("periods", last)
    tet = {row["date"].year: row["date"] for row in (rules.content.get("lunar_new_year", []) if rules else [])}
    if first == MIN or last == MAX or not {last.year, last.year - 1} <= tet.keys():
        return None
    moved = tet[last.year] - tet[last.year - 1]
    return first - moved, last - moved, pick and (pick[0], pick[1] - 1)


# ── Figures ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class Parts:
    """What a figure comes to by slice, (axis, key) → value, and by unit, number → value; NOBODY is what belongs to no unit."""

    def __init__(self):
        self.slices, self.units = defaultdict(int), defaultdict(int)

    def add(self, unit, slices, value):
        self.units[unit] += value
        for slice in slices:
            self.slices[slice] += value

    @staticmethod
    def divided(above, below, row):
        """Of a ratio every part is divided by itself."""
        parts = Parts()
        for of in ("slices", "units"):
            for key, base in getattr(below, of).items():
                if base > 0:
                    getattr(parts, of)[key] = percent_scaled(getattr(above, of)[key], base, row)
        return parts

    def plus(self, other):
        for of in ("slices", "units"):
            for key, value in getattr(other, of).items():
                getattr(self, of)[key] += value


NOBODY = -1
WARDS = ("ward", "commune", "township")


class Figures:
    def __init__(self, ledger, asked):
        self.ledger, self.asked = ledger, asked
        self.by_kind = ledger.by_kind
        self.rows = {row["code"]: row for row in ledger.in_force("indicators", asked.last).content["indicator"]}

    def all(self):
        return [figure for figure in map(self.figure, self.rows.values()) if figure]

    def figure(self, row):
        """Value, facts, percentages and nil statement of a row; none when the question does not ask for it."""
        fraction, seen = None, 0
        if row["measure"] == "ratio":
            value, facts, fraction, parts = self.ratio(row)
            span, publishers = None, set()
        else:
            span = window(row, self.asked)
            if not span:
                return None
            value, facts, publishers, seen, parts = self.sum(row, span)
        events = len(facts) if row["measure"] != "units" else value
        nil = span and self.nil(row, span, publishers)
        zero = not nil["missing"] if nil else events > 0 or seen > 0
        known = value if (value or zero) and (fraction is None or fraction[1] > 0) else None
        plans = self.plans(row).items() if "plan" in row.get("compare", []) else []
        percents = {by: percent(value, plan, row) for by, plan in sorted(plans)}
        compare = row.get("compare", [])
        if {"same-period", "lunar-period"} & set(compare) and fraction:
            sys.exit(f"{row['code']}: recompute.py does not compare ratios with the year before")
        before = self.earlier(row, span and year_before(span, self.ledger), parts) if "same-period" in compare else (None, {})
        lunar = self.earlier(row, span and lunar_before(span, self.ledger), parts) if "lunar-period" in compare else (None, {})
        return {
            "indicator": row["code"],
            "value": known,
            "numerator": fraction and fraction[0],
            "denominator": fraction and fraction[1],
            "events": events,
            "plan_pct": {by: p for by, p in percents.items() if p is not None and known is not None},
            "same_period_pct": percent(value, before[0], row) if known is not None else None,
            "lunar_pct": percent(value, lunar[0], row) if known is not None else None,
            "nil": nil and {"proven": not nil["missing"], "missing": nil["missing"]},
            "slices": [
                {"axis": axis, "key": key, "value": part, "same_period_pct": percent(part, before[1].get((axis, key)), row)}
                for (axis, key), part in parts.slices.items() if part
            ],
            "units": {self.ledger.units[no].id: part for no, part in parts.units.items() if part and no != NOBODY},
            "unallocated": parts.units.get(NOBODY) or None,
        }

    def sum(self, row, span):
        """(value, names of its facts, publishers, cases looked at, parts) of a row that is no ratio."""
        if row["measure"] == "units":
            return self.units(row)
        if row["measure"] == "as-of":
            return self.as_of(row, span)
        value, facts, publishers, members, latest = 0, set(), set(), set(), {}
        parts, of_part = Parts(), {}
        for name, when, event, rows in self.by_kind[row["kind"]]:
            counted, data = rows.get(row["code"]), event["data"]
            first, last, pick = span
            if not counted or not first <= when <= last or (pick and data.get(pick[0]) != pick[1]):
                continue
            if counted["kind"] != row["kind"] or not meets(data, counted.get("where", {})):
                continue
            fields, measure, sign = counted.get("of", []), counted["measure"], 1
            if measure == "stock":
                sign = 1 if meets(data, counted["adds"]) else -1 if meets(data, counted["takes"]) else 0
                if not sign:
                    continue
            facts.add(name)
            publishers.add(name[0])
            unit, slices = self.unit_of(name, event), self.slices(row, counted, data)
            adds = None
            if measure == "count" or (measure == "stock" and not fields):
                adds = sign
            elif measure in ("sum", "stock"):
                terms = [(f[1:].strip(), -1) if f.startswith("-") else (f, 1) for f in fields]
                adds = sign * sum(minus * data.get(field, 0) for field, minus in terms)
            elif measure == "items":
                adds = len(data.get(fields[0], []))
            if adds is not None:
                value += adds
                parts.add(unit, slices, adds)
            else:
                told = tuple(self.told(name, event, field) for field in fields)
                if None in told:
                    continue
                members.add(told)
                if measure == "distinct":
                    of_part.setdefault(("units", unit), set()).add(told)
                    for slice in slices:
                        of_part.setdefault(("slices", slice), set()).add(told)
                latest[told] = max(latest.get(told, ((MIN,), None)), ((when, name), event), key=lambda said: said[0])
        if row["measure"] == "distinct":
            value = len(members)
            for (of, key), told in of_part.items():
                getattr(parts, of)[key] = len(told)
        if row["measure"] == "latest":
            for (_, name), event in latest.values():
                data = event["data"]
                if meets(data, row.get("having", {})):
                    left = data.get(row["value"], 0) if "value" in row else 1
                    value += left
                    parts.add(self.unit_of(name, event), self.slices(row, row, data), left)
        return value, facts, publishers, 0, parts

    def unit_of(self, name, event):
        """The unit of a fact: its place, or its publisher when it has none; several places and the operator are nobody's."""
        places = event.get("place", [])
        no = self.ledger.by_id[places[0]].no if len(places) == 1 else name[0] if not places else 0
        return no or NOBODY

    def slices(self, row, counted, data):
        """The places of a fact on the axes of a row, as far as the rules that it was counted by keep them apart."""
        return [(axis, shown(data.get(axis))) for axis in row.get("slices", []) if axis in counted.get("slices", [])]

    def ward_of(self, held):
        """The ward of a case: of its first fact that has a place, else of its first one."""
        name, when, _, _, _, places = next((fact for fact in held if fact[5]), held[0])
        no = self.unit_of(name, {"place": places})
        unit = self.ledger.units.get(no)
        span = unit and (unit.on(when) or (unit.spans and unit.spans[-1]))
        return no if span and span["type"] in WARDS else NOBODY

    def is_ward(self, no):
        unit = self.ledger.units[no]
        span = unit.on(self.asked.last) or (unit.spans and unit.spans[-1])
        return bool(span) and span["type"] in WARDS

    def told(self, name, event, field):
        """A field that tells cases apart: the case, the unit that the fact belongs to, or a field of the payload."""
        if field == "case" and "case" not in event["data"]:
            return event.get("case")
        if field == "place" and "place" not in event["data"]:
            places = event.get("place", [])
            no = self.ledger.by_id[places[0]].no if len(places) == 1 else name[0] if not places else 0
            return no or -1  # the operator and several places are nobody's
        return event["data"].get(field, "")

    def ratio(self, row):
        sums, facts, sides = [], set(), []
        for side in ("numerator", "denominator"):
            total, side_parts = 0, Parts()
            for code in row[side]:
                value, of, _, _, parts = self.sum(self.rows[code], window(self.rows[code], self.asked))
                total += value
                facts |= of
                side_parts.plus(parts)
            sums.append(total)
            sides.append(side_parts)
        if any(self.rows[code]["measure"] == "as-of" for side in ("numerator", "denominator") for code in row[side]):
            for side in sides:  # cases belong to wards, so the whole ratio does
                for no in [no for no in side.units if no != NOBODY and not self.is_ward(no)]:
                    side.units[NOBODY] += side.units.pop(no)
        scaled = percent_scaled(*sums, row) if sums[1] > 0 else 0
        parts = Parts.divided(*sides, row)
        parts.slices.clear()  # a ratio keeps the axes that it names itself
        if row.get("slices"):
            sys.exit(f"{row['code']}: recompute.py does not divide slices")
        return scaled, facts, sums, parts

    def as_of(self, row, span):
        """Cases judged on the last day; of a period those that did not meet it the day before its first one."""
        family, law, on = cases.family_of(row["kind"]), self.ledger.law, span[1]
        since = span[0] - timedelta(1) if row.get("period", "period") == "period" else None
        value, facts, publishers, seen, parts = 0, set(), set(), 0, Parts()
        for held in self.ledger.cases[family].values():
            meets_row = lambda when: any(f[1] <= when and f[2] == row["kind"] and meets(f[3], row.get("where", {})) for f in held)
            counts = lambda when: meets_row(when) and self.judged(family, row, held, when, law)
            if not meets_row(on):
                continue
            seen += 1
            was = meets_row if row.get("begun") else counts
            if counts(on) and not (since and was(since)):
                value += 1
                state, _ = cases.judge(family, [fact[:5] for fact in held], on, law)
                subject = [f for f in held if f[1] <= on and f[2] == row["kind"] and meets(f[3], row.get("where", {}))][-1]
                axes = [(a, state if a == "state" else shown(subject[3].get(a))) for a in row.get("slices", [])]
                parts.add(self.ward_of(held), axes, 1)
                names = {f[0] for f in held if f[1] <= on}
                facts |= names
                publishers |= {name[0] for name in names}
        return value, facts, publishers, seen, parts

    def judged(self, family, row, held, when, law):
        state, found = cases.judge(family, [fact[:5] for fact in held], when, law)
        states, findings = row.get("states"), row.get("findings")
        if row.get("marks") and not set(row["marks"]) & cases.marks(family, [fact[:5] for fact in held], when):
            return False
        return (not states or state in states) and (not findings or found & set(findings)) and not found & set(row.get("without", []))

    def units(self, row):
        types = row.get("where", {}).get("type", [])
        spans = [unit.on(self.asked.last) for unit in self.ledger.units.values()]
        count = sum(1 for span in spans if span and (not types or span["type"] in types))
        parts = Parts()
        parts.add(NOBODY, [], count)
        return count, set(), set(), 0, parts

    def nil(self, row, span, publishers):
        scope = row.get("nil_scope", [])
        days = span[:2] if span[0] > MIN and span[1] < MAX else (self.asked.first, self.asked.last)
        found = None
        for unit in self.ledger.units.values():
            valid = unit.on(self.asked.last)
            if valid and (unit.id in scope or valid["type"] in scope):
                found = found or {"missing": []}
                closings = self.ledger.closings[unit.no]
                closed = covers([c[1:3] for c in closings], *days)
                said = covers([c[1:3] for c in closings if c[3] & {row["code"], row["kind"]}], *days)
                if not said and not (closed and unit.no in publishers):
                    found["missing"].append(unit.id)
        return found

    def plans(self, row):
        parts = {}
        for name, when, event, rows in self.by_kind[row["plan"]["kind"]]:
            data = event["data"]
            plan = rows.get(row["code"], {}).get("plan")
            if not plan or plan["kind"] != row["plan"]["kind"] or not meets(data, plan.get("where", {})):
                continue
            last = window(row, self.asked)[1] if row.get("period") == "fiscal-year-to-date" else self.asked.last
            if when > last or ("year_field" in plan and year_of(data.get(plan["year_field"])) != self.asked.year):
                continue
            if "occasion_field" in plan and data.get(plan["occasion_field"]) != self.asked.occasion:
                continue
            by = data.get(plan["by"], "") if "by" in plan else plan.get("name", "")
            part = by, tuple(data.get(field, "") for field in plan.get("per", [])), plan.get("adds_up") and name
            parts[part] = max(parts.get(part, ((MIN,), 0)), ((when, name), planned(data, plan)))
        sums = defaultdict(int)
        for (by, *_), (_, value) in parts.items():
            sums[by] += value
        return sums

    def earlier(self, row, before, now):
        """What a row was in an earlier window, and every slice that it has now: facts of the ledger, else what was declared."""
        if not before:
            return None, {}
        value, facts, _, seen, parts = self.sum(row, before)
        slices = {} if row["measure"] == "as-of" else dict(parts.slices)
        for axis, key in now.slices:
            if (axis, key) not in slices:
                slices[axis, key] = self.baseline(row, before, f"{axis}={key}")
        return (value if facts or seen else self.baseline(row, before, "")), slices

    def baseline(self, row, before, slice):
        first, last, pick = before
        if pick and isinstance(pick[1], str):
            of = occasion(self.ledger, pick[1])
            first, last, pick = of["from"], of["to"], None
        if first == MIN and last < MAX:
            first = last  # of a balance: the one day
        if pick and last.year > pick[1]:
            first, last = date(pick[1], 1, 1), date(pick[1], 12, 31)
        declared = [
            (name, data["value"]) for name, data in self.declared()
            if (data["indicator"], data.get("slice", "")) == (row["code"], slice)
            and (day(data["period_from"]), day(data["period_to"])) == (first, last)
        ]
        return max(declared)[1] if declared else None

    def declared(self):
        return [(name, event["data"]) for name, _, event, _ in self.by_kind["baseline.declared"]]


def shown(value):
    """A value on an axis as a figure names it."""
    return {True: "true", False: "false"}.get(value, value) if isinstance(value, bool) else str(value)


def planned(data, plan):
    """What a fact plans: one, a field (times another), or the sum of that over the items of a list."""
    if "value" not in plan:
        return 1
    items = data[plan["over"]] if "over" in plan else [data]
    return sum(item[plan["value"]] * (item[plan["times"]] if "times" in plan else 1) for item in items)


def year_of(value):
    return int(value[:4]) if isinstance(value, str) else value


def covers(spans, first, last):
    for start, end in sorted(spans):
        if start <= first <= end:
            if end >= last:
                return True
            first = end + timedelta(1)
    return False


def percent_scaled(value, base, row):
    """In units of the last decimal, rounded half-up, away from zero."""
    rounded = (abs(value) * 100 * 10 ** row.get("percent_decimals", 2) * 2 + base) // (2 * base)
    return -rounded if value < 0 else rounded


def percent(value, base, row):
    if base is None or base <= 0:
        return None
    scaled, decimals = percent_scaled(value, base, row), row.get("percent_decimals", 2)
    digits = f"{abs(scaled):0{decimals + 1}d}"
    whole, part = digits[: len(digits) - decimals], digits[len(digits) - decimals :].rstrip("0")
    return ("-" if scaled < 0 else "") + whole + (f".{part}" if part else "")


def main():
    with open(sys.argv[1], encoding="utf-8") as events:
        lines = [json.loads(line) for line in events]
    with open(sys.argv[2], encoding="utf-8") as asked:
        questions = json.load(asked)
    answers, ledgers = [], {}
    for question in questions:
        size = question.get("size") or len(lines)
        ledger = ledgers.get(size) or ledgers.setdefault(size, Ledger(lines[:size]))
        answers.append(Figures(ledger, Asked(ledger, question["period"])).all())
    json.dump(answers, sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    main()
