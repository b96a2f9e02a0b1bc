"""Recomputes every figure of a report from an export, sharing no code with socai.

    python3 recompute.py EVENTS.jsonl QUESTIONS.json

EVENTS.jsonl is what `socai export LEDGER --format jsonl` writes. QUESTIONS.json is a list of {"period": "2023-03", "size": 1041 or
null}; the answer on standard output is a list of the figures of each, shaped as in `socai report --format json`.

Everything else is read from the facts: the rules from `rules.adopted`, the units from `unit.registered`, what was corrected, voided and
answered. Only the verdict "rejected" is taken from the export: business rules are not written twice. One thing is not looked at: a
correction whose result would break a rule is taken as holding. Python 3.11 or later, standard library only.
"""

import json
import sys
import tomllib
from calendar import monthrange
from collections import defaultdict
from datetime import date, timedelta

MIN, MAX = date.min, date.max
MEASURES = {"count", "sum", "items", "distinct", "units"}
USES = {"period", "fiscal-year-to-date", "year", "occasion", "to-date"}
COMPARISONS = {"plan", "same-period"}


def day(text):
    return text if isinstance(text, date) else date.fromisoformat(text)


def name_of(text):
    unit, seq = text.split("/")
    return int(unit), int(seq)


def months_before(on, months):
    year, month = divmod(on.year * 12 + on.month - 1 - months, 12)
    return date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))


# ── What counts ──────────────────────────────────────────────────────────────────────────────────────────────────────


class Unit:
    def __init__(self, no, id):
        self.no, self.id, self.spans, self.heirs = no, id, [], []

    def on(self, when):
        return next((s for s in reversed(self.spans) if s["from"] <= when <= s["to"]), None)


class Ledger:
    """The records below a size."""

    def __init__(self, lines):
        self.records = {}  # name → (leaf, event)
        self.units, self.by_id = {}, {}
        self.rules, self.closings, self.answers = [], defaultdict(list), {}
        amendments = []
        for line in lines:
            name, event = name_of(line["name"]), line["event"]
            if line["rejected"] is not None:
                continue
            kind, data = event["kind"], event["data"]
            self.records[name] = (line["leaf"], event)
            if kind == "unit.registered":
                self.register(data)
            elif kind == "unit.succeeded":
                self.succeed(data)
            elif kind == "rules.adopted":
                self.rules.append(Rules(data, line["leaf"]))
            elif kind == "period.closed":
                span = (day(data["from"]), day(data["to"]))
                self.closings[name[0]].append((name[1], *span, set(data.get("nil_kinds", []))))
            elif kind == "event.acknowledged":
                self.answers[name_of(data["target"]), name[0]] = data["answer"]
            elif kind in ("event.corrected", "event.voided"):
                amendments.append(name)
        self.facts = self.effective(amendments)

    def register(self, data):
        unit = self.units.setdefault(data["unit_no"], Unit(data["unit_no"], data["unit_id"]))
        self.by_id[unit.id] = unit
        start, end = day(data["valid_from"]), day(data.get("valid_to", MAX))
        unit.spans = [span for span in unit.spans if span["from"] < start]
        if unit.spans:
            unit.spans[-1]["to"] = min(unit.spans[-1]["to"], start - timedelta(1))
        unit.spans.append({"from": start, "to": end, "type": data["type"]})

    def succeed(self, data):
        unit, effective = self.by_id[data["from"]], day(data["effective"])
        unit.heirs.append((data["to"], effective))
        if data["portion"] == "whole":
            unit.spans = [span for span in unit.spans if span["from"] < effective]
            if unit.spans:
                unit.spans[-1]["to"] = min(unit.spans[-1]["to"], effective - timedelta(1))

    def continues(self, later, earlier, when):
        seen, open_ = {earlier}, [earlier]
        while open_:
            no = open_.pop()
            if no == later:
                return True
            for to, effective in self.units[no].heirs if no in self.units else []:
                heir = self.by_id.get(to)
                if heir and effective <= when and heir.no not in seen:
                    seen.add(heir.no)
                    open_.append(heir.no)
        return False

    def in_force(self, name, when):
        named = [rules for rules in self.rules if rules.name == name]
        newest = [rules for rules in named if rules.effective <= when]
        order = lambda rules: (rules.effective, rules.leaf)
        return max(newest, key=order) if newest else min(named, key=order, default=None)

    def counted_by(self, leaf, when):
        """The indicator rows under which a record is counted, by code."""
        known = [rules for rules in self.rules if rules.name == "indicators" and rules.leaf < leaf]
        newest = [rules for rules in known if rules.effective <= when]
        order = lambda rules: (rules.effective, rules.leaf)
        rules = max(newest, key=order) if newest else min(known, key=order, default=None)
        return rules.by_code if rules else {}

    def acknowledger(self, unit, when):
        rules = self.in_force("grouping", when)
        known = self.units.get(unit)
        span = known.on(when) if known else None
        if not (rules and span):
            return 0
        rows = [
            row for row in rules.content["grouping"]
            if row.get("valid_from", MIN) <= when <= row.get("valid_to", MAX)
        ]
        rows = [r for r in rows if r.get("unit") == known.id] or [r for r in rows if r.get("type") == span["type"]]
        aggregator = self.by_id.get(rows[0]["aggregator"]) if rows else None
        return aggregator.no if aggregator else 0

    # ── corrections and voids ──

    def effective(self, names):
        """Every fact that counts, as (name, leaf, event), in leaf order."""
        about, of_record = {}, defaultdict(list)
        for name in names:
            target, seen = name, {name}
            while target in self.records and self.records[target][1]["kind"] in ("event.corrected", "event.voided"):
                target = name_of(self.records[target][1]["data"]["target"])
                if target in seen:
                    break
                seen.add(target)
            about[name] = target
        for name in names:
            of_record[about[name]].append(name)
        facts = []
        for name, (leaf, event) in self.records.items():
            if name in of_record:
                event = self.version(name, event, of_record[name])
            if event is not None:
                facts.append((name, leaf, event))
        facts.sort(key=lambda fact: fact[1])
        return facts

    def version(self, record, event, amendments):
        amendable = event["kind"] == "baseline.declared" or not is_ledger(event["kind"])
        contents, standing = {record: event}, {}
        left = list(amendments)
        while left:
            ready = [name for name in left if self.target(name) in contents]
            if not ready:
                break
            for name in ready:
                said, when = self.records[name][1], day(self.records[name][1]["occurred_on"])
                target, voids = self.target(name), said["kind"] == "event.voided"
                base = contents[target]
                content = None if voids or base is None else patched(base, said["data"]["changes"])
                allowed = self.continues(name[0], record[0], when)
                allowed = allowed and (amendable or (voids and target != record))
                contents[name] = content
                standing[name] = "refused"
                if allowed and (voids or content is not None):
                    days = [day(e["occurred_on"]) for e in (event, content) if e is not None]
                    standing[name] = self.standing(name, when, days)
            left = [name for name in left if name not in ready]
        chain, voided = [record], False
        for name in self.in_turn(amendments):
            if standing.get(name, "counts") != "counts" or voided:
                continue
            target, voids = self.target(name), self.records[name][1]["kind"] == "event.voided"
            if voids and target == record:
                voided = True
            elif target == chain[-1]:
                chain.pop() if voids else chain.append(name)
        return None if voided else contents[chain[-1]]

    def target(self, name):
        return name_of(self.records[name][1]["data"]["target"])

    def standing(self, name, when, days):
        """Before its publisher's closing of the fact's days an amendment counts, afterwards as the aggregator answers."""
        closed = [c for c in self.closings[name[0]] if c[0] < name[1] and any(c[1] <= d <= c[2] for d in days)]
        answer = self.answers.get((name, self.acknowledger(name[0], when)))
        return "counts" if not closed or answer == "confirmed" else "refused" if answer else "pending"

    def in_turn(self, names):
        names = sorted(names, key=lambda name: self.records[name][0])
        chains = defaultdict(list)
        for name in names:
            chains[name[0]].append(name)
        if len(chains) < 2:
            return names
        turn = []
        while any(chains.values()):
            waiting = {name for chain in chains.values() for name in chain}
            first = [(self.target(c[0]) in waiting, day(self.records[c[0]][1]["occurred_on"]), u) for u, c in chains.items() if c]
            turn.append(chains[min(first)[2]].pop(0))
        return turn


def is_ledger(kind):
    return kind.split(".")[0] in ("unit", "key", "fork", "rules", "event", "annex", "identity", "baseline", "period", "report")


def patched(event, changes):
    """The event with a correction made; none when an old value is not the present one."""
    event = json.loads(json.dumps(event))
    for change in changes:
        old, new, place = json.loads(change["old"]), json.loads(change["new"]), event
        *parents, last = change["field"].split(".")
        for part in parents:
            place = place[int(part)] if isinstance(place, list) else place.get(part)
            if place is None:
                return None
        if isinstance(place, list):
            last = int(last)
            present = place[last] if last < len(place) else None
        else:
            present = place.get(last)
        if present != old or type(present) is not type(old):
            return None
        if isinstance(place, list) and last == len(place):
            place.extend([] if new is None else [new])
        elif new is None:
            del place[last]
        else:
            place[last] = new
    return event


# ── Rules ────────────────────────────────────────────────────────────────────────────────────────────────────────────


class Rules:
    def __init__(self, data, leaf):
        self.name, self.version, self.leaf = data["name"], data["version"], leaf
        self.effective = day(data["effective_from"])
        self.content = tomllib.loads(data["content"]) if not data["name"].startswith("template.") else None
        if self.name == "indicators":
            for row in self.content["indicator"]:
                unknown = [{row["measure"]} - MEASURES, {row.get("period", "period")} - USES, set(row.get("compare", [])) - COMPARISONS]
                if any(unknown):
                    sys.exit(f"{row['code']}: recompute.py does not know {set.union(*unknown)}; teach it before trusting this row")
            self.by_code = {row["code"]: row for row in self.content["indicator"]}


def meets(data, conditions):
    for field, accepted in conditions.items():
        accepted = accepted if isinstance(accepted, list) else [accepted]
        missing = False if isinstance(accepted[0], bool) else None
        if data.get(field, missing) not in accepted:
            return False
    return True


# ── Questions ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Asked:
    def __init__(self, ledger, text):
        occasions = ledger.in_force("occasions", MAX).content["occasion"]
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
        self.year = self.last.year

    def cut(self, ledger):
        rules = ledger.in_force("periods", self.last)
        rows = [row for row in (rules.content.get("cut", []) if rules else []) if row["valid_from"] <= self.last]
        return max(rows, key=lambda row: row["valid_from"])["last_day"] if rows else 14


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
    if use == "fiscal-year-to-date":
        return date(asked.year, 1, 1), asked.last, (row["year_field"], asked.year)
    if use == "year":
        return MIN, MAX, (row["year_field"], asked.year)
    return asked.occasion and (MIN, MAX, (row["occasion_field"], asked.occasion))


def year_before(window):
    first, last, pick = window
    if pick and isinstance(pick[1], str):
        return None
    pick = pick and (pick[0], pick[1] - 1)
    if first > MIN and last < MAX:
        return months_before(first, 12), months_before(last, 12), pick
    return (first, last, pick) if (first, last) == (MIN, MAX) and pick else None


# ── Figures ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class Figures:
    def __init__(self, ledger, asked):
        self.ledger, self.asked = ledger, asked
        self.by_kind = defaultdict(list)
        for name, leaf, event in ledger.facts:
            when = day(event["occurred_on"])
            self.by_kind[event["kind"]].append((name, when, event["data"], ledger.counted_by(leaf, when)))

    def all(self):
        rows = self.ledger.in_force("indicators", self.asked.last).content["indicator"]
        return [figure for figure in map(self.figure, rows) if figure]

    def figure(self, row):
        span = window(row, self.asked)
        if not span:
            return None
        value, events, publishers = self.units(row) if row["measure"] == "units" else self.total(row, span)
        nil = self.nil(row, span, publishers)
        zero = not nil["missing"] if nil else events > 0
        known = value if value or zero else None
        plans = self.plans(row).items() if "plan" in row.get("compare", []) else []
        percents = {by: percent(value, plan, row) for by, plan in sorted(plans)}
        before = self.same_period(row, span) if "same-period" in row.get("compare", []) else None
        return {
            "indicator": row["code"],
            "value": known,
            "events": events,
            "plan_pct": {by: p for by, p in percents.items() if p is not None and known is not None},
            "same_period_pct": percent(value, before, row) if before is not None and known is not None else None,
            "nil": nil and {"proven": not nil["missing"], "missing": nil["missing"]},
        }

    def total(self, row, span):
        first, last, pick = span
        value, events, publishers, members = 0, 0, set(), set()
        for name, when, data, rows in self.by_kind[row["kind"]]:
            counted = rows.get(row["code"])
            if not counted or not first <= when <= last or (pick and data.get(pick[0]) != pick[1]):
                continue
            if counted["kind"] != row["kind"] or not meets(data, counted.get("where", {})):
                continue
            events += 1
            publishers.add(name[0])
            fields = counted.get("of", [])
            if counted["measure"] == "count":
                value += 1
            elif counted["measure"] == "sum":
                value += sum(-data.get(f[1:].strip(), 0) if f.startswith("-") else data.get(f, 0) for f in fields)
            elif counted["measure"] == "items":
                value += len(data.get(fields[0], []))
            else:
                members.add(tuple(data.get(field, "") for field in fields))
        return (len(members) if row["measure"] == "distinct" else value), events, publishers

    def units(self, row):
        types = row.get("where", {}).get("type", [])
        spans = [unit.on(self.asked.last) for unit in self.ledger.units.values()]
        count = sum(1 for span in spans if span and (not types or span["type"] in types))
        return count, count, set()

    def nil(self, row, span, publishers):
        scope = row.get("nil_scope", [])
        days = span[:2] if span[0] > MIN and span[1] < MAX else (self.asked.first, self.asked.last)
        found = None
        for unit in self.ledger.units.values():
            valid = unit.on(self.asked.last)
            if valid and (unit.id in scope or valid["type"] in scope):
                found = found or {"missing": []}
                said = [c[1:3] for c in self.ledger.closings[unit.no] if c[3] & {row["code"], row["kind"]}]
                if unit.no not in publishers and not covers(said, *days):
                    found["missing"].append(unit.id)
        return found

    def plans(self, row):
        parts = {}
        for name, when, data, rows in self.by_kind[row["plan"]["kind"]]:
            plan = rows.get(row["code"], {}).get("plan")
            if not plan or plan["kind"] != row["plan"]["kind"] or not meets(data, plan.get("where", {})):
                continue
            if when > self.asked.last or ("year_field" in plan and data.get(plan["year_field"]) != self.asked.year):
                continue
            by = data.get(plan["by"], "") if "by" in plan else ""
            part = by, tuple(data.get(field, "") for field in plan.get("per", []))
            parts[part] = max(parts.get(part, ((MIN,), 0)), ((when, name), data[plan["value"]]))
        sums = defaultdict(int)
        for (by, _), (_, value) in parts.items():
            sums[by] += value
        return sums

    def same_period(self, row, span):
        before = year_before(span)
        if not before:
            return None
        value, events, _ = self.total(row, before)
        if events:
            return value
        first, last, pick = before
        if last == MAX and pick:
            first, last = date(pick[1], 1, 1), date(pick[1], 12, 31)
        declared = [
            (name, data["value"]) for name, _, data, _ in self.by_kind["baseline.declared"]
            if (data["indicator"], data.get("slice", "")) == (row["code"], "")
            and (day(data["period_from"]), day(data["period_to"])) == (first, last)
        ]
        return max(declared)[1] if declared else None


def covers(spans, first, last):
    for start, end in sorted(spans):
        if start <= first <= end:
            if end >= last:
                return True
            first = end + timedelta(1)
    return False


def percent(value, base, row):
    if base is None or base <= 0:
        return None
    scale = 10 ** row.get("percent_decimals", 2)
    rounded = (abs(value) * 100 * scale * 2 + base) // (2 * base)
    text = f"{rounded // scale}.{rounded % scale:0{len(str(scale)) - 1}d}" if scale > 1 else f"{rounded}."
    return ("-" if value < 0 and rounded else "") + text.rstrip("0").rstrip(".") if "." in text else text


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
