"""The six groups of main tasks, the 3 + 3 + 9 programmes, schemes and plans, three clearance projects, and the closing."""

import datetime

from .book import BODIES, FROM, TO, WARDS, body, ward

END_OF_FEBRUARY = "2023-02-28"

# what the groups ask for, in our words: (lead, with, text)
TASKS = [
    ("tckh", ["thue", "kbnn"],
     "Tập trung thu ngân sách nhà nước trên địa bàn, thu hồi nợ thuế, quản lý thuế thương mại điện tử và tiền sử dụng đất; "
     "điều hành chi bảo đảm cân đối, phục vụ phát triển kinh tế - xã hội, an ninh - quốc phòng và nhiệm vụ đột xuất."),
    ("qlda", ["tckh", "vp"],
     "Đẩy nhanh chuẩn bị đầu tư; đôn đốc nhà thầu bảo đảm tiến độ, chất lượng; thanh toán, quyết toán kịp thời; theo dõi các "
     "chương trình, đề án, kế hoạch và nghị quyết chuyên đề của Quận ủy."),
    ("gpmb", ["qldt", "qlda"],
     "Phát triển kinh tế, hỗ trợ sản xuất, kinh doanh, dịch vụ; triển khai cải tạo, xây dựng lại chung cư cũ; hoàn thành giải "
     "phóng mặt bằng các dự án được giao; chuẩn bị tuyến Vành đai 2,5 khi được Thành phố chấp thuận."),
    ("yte", [], "Chủ động phòng, chống dịch Covid-19 và các dịch bệnh khác."),
    ("vp", ["vhtt", "ca"],
     "Thực hiện thí điểm chính quyền đô thị; siết kỷ luật, kỷ cương hành chính; triển khai Đề án 06; cải cách hành chính, ứng "
     "dụng công nghệ thông tin, xây dựng chính quyền số."),
    ("vp", ["tt", "ca"],
     "Vận hành bộ phận một cửa hiện đại; số hóa và dùng lại kết quả số hóa hồ sơ; quản lý văn bản tập trung; ủy quyền giải "
     "quyết thủ tục hành chính; phòng cháy, chữa cháy và cứu nạn, cứu hộ; tiếp công dân, giải quyết đơn thư."),
]

# (class, directive, what it is, count, day it was issued, due on); the days before 2023 are assumed
PROGRAMMES = [
    ("programme", "qu-chuong-trinh-2020-2025", "Chương trình số {} của Quận ủy, nhiệm kỳ 2020-2025", 3, "2020-10-30", "2025-06-30"),
    ("scheme", "qu-de-an-2020-2025", "Đề án số {} của Quận ủy, nhiệm kỳ 2020-2025", 3, "2020-12-31", "2025-06-30"),
    ("plan", "qu-ke-hoach-2021-2025",
     "Kế hoạch số {} của Quận ủy thực hiện chương trình của Thành ủy, giai đoạn 2021-2025", 9, "2021-06-30", "2025-12-31"),
]
CLEARANCE = [
    ("Cải tạo, mở rộng theo quy hoạch đường Nguyễn Tuân", "thanh-xuan-trung"),
    ("Xây dựng tuyến đường vào cụm 3 trường, phường Thanh Xuân Nam", "thanh-xuan-nam"),
    ("Tu bổ, tôn tạo di tích lịch sử Gò Đống Thây", "thanh-xuan-trung"),
]
FED_BY_WARDS = ["gift.delivered", "incident.reported", "inspection.conducted", "penalty.decided", "violation.recorded"]
NIL_OF_POLICE = ["AN.01", "PC.04"]


def write(book):
    """Writes the directives of the leadership as its office records them."""
    for number, (lead, others, text) in enumerate(TASKS, 1):
        issue(book, "nv-2023-02", number, "task_group", TO, END_OF_FEBRUARY, text, lead, others)
    for which, directive, text, count, day, due in PROGRAMMES:
        for number in range(1, count + 1):
            case = issue(book, directive, number, which, datetime.date.fromisoformat(day), due, text.format(number), "vp", [])
            progress(book, case, datetime.date(2023, 2, 6))
    for number, (text, slug) in enumerate(CLEARANCE, 1):
        place = [ward(slug)]
        case = issue(book, "gpmb-2023", number, "clearance_project", datetime.date(2023, 1, 5), END_OF_FEBRUARY, text,
                     "gpmb", ["qlda"], place)
        progress(book, case, datetime.date(2023, 2, 7), place)


def issue(book, directive, number, which, day, due, text, lead, others, place=()):
    """One directive; returns its case key."""
    case = f"{directive}-{number}"
    data = {"directive": directive, "number": number, "text": text, "lead_unit": body(lead)}
    data |= {"with_units": [body(other) for other in others], "due_on": due, "class": which}
    book.add(body("vp"), "directive.issued", day, data, place=place, case=case, by="tong-hop", level="public")
    return case


def progress(book, case, day, place=()):
    """Work goes on."""
    book.add(body("vp"), "directive.progressed", day, {"status": "in_progress"}, place=place, case=case, by="tong-hop", level="public")


def close(book):
    """Every unit closes the period and says what did not happen; called last, so that nothing of the month is late."""
    for unit in WARDS + BODIES:
        present = {event["kind"] for _, _, event in book.pages[unit]}
        nil = ["YT.04"]
        nil += NIL_OF_POLICE if unit == body("ca") else []
        nil += [kind for kind in FED_BY_WARDS if kind not in present] if unit in WARDS else []
        data = {"period_kind": "ad_hoc", "from": FROM.isoformat(), "to": TO.isoformat(), "nil_kinds": nil}
        data |= {"signer_position": "chu-tich-ubnd-phuong" if unit in WARDS else "thu-truong-don-vi"}
        book.add(unit, "period.closed", TO, data, by="tong-hop", level="public")
