//! A real dashboard whose figures take as long as a test wants: what else is asked is answered meanwhile.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::Path,
    sync::{Arc, Condvar, Mutex},
    thread::JoinHandle,
    time::Duration,
};

use socai_domain::CivilDate;
use socai_fold::{Fold, Report, figures::Asked};
use socai_log::{Cursor, Lock, LogKey, NewEntry, Options, Reader, Writer};
use socai_proto::{Lang, v1};
use socai_report::Figures;
use socai_tlog::{Chain, ChainHead, Origin, SealingKey, SigningKey, TreeSize, UnitNo, genesis, sign_segment};
use tokio_util::sync::CancellationToken;

use super::*;

/// Longer than anything here takes on a slow machine.
const LONG: Duration = Duration::from_secs(60);

/// Holds every computation of figures until it is opened.
#[derive(Clone, Default)]
struct Gate(Arc<(Mutex<(usize, bool)>, Condvar)>);

impl Gate {
    fn pass(&self) {
        let (state, changed) = &*self.0;
        let mut state = state.lock().unwrap();
        state.0 += 1;
        changed.notify_all();
        drop(changed.wait_timeout_while(state, LONG, |(_, is_open)| !*is_open).unwrap());
    }

    fn open(&self) {
        let (state, changed) = &*self.0;
        state.lock().unwrap().1 = true;
        changed.notify_all();
    }

    /// How many came so far, once there are `count`.
    fn came(&self, count: usize) -> usize {
        let (state, changed) = &*self.0;
        let waited = changed.wait_timeout_while(state.lock().unwrap(), LONG, |(came, _)| *came < count);
        waited.unwrap().0.0
    }
}

const NONE: &str = "not in this test";

impl Answers for Gate {
    fn at(&self, _: &Reader, _: TreeSize) -> Result<Fold, String> {
        Err(NONE.into())
    }
    fn figures(&self, _: &Reader, _: &Fold, _: &Asked) -> Result<Figures, String> {
        self.pass();
        Err(NONE.into())
    }
    fn glance(&self, _: &Reader, _: &Fold, _: &Asked) -> Result<Figures, String> {
        Err(NONE.into())
    }
    fn sums(&self, _: &Reader, _: &Fold, _: &Asked) -> Result<Figures, String> {
        Err(NONE.into())
    }
    fn about(&self, _: &Reader, _: TreeSize, _: &Asked) -> Result<Fold, String> {
        Err(NONE.into())
    }
    fn brief(&self, _: &Reader, _: &Fold, _: &Asked) -> Result<Figures, String> {
        Err(NONE.into())
    }
    fn paper(&self, _: &Fold, _: &Figures, _: Paper) -> Result<Vec<u8>, String> {
        Err(NONE.into())
    }
    fn to_issue(&self, _: &Fold, _: &Figures, _: &str) -> Result<v1::ReportIssued, String> {
        Err(NONE.into())
    }
    fn wrong_number(&self, _: &Reader, _: &Fold, _: &str) -> Result<Option<answers::WrongNumber>, String> {
        Err(NONE.into())
    }
    fn issued(&self, _: &Reader, _: &Fold, _: &Report, _: Paper) -> Result<Vec<u8>, String> {
        Err(NONE.into())
    }
    fn months(&self, _: &Reader, _: &Fold, _: &str, _: &Asked, _: Lang) -> Result<Option<Months>, String> {
        Err(NONE.into())
    }
    fn case(&self, _: &Reader, _: &str, _: CivilDate, _: Lang) -> Result<Option<Case>, String> {
        Err(NONE.into())
    }
}

/// A log of one record, which says nothing.
fn found(dir: &Path) {
    let (origin, operator) = (Origin::new("so-cai.example/thu").unwrap(), SigningKey::from_bytes(&[7; 32]));
    let lock = Lock::acquire(&dir.join("lock")).unwrap();
    let key = LogKey::new(origin.clone(), operator.clone());
    let (mut writer, _) = Writer::open(&dir.join("log"), key, &lock, Options::default()).unwrap();
    let own = SealingKey::of(&operator);
    let head = ChainHead::genesis(genesis(&origin, &own, UnitNo(0), &own));
    let record = Chain::new(UnitNo(0), head).seal("facts".into(), "".into(), 1, 0).unwrap();
    let signature = sign_segment(&operator, &origin, record.link());
    let entry = NewEntry { received_at_ms: 1_700_000_000_000, record: &record, signature: Some(&signature) };
    writer.append(&entry).unwrap();
    writer.commit(Cursor::default()).unwrap();
}

/// The status of an answer to somebody of the world.
fn status(address: SocketAddr, path: &str, from: &str) -> u16 {
    let mut stream = begun(address, path, from);
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply).unwrap();
    String::from_utf8_lossy(&reply).split(' ').nth(1).unwrap().parse().unwrap()
}

fn begun(address: SocketAddr, path: &str, from: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(LONG)).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: {from}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    stream
}

async fn running(dir: &Path, gate: &Gate, is_behind_tls: bool) -> DashboardHttp {
    found(dir);
    let board = Board::open(dir, gate.clone(), CancellationToken::new()).unwrap();
    let access = Access { is_behind_tls, ..Access::default() };
    serve_dashboard(board, access, "127.0.0.1:0").await.unwrap()
}

fn asked(address: SocketAddr, path: String) -> JoinHandle<u16> {
    std::thread::spawn(move || status(address, &path, "192.0.2.1"))
}

/// Figures of so many months are asked for, `at_once` of them are computed, and everything else is answered.
async fn others_are_answered_beside(is_behind_tls: bool, at_once: usize) {
    let (dir, gate) = (tempfile::tempdir().unwrap(), Gate::default());
    let served = running(dir.path(), &gate, is_behind_tls).await;
    let address = served.address();
    let test = gate.clone();
    let done = tokio::task::spawn_blocking(move || {
        let figures = |month: usize| asked(address, format!("/api/v1/figures?period=2023-{month:02}"));
        let slow: Vec<_> = (1..=6).map(figures).collect();
        assert_eq!(test.came(at_once), at_once);
        for (path, expected) in [
            ("/api/v1/status", 200),
            ("/api/v1/consistency/1/1", 200),
            ("/api/v1/proofs/0/9", 404),
            ("/api/v1/units", 200),
            ("/units", 200),
            ("/checkpoint", 200),
        ] {
            assert_eq!(status(address, path, "192.0.2.2"), expected, "{path}");
        }
        assert_eq!(test.came(at_once), at_once, "the others wait");
        test.open();
        for slow in slow {
            assert_eq!(slow.join().unwrap(), 500, "there are none in this test");
        }
        assert_eq!(test.came(6), 6);
    });
    let done = done.await;
    gate.open();
    served.stop().await;
    done.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_figures_of_the_public_leave_status_proofs_and_pages_answering() {
    others_are_answered_beside(true, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_figures_of_the_house_leave_status_proofs_and_pages_answering() {
    others_are_answered_beside(false, 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_that_somebody_computes_already_are_waited_for_without_a_place() {
    let (dir, gate) = (tempfile::tempdir().unwrap(), Gate::default());
    let served = running(dir.path(), &gate, true).await;
    let address = served.address();
    let test = gate.clone();
    let done = tokio::task::spawn_blocking(move || {
        let figures = |month: u32| asked(address, format!("/api/v1/figures?period=2023-{month:02}"));
        let mut slow = vec![figures(1)];
        assert_eq!(test.came(1), 1);
        slow.extend((0..8).map(|_| figures(1)));
        slow.push(figures(2));
        assert_eq!(test.came(2), 2, "those of another month are computed beside nine requests for the same");
        test.open();
        slow.into_iter().for_each(|slow| assert_eq!(slow.join().unwrap(), 500));
    });
    let done = done.await;
    gate.open();
    served.stop().await;
    done.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_does_not_take_every_place_of_those_who_wait_for_news() {
    let (dir, gate) = (tempfile::tempdir().unwrap(), Gate::default());
    let served = running(dir.path(), &gate, true).await;
    let address = served.address();
    let done = tokio::task::spawn_blocking(move || {
        let listen = |from: &str| {
            let mut stream = begun(address, "/api/v1/live", from);
            let mut first = [0; 12];
            stream.read_exact(&mut first).unwrap();
            (String::from_utf8_lossy(&first[9..]).into_owned(), stream)
        };
        let held: Vec<_> = (0..32).map(|_| listen("192.0.2.1")).collect();
        assert!(held.iter().all(|(status, _)| status == "200"));
        assert_eq!(listen("192.0.2.1").0, "503");
        assert_eq!(listen("192.0.2.2").0, "200", "another address");
    });
    let done = done.await;
    served.stop().await;
    done.unwrap();
}
