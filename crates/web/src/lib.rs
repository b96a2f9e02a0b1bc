//! HTTP: what a ward node serves to its office, what a ledger's log serves to the world, and the dashboard that people look at.
//!
//! In scope: routes, tokens, limits, errors as `application/problem+json` (RFC 9457) with one entry per field; tiles as C2SP names
//! them. Out of scope: what is a right event and how it is sealed (`socai-ward`), what a tile holds (`socai-log`).
//!
//! A ward node:
//!
//! | route | token | answers |
//! |---|---|---|
//! | `POST /api/v1/events` | yes | 201 `{"name","link"}`, an array for an array; sealed and on the disk |
//! | `POST /api/v1/imports?kind=` | yes | 201 what was sealed of a file, all of it or nothing; `import-broken` (503, 409) says how much is, and the same file goes on |
//! | `GET /api/v1/status` | yes | 200 how the unit stands |
//! | `PUT /api/v1/registry` | yes | 204 a newer snapshot of the ledger's units is in use |
//! | `POST /api/v1/keys/rotate` | yes | 201 the new sealing key and the record that brings it in |
//! | `DELETE /api/v1/alarm` | yes | 204 somebody has looked at the alarm and at what the unit refused as a witness, publishing and cosigning go on |
//! | `POST /add-checkpoint` · `GET /<SHA-256 of the origin>/checkpoint` | no | the unit as a witness, by c2sp.org/tlog-witness |
//! | `GET /health/live` · `GET /health/ready` | no | 200, or 503 when nothing can be sealed |
//!
//! A log (c2sp.org/tlog-tiles), for everybody:
//!
//! | route | answers | may be kept |
//! |---|---|---|
//! | `GET /checkpoint` | the newest signed checkpoint | a second |
//! | `GET /tile/<level>/<n>` · `GET /tile/entries/<n>` | a full tile of hashes, 256 entries (headers, never facts) | for ever |
//! | `GET /tile/<level>/<n>.p/<width>` · `GET /tile/entries/<n>.p/<width>` | the beginning of one | a minute |
//! | `GET /health/live` · `GET /health/ready` | 200, or 503 when the log cannot be read | |
//!
//! Its files for mirrors, with a token of their own, where the district serves them:
//!
//! | route | answers |
//! |---|---|
//! | `GET /log/volumes/<number, ten digits>.vol` · `GET /log/annex/<number>.anx` | 206 the bytes that `Range: bytes=<from>-<to>` asks for, 4 MiB at most and nothing behind the last commit of a volume; 416 `Content-Range: bytes */<length>` behind the end |
//!
//! A dashboard beside the log's routes; it reads only, but for what an issuer has signed:
//!
//! | route | answers |
//! |---|---|
//! | `GET /` `?period=&figure=` | the district at a glance |
//! | `GET /figure/{code}` `?period=&unit=&page=` · `…/events.csv` | why this number: row, period, cut-off, every fact |
//! | `GET /report` `?period=` · `/report/draft/{html,docx,xlsx}` · `/report/issued/{no}/{…}` | the draft of a period, and reports as they were printed |
//! | `GET /report/issue` `?period=&no=` · `POST` | what would be signed: digest and cut-off; 303 once `report.issued` is recorded, by whoever holds the key |
//! | `POST /report/texts` | 303 once texts of sections are recorded with the operator's closing of the period |
//! | `GET /replay` `?period=&as_of=&cases=` | the figures as known at any checkpoint |
//! | `GET /record/{unit}/{seq}` · `GET /check` | a proof that the browser checks itself |
//! | `GET /record/{unit}/{seq}/qr.svg` | the short form of the proof as a QR code, for paper |
//! | `GET /units` · `GET /unit/{id}` · `GET /log` · `GET /case/{id}` · `GET /findings` | what they say |
//! | `GET /running` | counts for whoever keeps the program running |
//! | `GET`, `POST /login` · `POST /logout` | a token for a session |
//! | `GET /api/v1/figures` `?period=&as_of=&brief=` | the bytes of `socai report --format json`; in brief without digests, ratios and rows that judge cases |
//! | `GET /api/v1/units` · `GET /api/v1/status` | JSON |
//! | `GET /api/v1/proofs/{unit}/{seq}` | a `.tlog-proof` without the facts |
//! | `GET /api/v1/consistency/{old}/{new}` | `{"old","new","proof"}`, hashes in hex |
//! | `GET /api/v1/policy` | the tlog-policy with the keys of operator and witnesses |
//! | `GET /api/v1/live` | server-sent events: `checkpoint` whenever the log grew |

mod body;
mod dashboard;
mod log;
mod node;
mod problem;
mod serving;
mod token;

pub use dashboard::{
    Access, Answers, Board, BoardError, Case, CaseEntry, CaseState, DashboardError, DashboardHttp, Months,
    NewToken, NotSigned, Paper, Role, Signed, Signing, ToSign, TokensError, WrongNumber, serve_dashboard,
};
pub use log::{LogHttp, LogHttpError, log_router, serve_log};
pub use node::{Http, HttpError, MAX_BODY_LEN, router, serve};
pub use problem::Problem;
