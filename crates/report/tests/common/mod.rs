//! Figures of the reference report, as the fold would hand them over.
#![allow(dead_code, missing_docs, clippy::unwrap_used)] // test code; each file uses its own part

pub mod month;
pub mod opened;

use socai_domain::CivilDate;
use socai_fold::figures::percent;
use socai_report::{
    AsOf, Body, Closed, Detail, Directive, Figure, Figures, Form, Level, Newest, Nil, Occasion, Period, Plan,
    SectionText, Slice, Span, Standing, Template, UnitName,
};
use socai_tlog::{Digest, EventName, Hash, LeafIndex, Link, TreeSize, UnitNo};

pub const TEMPLATE: &str = include_str!("../../../../deploy/thanh-xuan/rules/template.monthly.jinja");

pub fn template() -> Template {
    Template::parse(TEMPLATE).unwrap()
}

pub fn day(text: &str) -> CivilDate {
    text.parse().unwrap()
}

/// A month without a single figure.
pub fn empty() -> Figures {
    Figures {
        ledger: "socai.example/thanh-xuan".to_owned(),
        issuer: "Ủy ban nhân dân quận Thanh Xuân".to_owned(),
        number: None,
        period: Period {
            id: Some("2023-02".to_owned()),
            name: "tháng 02/2023".to_owned(),
            results_of: "tháng 01/2023".to_owned(),
            from: day("2023-01-01"),
            to: day("2023-02-08"),
            books_to: None,
            tasks_of: "tháng 02/2023".to_owned(),
            occasion: Some(Occasion {
                id: "tet-quy-mao-2023".to_owned(), name: "Tết Quý Mão".to_owned()
            }),
        },
        as_of: AsOf { size: TreeSize(1_502), root: Hash([0xab; 32]), time_ms: 1_675_874_700_000 },
        figures: Vec::new(),
        directives: Vec::new(),
        restated: Vec::new(),
        open: Vec::new(),
        units: Vec::new(),
        texts: vec![],
    }
}

pub fn figure(indicator: &str, label: &str, unit: &str, value: i128) -> Figure {
    Figure {
        indicator: indicator.to_owned(),
        label: label.to_owned(),
        unit: unit.to_owned(),
        form: if unit == "VND" { Form::Money } else { Form::Count },
        span: Span::Days(day("2023-01-01"), day("2023-02-08")),
        value,
        fraction: None,
        cases: None,
        holidays_unknown: 0,
        plan: Vec::new(),
        same_period: None,
        lunar_period: None,
        slices: Vec::new(),
        events: 3,
        digest: Some(Digest::of(indicator.as_bytes())),
        nil: None,
        detail: Detail::default(),
    }
}

pub fn plan(by: &str, label: &str, percent: Option<String>) -> Plan {
    Plan { by: by.to_owned(), label: label.to_owned(), value: 1, percent }
}

pub fn unit(id: &str, name: &str) -> UnitName {
    UnitName { id: id.to_owned(), name: name.to_owned() }
}

pub fn slice(axis: &str, key: &str, label: &str, value: i128) -> Slice {
    Slice {
        axis: axis.to_owned(),
        key: key.to_owned(),
        label: label.to_owned(),
        value,
        same_period: None,
        same_period_pct: None,
    }
}

/// The figures that the published sentences name, with estimates and baselines that print their percentages.
pub fn reference() -> Figures {
    const TRIEU: i128 = 1_000_000;
    let mut month = empty();
    let mut add = |indicator, label, unit, value| {
        month.figures.push(figure(indicator, label, unit, value));
        month.figures.len() - 1
    };
    let revenue = add("NS.01", "Thu ngân sách nhà nước trên địa bàn", "VND", 1_005_123 * TRIEU);
    let spending = add("NS.02", "Chi ngân sách quận", "VND", 107_944 * TRIEU);
    add("DT.01", "Công trình, dự án được nghiệm thu, đưa vào sử dụng", "công trình, dự án", 15);
    add("DT.02", "Báo cáo kinh tế - kỹ thuật được thẩm định", "báo cáo", 2);
    add("GP.01", "Dự thảo phương án được thông qua", "phương án", 16);
    add("GP.01.da", "Dự án có dự thảo phương án được thông qua", "dự án", 2);
    add("TT.01", "Trường hợp bị xử phạt", "trường hợp", 63);
    add("TT.02", "Số tiền phạt", "VND", 83 * TRIEU);
    add("TT.03", "Chợ hoa xuân được tổ chức", "chợ", 2);
    let gifts = add("AS.01", "Suất quà đã trao", "suất quà", 11_854);
    let worth = add("AS.02", "Kinh phí tặng quà", "VND", 10_287 * TRIEU);
    add("YT.01", "Lượt cơ sở thực phẩm được kiểm tra, giám sát", "lượt cơ sở", 452);
    add("YT.02", "Trường hợp bị xử phạt về an toàn thực phẩm", "trường hợp", 19);
    add("YT.03", "Số tiền phạt về an toàn thực phẩm", "VND", 43_750_000);
    let poisonings = add("YT.04", "Vụ ngộ độc thực phẩm", "vụ", 0);
    let curative = add("YT.06", "Lượt khám chữa bệnh", "lượt người", 2_300);
    let preventive = add("YT.07", "Lượt khám dự phòng", "lượt người", 3_000);
    let conscripts = add("QS.03", "Công dân bàn giao nhập ngũ", "công dân", 68);
    let at = &mut month.figures;
    at[revenue].plan = vec![plan("city", "Thành phố giao", percent(1_005_123, 5_711_000, 2))];
    at[revenue].same_period = percent(1_005_123, 925_442, 2);
    at[spending].plan = vec![
        plan("city", "Thành phố giao", percent(107_944, 1_190_500, 2)),
        plan("council", "HĐND quận giao", percent(107_944, 1_190_500, 2)),
    ];
    at[spending].same_period = percent(107_944, 104_385, 2);
    for of in [gifts, worth] {
        at[of].plan = vec![plan("programme", "chương trình tặng quà được duyệt", percent(1, 1, 1))];
    }
    at[poisonings].nil = Some(Nil::default());
    at[poisonings].events = 0;
    at[curative].same_period = percent(2_300, 2_286, 1);
    at[preventive].same_period = percent(3_000, 850, 1);
    at[conscripts].plan = vec![plan("city", "Thành phố giao", percent(68, 68, 0))];
    month
}

pub fn task(number: u32, text: &str, status: Option<&str>) -> Directive {
    Directive {
        number,
        text: text.to_owned(),
        lead: "Phòng Tài chính - Kế hoạch".to_owned(),
        due_on: day("2023-02-28"),
        status: status.map(str::to_owned),
    }
}

/// The figures of a month in which every text that anybody can bring in is an attack.
pub fn hostile() -> Figures {
    let evil = || HOSTILE.to_owned();
    let mut month = reference();
    month.ledger = evil();
    month.issuer = evil();
    month.number = Some(evil());
    month.period.name = evil();
    month.period.occasion = Some(Occasion { id: evil(), name: evil() });
    month.texts = ["ngan_sach", "do_thi"].map(|section| signed(section, Body::Written(evil()))).into();
    month.texts[0].unit = unit(HOSTILE, HOSTILE);
    month.directives = vec![task(1, HOSTILE, Some(HOSTILE))];
    month.open = vec![unit(HOSTILE, HOSTILE)];
    month.units = vec![standing(1, HOSTILE)];
    month.units[0].nil = vec![evil()];
    for figure in &mut month.figures {
        (figure.label, figure.unit) = (evil(), evil());
        figure.plan.iter_mut().for_each(|plan| plan.label = evil());
    }
    month
}

/// Markup, a formula, a footer command, ends of strings and of style sheets, characters that XML forbids or that turn reading around.
pub const HOSTILE: &str = "=HYPERLINK(\"x\") </style><script>alert(1)</script> ]]> &L&P '\"; } @import \u{0}\u{1}\u{b}\u{ffff}\u{202e} \\ {{ 1 }}";

pub fn standing(no: u32, name: &str) -> Standing {
    Standing {
        no: UnitNo(no),
        unit: unit(&format!("u{no}"), name),
        level: Level::Territory,
        closed: Some(Closed { received_at_ms: 1_675_874_700_000, seq: 4 }),
        newest: Some(Newest { seq: 5, leaf: LeafIndex(9), link: Some(Link([0xcd; 32])) }),
        nil: vec!["YT.04".to_owned()],
        late: Some(1),
    }
}

/// A text that the finance office signed with record 12/40.
pub fn signed(section: &str, body: Body) -> SectionText {
    SectionText {
        section: section.to_owned(),
        unit: unit("hn.tx.b.tckh", "Phòng Tài chính - Kế hoạch"),
        event: EventName::new(12, 40),
        signer_position: "truong-phong".to_owned(),
        annex: Digest([7; 32]),
        body,
    }
}
