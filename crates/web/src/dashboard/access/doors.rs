//! Every request passes here: who asks, whether he asks too often, and a line of the access log.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant, SystemTime},
};

use axum::{
    extract::{ConnectInfo, MatchedPath, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::Response,
};

use super::{
    Access, Role, Visitor,
    rate::{Rate, of_one_network},
    session::{Sessions, form_key},
    tokens::{Tokens, TokensError, digest},
};
use crate::{
    dashboard::{asking::Asking, oops::Oops},
    token,
};

/// Requests at once, as a multiple of those a second.
const BURST_S: u32 = 4;
/// Attempts to log in: one in six seconds, ten at once.
const LOGIN_EVERY: Duration = Duration::from_secs(6);
const LOGINS: u32 = 10;
/// How often the file of tokens is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Browsers take a year, and no plain HTTP in between.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000; includeSubDomains");

/// What lets people in and counts them. Clones share everything.
#[derive(Clone)]
pub(in crate::dashboard) struct Doors(Arc<Shared>);

struct Shared {
    access: Access,
    listening_at: IpAddr,
    began: Instant,
    tokens: Mutex<Known>,
    sessions: Mutex<Sessions>,
    rate: Mutex<Rate>,
    logins: Mutex<Rate>,
    counted: Counted,
}

/// Whence a request comes, one network of IPv6 being one address; none from this machine itself, where a proxy may stand that says nothing.
#[derive(Clone, Copy, Debug)]
pub(in crate::dashboard) struct Address(pub Option<IpAddr>);

/// The file of tokens as it was read.
struct Known {
    tokens: Tokens,
    changed: Option<SystemTime>,
    looked: Instant,
}

/// What an administrator reads.
#[derive(Debug, Default)]
pub(in crate::dashboard) struct Counted {
    pub answered: AtomicU64,
    pub refused: AtomicU64,
    pub failed: AtomicU64,
    pub too_often: AtomicU64,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Doors {
    /// Reads the tokens, if there are any.
    pub(in crate::dashboard) fn new(access: Access, listening_at: IpAddr) -> Result<Doors, TokensError> {
        let tokens = access.tokens.as_deref().map(Tokens::of).transpose()?.unwrap_or_default();
        let began = Instant::now();
        let changed = access.tokens.as_ref().and_then(changed);
        let every = Duration::from_secs(1).checked_div(access.rate_per_s).unwrap_or_default();
        Ok(Doors(Arc::new(Shared {
            listening_at,
            began,
            tokens: Mutex::new(Known { tokens, changed, looked: began }),
            sessions: Mutex::default(),
            rate: Mutex::new(Rate::new(every, access.rate_per_s.saturating_mul(BURST_S))),
            logins: Mutex::new(Rate::new(LOGIN_EVERY, LOGINS)),
            counted: Counted::default(),
            access,
        })))
    }

    pub(in crate::dashboard) fn counted(&self) -> &Counted {
        &self.0.counted
    }

    /// How many sessions there are, and every token by its words and role.
    pub(in crate::dashboard) fn people(&self) -> (usize, Vec<(String, Role)>) {
        let tokens = self.tokens().0.into_iter().map(|token| (token.name, token.role)).collect();
        (lock(&self.0.sessions).len(), tokens)
    }

    pub(super) fn access(&self) -> &Access {
        &self.0.access
    }

    pub(super) fn can_log_in(&self) -> bool {
        self.0.access.tokens.is_some()
    }

    /// Begins a session; none when the token is nobody's.
    pub(super) fn begin(&self, token: &str) -> Result<Option<String>, String> {
        let digest = digest(token);
        if self.tokens().find(&digest).is_none() {
            return Ok(None);
        }
        lock(&self.0.sessions).begin(digest, Instant::now()).map(Some)
    }

    pub(super) fn end(&self, session: &str) {
        lock(&self.0.sessions).end(session);
    }

    /// Takes an attempt to log in; the error is how long to wait.
    pub(super) fn take_login(&self, address: IpAddr) -> Result<(), Duration> {
        lock(&self.0.logins).take(address, self.0.began.elapsed())
    }

    /// The tokens as they are now. A file that became unreadable keeps nobody in and lets nobody in.
    fn tokens(&self) -> Tokens {
        let mut known = lock(&self.0.tokens);
        let Some(path) = &self.0.access.tokens else { return Tokens::default() };
        if known.looked.elapsed() >= LOOK_EVERY {
            known.looked = Instant::now();
            let changed = changed(path);
            if changed != known.changed {
                known.changed = changed;
                known.tokens = Tokens::of(path).unwrap_or_else(|error| {
                    tracing::error!(%error, "nobody can log in");
                    Tokens::default()
                });
            }
        }
        known.tokens.clone()
    }

    fn visitor(&self, headers: &HeaderMap) -> Visitor {
        let session = self.session(headers);
        let of_session =
            || lock(&self.0.sessions).token(session.as_deref().unwrap_or_default(), Instant::now());
        let digest = token::presented(headers).map(digest).or_else(of_session);
        let tokens = self.tokens();
        let token = digest.and_then(|digest| tokens.find(&digest).cloned());
        Visitor {
            role: token.as_ref().map_or(self.0.access.unknown(self.0.listening_at), |token| token.role),
            name: token.as_ref().map(|token| token.name.clone()).unwrap_or_default(),
            form_key: token.and(session).map(|session| form_key(&session)).unwrap_or_default(),
            min_cell: self.0.access.min_cell,
            can_log_in: self.can_log_in(),
        }
    }

    /// The cookie of a session. `__Host-` binds it to this host and to TLS.
    pub(super) fn cookie(&self) -> &'static str {
        if self.0.access.is_behind_tls { "__Host-socai" } else { "socai" }
    }

    pub(super) fn session(&self, headers: &HeaderMap) -> Option<String> {
        cookie(headers, self.cookie())
    }

    /// Who asks: the peer, or whom the proxy in front names last.
    pub(super) fn address(&self, headers: &HeaderMap, peer: Option<SocketAddr>) -> Option<IpAddr> {
        let last = || headers.get_all("x-forwarded-for").into_iter().next_back()?.to_str().ok();
        let named = || last()?.rsplit(',').next()?.trim().parse().ok();
        let named: Option<IpAddr> = self.0.access.is_behind_tls.then(named).flatten();
        named.or(peer.map(|peer| peer.ip()))
    }

    /// A page of another name must not reach what is open to this machine only (DNS rebinding).
    fn is_foreign_name(&self, headers: &HeaderMap) -> bool {
        if self.0.access.unknown(self.0.listening_at) != Role::Local {
            return false;
        }
        let Some(host) = headers.get(header::HOST).and_then(|host| host.to_str().ok()) else { return false };
        let name = host.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok());
        let name = name.map_or(host, |(name, _)| name);
        name != "localhost" && name.trim_matches(['[', ']']).parse::<IpAddr>().is_err()
    }
}

fn changed(path: &PathBuf) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|about| about.modified()).ok()
}

pub(super) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let all = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, value)| value.to_owned())
}

/// Lets a request through with its visitor, or says that it came too often; then writes the access log: what was asked by the shape of its
/// address (never an id, a query, a token or who asked), as what, how it ended.
pub(in crate::dashboard) async fn passed(
    State(doors): State<Doors>,
    mut request: Request,
    next: Next,
) -> Response {
    let began = Instant::now();
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0);
    let address = doors.address(request.headers(), peer);
    let of_the_world = address.filter(|address| !address.to_canonical().is_loopback());
    request.extensions_mut().insert(Address(of_the_world.map(of_one_network)));
    let visitor = doors.visitor(request.headers());
    let role = visitor.role;
    let shape = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let method = request.method().clone();
    request.extensions_mut().insert(visitor);
    let refused =
        address.and_then(|address| lock(&doors.0.rate).take(address, doors.0.began.elapsed()).err());
    let mut response = match refused {
        Some(wait) => {
            doors.0.counted.too_often.fetch_add(1, Relaxed);
            too_often(&request, wait)
        }
        None if doors.is_foreign_name(request.headers()) => {
            let asking = Asking::of_request(&request);
            Oops::new(StatusCode::MISDIRECTED_REQUEST, "foreign_name").answer(&asking)
        }
        None => next.run(request).await,
    };
    if doors.0.access.is_behind_tls {
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, HSTS);
    }
    doors.0.counted.count(response.status());
    let (status, shape) = (response.status().as_u16(), shape.as_deref().unwrap_or("-"));
    let ms = began.elapsed().as_millis() as u64; // of one request
    tracing::info!(target: "socai_web::access", %method, shape, status, ms, role = role.name());
    response
}

fn too_often(request: &Request, wait: Duration) -> Response {
    let mut response =
        Oops::new(StatusCode::TOO_MANY_REQUESTS, "too_often").answer(&Asking::of_request(request));
    let seconds = HeaderValue::from(wait.as_secs() + 1);
    response.headers_mut().insert(header::RETRY_AFTER, seconds);
    response
}

impl Counted {
    fn count(&self, status: StatusCode) {
        let which = match status.as_u16() {
            500.. => &self.failed,
            400.. => &self.refused,
            _ => &self.answered,
        };
        which.fetch_add(1, Relaxed);
    }
}
