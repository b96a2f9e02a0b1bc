//! The one stream of a ledger: what it must be, making it, and noticing when somebody changed it.

use crate::{BusError, MAX_MESSAGE_BYTES, Subjects, link::Link};
use async_nats::jetstream::{
    context::{Context, RequestErrorKind},
    stream::{Config, DiscardPolicy, RetentionPolicy, StorageType},
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// What may differ from one deployment to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamSpec {
    /// The names of the ledger.
    pub subjects: Subjects,
    /// Copies in a cluster: 1, 3 or 5.
    pub replicas: usize,
    /// Largest size in bytes; when it is full, units are told and wait. `None` is bounded by the server's store alone.
    pub max_bytes: Option<u64>,
}

impl StreamSpec {
    /// One copy, no bound of its own.
    pub fn single(subjects: Subjects) -> StreamSpec {
        StreamSpec { subjects, replicas: 1, max_bytes: None }
    }

    /// Nothing ages out, nothing is purged, a full stream refuses instead of forgetting. Single messages can be erased, which a stream
    /// that was made to deny it can never be taught: an annex that is destroyed everywhere is destroyed on its way, too.
    pub(crate) fn config(&self) -> Config {
        Config {
            name: self.subjects.stream(),
            subjects: vec![self.subjects.all_segs()],
            retention: RetentionPolicy::Limits,
            discard: DiscardPolicy::New,
            storage: StorageType::File,
            num_replicas: self.replicas,
            max_bytes: self.max_bytes.and_then(|bytes| i64::try_from(bytes).ok()).unwrap_or(-1),
            max_messages: -1,
            max_messages_per_subject: -1,
            // just over the largest message, because JetStream counts a few bytes of its own
            max_message_size: i32::try_from(MAX_MESSAGE_BYTES + 4096).unwrap_or(i32::MAX),
            deny_delete: false,
            deny_purge: true,
            ..Config::default()
        }
    }
}

/// A setting of the stream that is not what it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// The setting, as JetStream names it.
    pub setting: String,
    /// What it must be, as JSON.
    pub expected: String,
    /// What it is, as JSON.
    pub got: String,
}

/// How the stream was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamReport {
    /// Whether it was made just now.
    pub created: bool,
    /// When it was created, in nanoseconds since 1970 UTC.
    pub created_ns: u64,
    /// The first sequence it still has.
    pub first_seq: u64,
    /// The last sequence it gave.
    pub last_seq: u64,
    /// Settings that somebody changed. It works on, but the operator must know: it may forget messages.
    pub drift: Vec<Drift>,
}

/// JetStream's answer to `STREAM.INFO` and `STREAM.CREATE`, with the settings as they came: also those this build does not know.
#[derive(Deserialize)]
struct Info {
    config: Option<Map<String, Value>>,
    created: Option<String>,
    state: Option<State>,
    error: Option<ApiError>,
}

#[derive(Deserialize)]
struct State {
    first_seq: u64,
    last_seq: u64,
}

#[derive(Deserialize)]
pub(crate) struct ApiError {
    #[serde(default)]
    pub(crate) err_code: u64,
    #[serde(default)]
    pub(crate) description: String,
}

/// JetStream's code for a stream that is not there.
const NOT_FOUND: u64 = 10059;

/// Looks at the stream; makes it when it is not there and `create` says so.
pub(crate) async fn look(
    link: &Link,
    js: &Context,
    spec: &StreamSpec,
    create: bool,
) -> Result<StreamReport, BusError> {
    let name = spec.subjects.stream();
    match ask(link, js, format!("STREAM.INFO.{name}"), "look at the stream", &Value::Null).await? {
        Ok(info) => report(link, spec, info, false),
        Err(error) if error.err_code == NOT_FOUND && create => make(link, js, spec).await,
        Err(error) if error.err_code == NOT_FOUND => Err(BusError::NoStream { stream: name }),
        Err(error) => Err(rejected("look at the stream", error)),
    }
}

async fn make(link: &Link, js: &Context, spec: &StreamSpec) -> Result<StreamReport, BusError> {
    let what = "create the stream";
    let config = serde_json::to_value(spec.config())
        .map_err(|error| BusError::Misuse { got: format!("{spec:?}"), why: error.to_string() })?;
    let subject = format!("STREAM.CREATE.{}", spec.subjects.stream());
    let answer = ask(link, js, subject, what, &config).await?;
    report(link, spec, answer.map_err(|error| rejected(what, error))?, true)
}

async fn ask(
    link: &Link,
    js: &Context,
    subject: String,
    what: &'static str,
    body: &Value,
) -> Result<Result<Info, ApiError>, BusError> {
    let answer = link.ask(js.request::<_, _, Info>(subject, body)).await?;
    let mut info = answer.map_err(|error| match error.kind() {
        RequestErrorKind::NoResponders => {
            link.unavailable(None, format!("cannot {what}: JetStream is not enabled there, or not up yet"))
        }
        RequestErrorKind::TimedOut => {
            link.unavailable(Some(link.answer_within), format!("cannot {what}: no answer"))
        }
        _ => link.unavailable(None, format!("cannot {what}: {error}")),
    })?;
    Ok(match info.error.take() {
        Some(error) => Err(error),
        None => Ok(info),
    })
}

fn rejected(what: &'static str, error: ApiError) -> BusError {
    BusError::Rejected { what, code: error.err_code, text: error.description }
}

fn report(link: &Link, spec: &StreamSpec, info: Info, created: bool) -> Result<StreamReport, BusError> {
    let unreadable =
        |part: &str| link.unavailable(None, format!("the stream's description has no readable {part}"));
    let created_ns =
        info.created.as_deref().and_then(nanoseconds).ok_or_else(|| unreadable("creation time"))?;
    let state = info.state.ok_or_else(|| unreadable("state"))?;
    let got = info.config.ok_or_else(|| unreadable("settings"))?;
    let drift = drift(&spec.config(), &got);
    Ok(StreamReport { created, created_ns, first_seq: state.first_seq, last_seq: state.last_seq, drift })
}

fn nanoseconds(time: &str) -> Option<u64> {
    let time = async_nats::datetime::parse_rfc3339(time).ok()?;
    u64::try_from(time.unix_timestamp_nanos()).ok()
}

/// Settings that change what the stream keeps, takes or says. Each has a value that a server leaves out of its answer.
fn drift(expected: &Config, got: &Map<String, Value>) -> Vec<Drift> {
    let rules = [
        ("subjects", json!(expected.subjects)),
        ("retention", json!("limits")),
        ("discard", json!("new")),
        ("storage", json!("file")),
        ("num_replicas", json!(expected.num_replicas)),
        ("max_msgs", json!(-1)),
        ("max_bytes", json!(expected.max_bytes)),
        ("max_msgs_per_subject", json!(-1)),
        ("max_msg_size", json!(expected.max_message_size)),
        ("max_age", json!(0)),
        ("deny_delete", json!(false)),
        ("deny_purge", json!(true)),
        ("allow_rollup_hdrs", json!(false)),
        ("allow_msg_ttl", json!(false)),
        ("discard_new_per_subject", json!(false)),
        ("no_ack", json!(false)),
        ("sealed", json!(false)),
        ("mirror", Value::Null),
        ("sources", Value::Null),
        ("subject_transform", Value::Null),
        ("republish", Value::Null),
    ];
    let differs = |(setting, expected): (&str, Value)| {
        let left_out = if expected.is_boolean() { json!(false) } else { Value::Null };
        let got = got.get(setting).cloned().unwrap_or(left_out);
        let (got, expected_text) = (got, expected.to_string());
        (got != expected).then(|| Drift {
            setting: setting.to_owned(),
            expected: expected_text,
            got: got.to_string(),
        })
    };
    rules.into_iter().filter_map(differs).collect()
}
