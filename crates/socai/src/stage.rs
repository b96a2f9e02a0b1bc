//! A whole district on one machine: a private broker, the district, and a node for every unit.
//!
//! The directory is that of `socai demo --data DIR`: `district/`, `units/<unit id>/` and `broker/`.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use socai_bus::{
    Role, Subjects, TransportKey, User,
    server::{Server, ServerConfig, free_port},
};
use socai_district::{District, LedgerConfig, LedgerDir, UnitSpec, establish, now_ms};
use socai_log::{Lock, LogError};
use socai_tlog::UnitNo;
use socai_ward::{NodeError, UnitConfig, UnitDir, Ward, Witness, generate};
use socai_web::Http;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{demo::reference, enrol, later::Later, mistake::mistake};

/// How long a node may take to stop: its publishes are bounded by five seconds each.
const STOP_WITHIN: Duration = Duration::from_secs(15);

/// The places of a stage.
#[derive(Clone, Debug)]
pub struct Place(PathBuf);

impl Place {
    /// Names the directory.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Place(dir.into())
    }

    /// The directory itself.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The ledger's directory.
    pub fn district(&self) -> LedgerDir {
        LedgerDir::new(self.0.join("district"))
    }

    /// A unit's directory.
    pub fn unit(&self, id: &str) -> PathBuf {
        self.units().join(id)
    }

    fn broker(&self) -> PathBuf {
        self.0.join("broker")
    }

    /// Where the units' directories are.
    pub fn units(&self) -> PathBuf {
        self.0.join("units")
    }

    /// Takes the place for one who runs it.
    fn lock(&self) -> Result<Lock> {
        Lock::acquire(&self.0.join("lock")).map_err(|error| {
            let place = self.0.display();
            match error {
                LogError::Locked { .. } => {
                    let (vi, en) = ("đang chạy rồi: hãy dừng nó trước", "runs already: stop that first");
                    Later(mistake(format!("{place} {vi}"), format!("{place} {en}"))).into()
                }
                error => anyhow::Error::from(error).context(place.to_string()),
            }
        })
    }

    /// Directories of all units, by name.
    fn unit_dirs(&self) -> Result<Vec<PathBuf>> {
        let dir = self.units();
        let mut units = Vec::new();
        for entry in fs::read_dir(&dir).with_context(|| dir.display().to_string())? {
            let path = entry?.path();
            units.extend(Some(path).filter(|path| path.join("unit.toml").is_file()));
        }
        units.sort();
        Ok(units)
    }
}

/// Founds the reference district in an empty place: ledger, rules, and every unit with its own keys. The first `witnesses` units by number, wards, are
/// named in its policy, which asks for more than half of them.
pub fn found(place: &Place, witnesses: usize) -> Result<Vec<UnitSpec>> {
    let config = LedgerConfig {
        origin: reference::ORIGIN.to_owned(),
        ledger: reference::LEDGER.to_owned(),
        nats: format!("nats://127.0.0.1:{}", free_port().context("a port for the broker")?),
    };
    let specs = reference::units()?;
    let Some(operator) = specs.iter().find(|spec| spec.is_operator()) else {
        bail!("the reference units name no operator");
    };
    let mut ledger = establish(&place.district(), &config, operator, &reference::rules()?, now_ms())?;
    let units: Vec<_> = specs
        .into_iter()
        .filter(|spec| !spec.is_operator())
        .map(|spec| (place.unit(&spec.unit_id), spec))
        .collect();
    let enrolled: Vec<_> = units.into_iter().map(|(dir, spec)| (spec, dir)).collect();
    enrol::units(&mut ledger, &enrolled, now_ms())?;
    let mut units: Vec<_> = enrolled.iter().collect();
    units.sort_by_key(|(spec, _)| spec.unit_no);
    let units = units.into_iter().take(witnesses).map(|(_, dir)| UnitDir::new(dir));
    name_witnesses(&place.district(), &units.collect::<Vec<_>>())?;
    Ok(enrolled.into_iter().map(|(spec, _)| spec).collect())
}

/// Gives each of these units an address that stays and names them in the ledger's policy, with a quorum of more than half.
fn name_witnesses(district: &LedgerDir, units: &[UnitDir]) -> Result<()> {
    if units.is_empty() {
        return Ok(());
    }
    let path = district.policy();
    let mut policy = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    // lines before the one with the quorum stay: who signs the log
    policy =
        policy.lines().filter(|line| !line.starts_with("quorum ")).map(|line| format!("{line}\n")).collect();
    let mut names = Vec::new();
    for dir in units {
        let mut config = UnitConfig::read(dir)?.config;
        let address = format!("127.0.0.1:{}", free_port().context("a port for a witness")?);
        config.listen = address.clone();
        config.write(dir)?;
        let vkey = Witness::vkey_of(dir, &UnitConfig::read(dir)?)?;
        policy.push_str(&format!("witness {} {vkey} http://{address}\n", config.unit));
        names.push(config.unit);
    }
    let quorum = names.len() / 2 + 1;
    policy.push_str(&format!("group wards {quorum} {}\nquorum wards\n", names.join(" ")));
    fs::write(&path, policy).with_context(|| path.display().to_string())
}

/// Everything running.
pub struct Stage {
    /// The district.
    pub district: District,
    /// The units' nodes.
    pub wards: Vec<Ward>,
    nodes: Vec<JoinHandle<Result<(), NodeError>>>,
    /// The HTTP side of the nodes: `ward record` in a unit's directory goes there, and witnesses are asked there.
    served: Vec<Http>,
    serving: CancellationToken,
    stop: CancellationToken,
    broker: Server,
    /// Nobody else starts what runs here.
    _lock: Lock,
}

impl Stage {
    /// Starts broker, district and nodes of a place.
    ///
    /// # Errors
    /// [`Later`] when the place runs already; what else kept a part from starting.
    pub async fn start(place: &Place) -> Result<Stage> {
        let lock = place.lock()?;
        let broker = start_broker(place).await?;
        let (stop, serving) = (CancellationToken::new(), CancellationToken::new());
        let (mut wards, mut served) = (Vec::new(), Vec::new());
        // witnesses answer before the district asks for the first time
        let (witnesses, others): (Vec<_>, Vec<_>) =
            place.unit_dirs()?.into_iter().partition(|dir| has_address(dir));
        for dir in witnesses {
            serve(&dir, &serving, &mut wards, &mut served).await?;
        }
        let district = District::start(place.district()).await.context("the district")?;
        for dir in others {
            serve(&dir, &serving, &mut wards, &mut served).await?;
        }
        // nodes publish last: the stream is there by now
        let run = |ward: &Ward| tokio::spawn(socai_ward::run(ward.clone(), stop.clone()));
        let nodes = wards.iter().map(run).collect();
        Ok(Stage { district, wards, nodes, served, serving, stop, broker, _lock: lock })
    }

    /// The broker's address.
    pub fn broker_url(&self) -> String {
        self.broker.client_url()
    }

    /// Drains: nodes stop sending, the district commits and folds what it has, the broker ends.
    pub async fn stop(mut self) -> Result<()> {
        self.stop.cancel();
        for node in self.nodes.drain(..) {
            match tokio::time::timeout(STOP_WITHIN, node).await {
                Ok(ended) => ended.context("a node")??,
                Err(_) => tracing::warn!("a node did not stop in time; its records are in its journal"),
            }
        }
        self.district.stop().await.context("the district")?;
        self.serving.cancel();
        for http in self.served.drain(..) {
            http.ended().await?;
        }
        drop(std::mem::take(&mut self.wards));
        self.broker.stop().await.context("the broker")?;
        Ok(())
    }
}

/// Opens a unit and answers for it.
async fn serve(
    dir: &Path,
    serving: &CancellationToken,
    wards: &mut Vec<Ward>,
    served: &mut Vec<Http>,
) -> Result<()> {
    let ward = Ward::open(dir).with_context(|| dir.display().to_string())?;
    let http = socai_web::serve(ward.clone(), serving.clone()).await;
    served.push(http.with_context(|| dir.display().to_string())?);
    wards.push(ward);
    Ok(())
}

/// Whether a unit's node has an address that stays, so that others can find it.
fn has_address(dir: &Path) -> bool {
    UnitConfig::read(&UnitDir::new(dir)).is_ok_and(|unit| !unit.config.listen.ends_with(":0"))
}

/// A private nats-server with one user for the district and one for each unit, each with its own rights.
async fn start_broker(place: &Place) -> Result<Server> {
    let config = place.district().read_config()?;
    let seed =
        fs::read_to_string(place.district().key("transport")).context("the district's transport key")?;
    let mut users =
        vec![User { public_key: TransportKey::from_seed(&seed)?.public().to_owned(), role: Role::District }];
    for dir in place.unit_dirs()? {
        let no = UnitNo(UnitConfig::read(&UnitDir::new(&dir))?.config.no);
        let public_key = generate(&UnitDir::new(&dir))?.transport_nkey;
        users.push(User { public_key, role: Role::Unit(no) });
    }
    let mut server = ServerConfig::new(place.broker(), Subjects::new(&config.ledger)?, users);
    let port = config.nats.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
    server.port = port.with_context(|| {
        format!("{}: nats = {:?} names no port", place.district().config().display(), config.nats)
    })?;
    Server::start(server).await.context("nats-server")
}
