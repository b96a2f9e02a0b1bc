"""Investment and site clearance: 15 works accepted, 2 reports appraised, 16 draft plans passed for 2 projects."""

import datetime

from .book import MONTH_DAYS, body, ward
from .dice import Dice

# works accepted per project: 15 works of 9 projects
ACCEPTED = [3, 2, 2, 1, 2, 1, 1, 2, 1]
APPRAISED = [("da-2023-01", 8_940_000_000), ("da-2023-02", 12_615_000_000)]
TRI_SCHOOL_ROAD, GO_DONG_THAY = "da-cum-3-truong", "da-go-dong-thay"
PLANS = [
    (TRI_SCHOOL_ROAD, [ward("thanh-xuan-nam")], 6),
    (TRI_SCHOOL_ROAD, [ward("ha-dinh")], 4),
    (TRI_SCHOOL_ROAD, [ward("ha-dinh"), ward("thanh-xuan-nam")], 1),  # not split between the two: unallocated
    (GO_DONG_THAY, [ward("thanh-xuan-trung")], 5),
]
# the projects whose plans were passed, by the names of the published report; investor, group and money are invented
REGISTERED = [
    (TRI_SCHOOL_ROAD, ["Cụm 3 trường", "Cụm ba trường"], ["thanh-xuan-nam", "ha-dinh"], 168_000_000_000),
    (GO_DONG_THAY, ["Gò Đống Thây"], ["thanh-xuan-trung"], 94_500_000_000),
]
REGISTERED_ON = datetime.date(2022, 12, 5)


def write(book):
    """Writes registrations, acceptances, appraisals and the two steps of every draft plan."""
    registered(book)
    accepted(book)
    for number, (project, value) in enumerate(APPRAISED):
        data = {"project": project, "doc_kind": "economic_technical_report", "result": "pass", "appraised_value": value}
        book.add(body("tckh"), "project.appraised", MONTH_DAYS[6 + number * 9], data, case=project, level="public")
    clearance(book)


def registered(book):
    """The two projects that sites are cleared for, so that a report can name them."""
    for project, names, wards, investment in REGISTERED:
        data = {"project": project, "names": names, "places": [ward(slug) for slug in wards]}
        data |= {"investor": body("qlda"), "group": "b", "source": "district", "total_investment": investment}
        book.add(body("qlda"), "project.registered", REGISTERED_ON, data, case=project, by="ky-thuat", level="public")


def accepted(book):
    """Completion of works, all put into use on the day of their minutes."""
    dice = Dice("accepted")
    for number, count in enumerate(ACCEPTED, 1):
        project, day = f"da-2022-{number:02}", dice.pick(MONTH_DAYS)
        data = {
            "project": project, "works": [f"{project}-ct{work}" for work in range(1, count + 1)], "kind": "completion",
            "minutes": f"BBNT-{number:02}", "put_into_use_on": day.isoformat(),
        }
        book.add(body("qlda"), "project.accepted", day, data, case=project, by="ky-thuat", level="public")


def clearance(book):
    """Each plan is drafted, then passed by the board some days later; one user or a small batch per plan."""
    dice, numbers = Dice("clearance"), {}
    for project, places, count in PLANS:
        for _ in range(count):
            numbers[project] = numbers.get(project, 0) + 1
            plan = f"pa-{project.removeprefix('da-')}-{numbers[project]:02}"
            drafted = dice.below(9)
            data = {"project": project, "plan": plan, "round": 1, "stage": "draft_prepared"}
            data |= {"land_users": dice.between(1, 4), "area_m2": dice.between(18, 240)}
            stage(book, MONTH_DAYS[drafted], data, places)
            stage(book, MONTH_DAYS[dice.between(drafted + 3, 21)], data | {"stage": "draft_passed"}, places)


def stage(book, day, data, places):
    """One step of one plan."""
    book.add(body("gpmb"), "clearance.stage_reached", day, data, place=places, case=data["plan"], by="phuong-an")
