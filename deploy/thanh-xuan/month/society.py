"""Health visits, activities and conscription."""

import datetime

from .book import DISTRICT, MONTH_DAYS, OCCASION, WARDS, body, slug, ward
from .budget import baseline
from .dice import Dice, uneven

CURATIVE, PREVENTIVE = 2_300, 3_000
CURATIVE_2022, PREVENTIVE_2022 = 2_286, 850
SPANS = [("2023-01-01", "2023-01-15"), ("2023-01-16", "2023-01-31"), ("2023-02-01", "2023-02-08")]
CONSCRIPTS = [7, 6, 7, 6, 6, 6, 6, 6, 6, 6, 6]
HANDED_OVER = datetime.date(2023, 2, 6)
QUOTA_BY_CITY, QUOTA_BY_DISTRICT = datetime.date(2022, 12, 15), datetime.date(2022, 12, 22)

# (unit, kind, name, from, to, places, of the occasion?)
ACTIVITIES = [
    ("vhtt", "spring_flower_market", "Chợ hoa xuân Quý Mão, điểm số 1", "2023-01-07", "2023-01-21", ["nhan-chinh"], True),
    ("vhtt", "spring_flower_market", "Chợ hoa xuân Quý Mão, điểm số 2", "2023-01-07", "2023-01-21", ["khuong-dinh"], True),
    ("vhtt", "campaign", "Xây dựng mô hình Tổ dân phố văn hóa “5 không”", "2023-02-02", "2023-02-02", [], False),
    ("vhtt", "meeting", "Kỷ niệm 93 năm ngày thành lập Đảng", "2023-02-03", "2023-02-03", [], False),
    ("gddt", "term_review", "Sơ kết học kỳ I năm học 2022-2023", "2023-01-12", "2023-01-12", [], False),
    ("gddt", "competition", "Olympic Tiếng Anh lớp 5 cấp quận", "2023-02-07", "2023-02-07", [], False),
    ("qs", "fireworks", "Bắn pháo hoa đón Tết Nguyên đán Quý Mão 2023", "2023-01-21", "2023-01-22", ["nhan-chinh"], True),
    ("qs", "military_training", "Tập huấn công tác quân sự năm 2023", "2023-02-02", "2023-02-03", [], False),
    ("qs", "military_training", "Tập huấn Dân quân tự vệ năm 2023", "2023-02-07", "2023-02-08", [], False),
    ("qs", "handover_ceremony", "Lễ giao nhận quân năm 2023", "2023-02-06", "2023-02-06", [], False),
    ("ca", "propaganda", "Tuyên truyền phòng cháy, chữa cháy trước Tết", "2023-01-09", "2023-01-13", [], False),
]


def write(book):
    """Writes the three."""
    health(book)
    for row in ACTIVITIES:
        activity(book, *row)
    conscription(book)


def health(book):
    """Visits per station, kind and span of days; totals only, no diagnosis ever."""
    stations = [(f"tyt-{slug(unit)}", [unit]) for unit in WARDS] + [("ttyt-quan", [])]
    for kind, total in (("curative", CURATIVE), ("preventive", PREVENTIVE)):
        dice = Dice(f"health/{kind}")
        rows = [(station, span) for station in stations for span in SPANS]
        for ((facility, place), (first, last)), visits in zip(rows, uneven(dice, total, len(rows), 40, 160)):
            data = {"facility": facility, "kind": kind, "from": first, "to": last, "visits": visits}
            day = datetime.date.fromisoformat(last)
            book.add(body("yte"), "health.visits_reported", day, data, place=place, by="thong-ke", level="public")
    for indicator, value in (("YT.06", CURATIVE_2022), ("YT.07", PREVENTIVE_2022)):
        baseline(book, body("yte"), indicator, value, "lượt người")


def activity(book, short, kind, name, first, last, slugs, of_occasion):
    """One public activity, on the day it began."""
    data = {"kind": kind, "name": name, "from": first, "to": last, "venue": "địa điểm theo kế hoạch của quận"}
    data |= {"occasion": OCCASION} if of_occasion else {}
    day = datetime.date.fromisoformat(first)
    places = [ward(name) for name in slugs]
    book.add(body(short), "activity.held", day, data, place=places, by="tong-hop", level="public")


def conscription(book):
    """The city's quota, the district's quotas per ward, and the hand-over of every ward's citizens: counts only."""
    quota(book, QUOTA_BY_CITY, "city", DISTRICT, sum(CONSCRIPTS))
    for unit, count in zip(WARDS, CONSCRIPTS):
        quota(book, QUOTA_BY_DISTRICT, "district", unit, count)
        data = {"year": 2023, "call_no": 1, "place": unit, "service": "army", "count": count, "volunteers": 0, "returned": 0}
        book.add(body("qs"), "conscription.handed_over", HANDED_OVER, data, place=[unit], by="tac-huan")


def quota(book, day, authority, target, count):
    """One quota for the call of 2023."""
    data = {"year": 2023, "call_no": 1, "authority": authority, "target_unit": target, "service": "army", "quota": count}
    book.add(body("qs"), "conscription.quota_set", day, data, by="tac-huan")


assert len(MONTH_DAYS) == 22, "the calendar of the month has 22 working days"
