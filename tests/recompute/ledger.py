"""What counts of a ledger: its units, rules, closings and answers, and every fact as last corrected, without voided ones."""

import json
import sys
import tomllib
from collections import defaultdict
from datetime import date, timedelta

import cases

MIN, MAX = date.min, date.max
MEASURES = {"count", "sum", "items", "distinct", "units", "stock", "latest", "as-of", "ratio"}
USES = {"period", "fiscal-year-to-date", "year", "occasion", "to-date", "before"}
COMPARISONS = {"plan", "same-period", "lunar-period"}


def day(text):
    return text if isinstance(text, date) else date.fromisoformat(text)


def name_of(text):
    unit, seq = text.split("/")
    return int(unit), int(seq)


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
        self.by_kind, self.cases = defaultdict(list), {family: defaultdict(list) for family in cases.FAMILIES}
        for name, leaf, event in self.effective(amendments):
            when, kind = day(event["occurred_on"]), event["kind"]
            self.by_kind[kind].append((name, when, event, self.counted_by(leaf, when)))
            family = cases.family_of(kind)
            if family and "case" in event:
                refs = [name_of(ref) for ref in event.get("refs", [])]
                self.cases[family][event["case"]].append((name, when, kind, event["data"], refs, event.get("place", [])))
        for family in self.cases.values():
            for held in family.values():
                held.sort(key=lambda fact: (fact[1], fact[0]))
        self.law = cases.Law(self)

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
                if row["measure"] == "as-of":
                    cases.check(row)
            self.by_code = {row["code"]: row for row in self.content["indicator"]}


def meets(data, conditions):
    for field, accepted in conditions.items():
        if isinstance(accepted, dict):
            if data.get(field, 0) < accepted["at-least"]:
                return False
            continue
        accepted = accepted if isinstance(accepted, list) else [accepted]
        missing = False if isinstance(accepted[0], bool) else None
        if data.get(field, missing) not in accepted:
            return False
    return True
