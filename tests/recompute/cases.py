"""Cases as of a day: where a violation, a dossier, a petition or a task stands, and which terms it missed.

Written from the law tables and the texts they cite (Luật 15/2012/QH13, Quyết định 766/QĐ-TTg, Luật 02/2011/QH13, Luật 25/2018/QH14), not from
socai. Only the findings that the indicator rows ask for are made; asking for another one stops the program.
"""

import sys
from datetime import date, timedelta

FAMILIES = {
    "penalty": ["violation.recorded", "violation.closed_without_penalty", "penalty.decided", "penalty.payment_received",
                "penalty.decision_revised", "penalty.execution_changed"],
    "dossier": ["dossier.received", "dossier.status_changed", "dossier.component_digitised"],
    "petition": ["petition.received", "petition.handled"],
    "directive": ["directive.issued", "directive.progressed"],
}
FINDINGS = {
    "penalty": {"decision_late", "undecided"},
    "dossier": {"late", "supplement_asked_again"},
    "petition": {"not_accepted", "accepted_late", "concluded_late", "not_concluded"},
    "directive": set(),
}
MARKS = {"dossier": {"digitised", "reused"}}


def family_of(kind):
    return next((name for name, kinds in FAMILIES.items() if kind in kinds), None)


def check(row):
    """Stops at a row that asks what is not found here."""
    family = family_of(row["kind"])
    asked = set(row.get("findings", [])) | set(row.get("without", []))
    if family is None or asked - FINDINGS[family] or set(row.get("marks", [])) - MARKS.get(family, set()):
        sys.exit(f"{row['code']}: cases.py does not judge {row['kind']} for {sorted(asked)}; teach it before trusting this row")


class Law:
    """The law tables and the working days."""

    def __init__(self, ledger):
        self.ledger, self.years, self.off, self.worked = ledger, set(), set(), set()
        tables = sorted((r for r in ledger.rules if r.name == "holidays"), key=lambda r: (r.effective, r.leaf))
        for table in tables:
            years = set(table.content["years"])
            self.off = {d for d in self.off if d.year not in years} | days_of(table.content.get("holiday", []))
            self.worked = {d for d in self.worked if d.year not in years} | days_of(table.content.get("worked", []))

    def row(self, table, section, on, **keys):
        rules = self.ledger.in_force(table, on)
        for row in rules.content.get(section, []) if rules else []:
            if row["valid_from"] <= on <= row.get("valid_to", date.max) and all(row.get(k) == v for k, v in keys.items()):
                return row
        return None

    def works(self, on):
        return on in self.worked or on.weekday() < 5 and on not in self.off

    def working_day(self, on):
        while not self.works(on):
            on += timedelta(1)
        return on

    def add_working_days(self, on, count):
        for _ in range(count):
            on = self.working_day(on + timedelta(1))
        return on

    def working_days_between(self, first, last):
        return sum(self.works(first + timedelta(d)) for d in range(1, (last - first).days + 1))


def days_of(rows):
    days = set()
    for row in rows:
        on, last = row.get("date", row.get("from")), row.get("date", row.get("to"))
        while on <= last:
            days.add(on)
            on += timedelta(1)
    return days


def add_months(on, months):
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    last = (date(year + month // 11, (month + 1) % 12 + 1, 1) - timedelta(1)).day
    return date(year, month + 1, min(on.day, last))


def judge(family, facts, on, law):
    """State and findings of the facts (name, day, kind, data, refs) of a case up to a day; none when there are none."""
    facts = [fact for fact in facts if fact[1] <= on]
    return facts and JUDGES[family](facts, on, law)


def of(facts, kind):
    return [fact for fact in facts if fact[2] == kind]


# ── Dossiers ──


def dossier(facts, on, law):
    received = of(facts, "dossier.received")
    steps = sorted((minute(f[1], f[3]["at"]), f[0], f[3]["status"]) for f in of(facts, "dossier.status_changed"))
    if not received:
        return "pending", set()
    data, when = received[-1][3], received[-1][1]
    state = steps[-1][2] if steps else "accepted"
    allowed = law.row("law.dossier", "supplement", when)
    if allowed and sum(step[2] == "supplement_requested" for step in steps) > allowed["requests"]:
        return state, {"supplement_asked_again"}
    end = ended(steps)
    end = minute(on, 1_439) if end is None else end
    waited = sum(
        max(0, min(after[0], end) - before[0])
        for before, after in zip(steps, steps[1:]) if before[2] == "supplement_requested"
    )
    late = end - waited > minute(date.fromisoformat(data["promised_on"]), 1_439)
    return state, {"late"} if late else set()


def marks(family, facts, on):
    """What else is counted of a case up to a day: whether a dossier is digitised, and whether it reuses data."""
    facts = [fact for fact in facts if fact[1] <= on]
    received = of(facts, "dossier.received")
    if family != "dossier" or not received:
        return set()
    papers = [f[3] for f in of(facts, "dossier.component_digitised")]
    reused = sum(p.get("reused", 0) for p in papers)
    steps = [f[3] for f in of(facts, "dossier.status_changed")]
    due = any(s["status"] in ("processed", "returned") for s in steps)
    result = any(p.get("result_digitised") for p in papers) or any(s.get("e_result") for s in steps)
    whole = reused + sum(p.get("digitised", 0) for p in papers) >= max(1, received[-1][3]["components"])
    return ({"digitised"} if whole and (result or not due) else set()) | ({"reused"} if reused else set())


def ended(steps):
    for status in ("processed", "returned"):
        for step in steps:
            if step[2] == status:
                return step[0]
    given_up = [step[0] for step in steps if step[2] in ("stopped", "not_accepted", "withdrawn")]
    if given_up:
        return given_up[-1]
    return steps[-1][0] if steps and steps[-1][2] == "supplement_requested" else None


def minute(on, of_day):
    return on.toordinal() * 1_440 + of_day


# ── Petitions ──


def petition(facts, on, law):
    received, steps = of(facts, "petition.received"), of(facts, "petition.handled")
    latest = [f[3]["action"] for f in steps if f[3]["action"] != "extended"]
    if not received:
        return "pending", set()
    state, found = latest[-1] if latest else "received", set()
    data, when = received[-1][3], received[-1][1]
    actions = [f[3]["action"] for f in steps]
    first = [f for f in steps if f[3]["action"] in ("accepted", "returned", "transferred", "filed", "concluded", "withdrawn")]
    last = first_handling(data["class"], when, law)
    # a denunciation that is handed on has a term of its own for that
    handed_on = first and first[0][3]["action"] == "transferred" and data["class"] == "denunciation"
    if last and not handed_on and (first[0][1] if first else on) > last:
        found.add("accepted_late" if first else "not_accepted")
    accepted = [f[1] for f in steps if f[3]["action"] == "accepted"]
    done = set(actions)
    gone = done & {"returned", "filed", "transferred", "withdrawn"} and "concluded" not in done
    gone = gone or not data.get("eligible") and "concluded" not in done
    # no acceptance is recorded: from the last day for it
    since = accepted[0] if accepted else None if gone else first_handling(data["class"], when, law)
    last = since and conclusion(data, since, extensions(data["class"], steps, last), law)
    if last:
        end = [f[1] for at, f in enumerate(steps) if ends(data["class"], actions, at)]
        if (end[0] if end else on) > last:
            found.add("concluded_late" if end else "not_concluded")
    return state, found


def ends(kind, actions, at):
    """Whether nothing is left to conclude; a denunciation may be gone on with after its withdrawal."""
    goes_on = kind == "denunciation" and {"accepted", "extended", "concluded"} & set(actions[at + 1 :])
    return actions[at] in ("concluded", "transferred") or actions[at] == "withdrawn" and not goes_on


def extensions(kind, steps, initial):
    """Extensions of the conclusion: those of a denunciation before anything else was done, and in time, are of its first handling."""
    times, is_first = 0, kind == "denunciation" and initial is not None
    for _, when, _, data, _ in steps:
        is_first = is_first and data["action"] == "extended"
        times += data["action"] == "extended" and not (is_first and when <= initial)
    return times


def first_handling(kind, when, law):
    if kind == "complaint" and (row := law.row("law.petition", "complaint_acceptance", when)):
        return law.working_day(when + timedelta(row["days"]))
    if kind == "denunciation" and (row := law.row("law.petition", "denunciation_initial", when)):
        return law.add_working_days(when, row["working_days_longest"])
    return None


def conclusion(data, accepted, extended, law):
    if data["class"] == "complaint":
        row = law.row("law.petition", "complaint", accepted, instance=data.get("instance", 1))
        days = row and row["days_complex" if extended else "days"]
    elif data["class"] == "denunciation":
        row = law.row("law.petition", "denunciation", accepted)
        days = row and row["days"] + row["extension_days"] * min(extended, row["extensions"])
    else:
        return None
    return row and law.working_day(accepted + timedelta(days))


# ── Tasks ──


def directive(facts, on, _law):
    issued, progress = of(facts, "directive.issued"), of(facts, "directive.progressed")
    if not issued:
        return "pending", set()
    due = date.fromisoformat(issued[-1][3]["due_on"])
    said, when = (progress[-1][3]["status"], progress[-1][1]) if progress else ("not_started", on)
    if said == "done":
        return "done_late" if due < when else "done", set()
    if said in ("cancelled", "late", "waiting_on_higher_level"):
        return {"waiting_on_higher_level": "waiting"}.get(said, said), set()
    return "late" if due < on else "on_track" if said == "in_progress" else "not_started", set()


# ── Violations ──


def penalty(facts, on, law):
    records, decisions = of(facts, "violation.recorded"), of(facts, "penalty.decided")
    closed = of(facts, "violation.closed_without_penalty")
    found = set()
    for _, when, _, data, _ in decisions:
        record = [r for r in records if r[1] <= when][-1:]
        term = record and decision_term(record[0], law, data.get("longer_term"))
        if term and decided_late(record[0][1], when, term, law):
            found.add("decision_late")
    if not decisions:
        term = records and not closed and decision_term(records[-1], law)
        if term and last_to_decide(records[-1][1], term, law) < on:
            found.add("undecided")
        return ("closed" if closed else "recorded" if records else "pending"), found
    return execution(facts, decisions, on, law), found


def decision_term(record, law, of_decision=None):
    """Unit and length of the term: of the ground that the decision states, else its record, else the usual one."""
    row = law.row("law.penalty", "decision", record[1])
    if not row:
        return None
    ground = of_decision or record[3].get("longer_term")
    keys = [f"days_{ground}", f"months_{ground}"] if ground else ["working_days", "days"]
    if not ground and record[3].get("transferred"):
        keys.insert(0, "working_days_transferred")
    key = next(key for key in keys if key in row)
    return ("working" if key.startswith("working") else key.split("_")[0], row[key])


def decided_late(recorded, decided, term, law):
    if term[0] == "working":
        return law.working_days_between(recorded, decided) > term[1]
    return last_to_decide(recorded, term, law) < decided


def last_to_decide(recorded, term, law):
    unit, length = term
    if unit == "working":
        return law.add_working_days(recorded, length)
    return law.working_day(add_months(recorded, length) if unit == "months" else recorded + timedelta(length))


def execution(facts, decisions, on, law):
    changes = [(f[1], f[3]) for f in of(facts, "penalty.execution_changed")]
    standing = in_force(decisions, of(facts, "penalty.decision_revised"))
    if not standing:
        return "annulled"
    fine = sum(total for _, total in standing)
    relief = sum(c.get("amount", 0) for _, c in changes if c["action"] in ("reduced", "exempted"))
    paid = sum(f[3]["amount"] for f in of(facts, "penalty.payment_received"))
    if fine == 0:
        return "warned"
    if fine - relief - paid <= 0:
        return "paid" if paid else "exempted"
    has = {c["action"] for _, c in changes}
    latest = changes[-1][1]["action"] if changes else None
    if "enforced" in has or "enforcement_ordered" in has:
        return "enforced" if "enforced" in has else "enforcement_ordered"
    if latest in ("lapsed", "suspended_by_complaint"):
        return {"suspended_by_complaint": "suspended"}.get(latest, latest)
    terms = [(d[1], law.row("law.penalty", "execution", d[1])) for d, _ in standing]
    lapse = max((add_months(when, row["months"]) for when, row in terms if row), default=date.max)
    if lapse < on:
        return "lapsed"
    if due_on(standing, changes, law) < on:
        return "overdue"
    if paid and "instalments" not in has:
        return "partly_paid"
    if latest in ("postponed", "instalments"):
        return {"instalments": "in_instalments"}.get(latest, latest)
    return "served" if "served" in has else "decided"


def in_force(decisions, revisions):
    """The decisions that are neither annulled nor replaced, with what they come to now."""
    totals, void = {d[0]: d[3]["total"] for d in decisions}, set()
    for _, when, _, data, refs in revisions:
        named = [d[0] for d in decisions if d[0] in refs]
        earlier = [d[0] for d in decisions if d[1] <= when]
        target = named[0] if named else earlier[-1] if earlier else None
        if target is None:
            continue
        if data["action"] == "annulled" or (data["action"] == "replaced" and "new_total" not in data):
            void.add(target)
        elif "new_total" in data:
            totals[target] = data["new_total"]
    return [(d, totals[d[0]]) for d in decisions if d[0] not in void]


def due_on(standing, changes, law):
    days = [date.fromisoformat(d[3]["due_on"]) for d, _ in standing]
    for when, change in changes:
        if change["action"] == "served" and (row := law.row("law.penalty", "compliance", when)):
            days.append(when + timedelta(row["days"]))
        elif change["action"] in ("postponed", "instalments") and "until" in change:
            days.append(date.fromisoformat(change["until"]))
    return law.working_day(max(days))


JUDGES = {"penalty": penalty, "dossier": dossier, "petition": petition, "directive": directive}
