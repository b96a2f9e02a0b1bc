"""The book of events being written: who publishes what, on which working day, under which document number."""

import datetime
import json
import pathlib
import tomllib

HERE = pathlib.Path(__file__).resolve().parent.parent
DISTRICT = "hn.thanh-xuan.q"
CITY = "hn"
OCCASION = "tet-quy-mao-2023"
FISCAL_YEAR = 2023
FROM = datetime.date(2023, 1, 1)
TO = datetime.date(2023, 2, 8)
INVENTED = "mau"  # office codes that begin with it mark a fact whose detail is invented


def registry():
    """Units of the reference month, in unit number order."""
    return json.loads((HERE / "units.json").read_text(encoding="utf-8"))["units"]


def holidays():
    """Days off named by rules/holidays.toml."""
    rows = tomllib.loads((HERE / "rules" / "holidays.toml").read_text(encoding="utf-8"))["holiday"]
    spans = ((row.get("from", row.get("date")), row.get("to", row.get("date"))) for row in rows)
    return {first + datetime.timedelta(n) for first, last in spans for n in range((last - first).days + 1)}


HOLIDAYS = holidays()
WARDS = [unit["unit_id"] for unit in registry() if unit["type"] == "ward"]
BODIES = [unit["unit_id"] for unit in registry() if unit["type"].endswith("_body")]


def body(short):
    """The unit id of a district body, e.g. `yte`."""
    unit = f"hn.tx.b.{short}"
    assert unit in BODIES, unit
    return unit


def ward(slug):
    """The unit id of a ward of 2023, e.g. `ha-dinh`."""
    unit = f"hn.tx.{slug}.1"
    assert unit in WARDS, unit
    return unit


def slug(unit):
    """The short name inside a unit id: `hn.tx.ha-dinh.1` gives `ha-dinh`, `hn.tx.b.yte` gives `yte`."""
    return unit.removeprefix("hn.tx.").removeprefix("b.").removesuffix(".1")


def is_working(day):
    """Whether offices work on `day`."""
    return day.weekday() < 5 and day not in HOLIDAYS


def working_days(first, last):
    """Working days from `first` to `last`, both included."""
    days = (first + datetime.timedelta(n) for n in range((last - first).days + 1))
    return [day for day in days if is_working(day)]


def after(day, count):
    """The `count`-th working day after `day`."""
    while count:
        day += datetime.timedelta(1)
        count -= is_working(day)
    return day


MONTH_DAYS = working_days(FROM, TO)


class Book:
    """Events by publishing unit. Numbers of documents are given at the end, in order of date within their series."""

    def __init__(self):
        self.pages = {unit: [] for unit in WARDS + BODIES}
        self.numbered = []
        self.written = 0

    def add(self, unit, kind, day, data, *, place=(), case=None, doc=None, by="van-phong", level="internal"):
        """Records one event of `unit` that took effect on `day`; returns the event, still open for its number."""
        event = {"kind": kind, "unit": unit, "occurred_on": day.isoformat()}
        if place:
            event["place"] = list(place)
        if case:
            event["case"] = case
        if doc:
            event["doc"] = doc
        event |= {"level": level, "entered_by": f"{INVENTED}.{by}", "approved_by": f"{INVENTED}.lanh-dao"}
        event["data"] = data
        self.pages[unit].append((day, self.written, event))
        self.written += 1
        return event

    def numbered_add(self, field, issuer, series, signer, unit, kind, day, data, **rest):
        """Like `add`, for a fact made by a document: `data[field]` and `doc.number` get the next number of the series."""
        doc = {"issuer": issuer, "number": None, "year": day.year, "series": series, "date": day.isoformat()}
        doc |= {"signer_position": signer, "delegated": False}
        event = self.add(unit, kind, day, {field: None} | data, doc=doc, **rest)
        self.numbered.append((day, self.written, field, event))
        return event

    def give_numbers(self):
        """Numbers every series of every issuer without a gap from 1, as Decree 30/2020 Article 15 asks of a year."""
        last = {}
        for _, _, field, event in sorted(self.numbered, key=lambda row: row[:2]):
            doc = event["doc"]
            key = (doc["issuer"], doc["year"], doc["series"])
            last[key] = last.get(key, 0) + 1
            doc["number"] = f"{last[key]:02}"
            event["data"][field] = f"{doc['number']}/{doc['series']}"

    def files(self):
        """File name and bytes per unit, one event a line in order of date."""
        for unit, page in self.pages.items():
            lines = [json.dumps(event, ensure_ascii=False) for _, _, event in sorted(page, key=lambda row: row[:2])]
            yield f"{unit}.jsonl", ("\n".join(lines) + "\n").encode()
