//! The end of a district: everything that it runs is awaited before any failure is told.

use tokio::task::JoinHandle;

use crate::error::DistrictError;

/// What a district runs side by side.
///
/// Whatever ends first cancels the district: the puller goes, the queue closes, the projector drains it, the fold folds what was committed.
pub(crate) struct Tasks {
    pub(crate) projector: JoinHandle<Result<(), DistrictError>>,
    pub(crate) puller: JoinHandle<Result<(), DistrictError>>,
    pub(crate) answerer: JoinHandle<()>,
    pub(crate) folder: JoinHandle<Result<(), DistrictError>>,
    /// Those nobody waits for while the district runs, by name.
    pub(crate) others: Vec<(&'static str, JoinHandle<()>)>,
}

impl Tasks {
    /// Awaits every task, also behind one that failed: when this returns, none of them writes to the ledger's directory or uses the broker.
    ///
    /// # Errors
    /// The first failure in the order puller, answerer, fold, the others, projector: the projector ends with whatever ends the rest.
    pub(crate) async fn ended(self) -> Result<(), DistrictError> {
        let projected = awaited("the projector", self.projector).await;
        let pulled = awaited("the puller", self.puller).await;
        let answered = awaited("the answerer", self.answerer).await;
        let folded = awaited("the fold", self.folder).await;
        let mut others = Ok(());
        for (name, task) in self.others {
            others = others.and(awaited(name, task).await);
        }
        pulled??;
        answered?;
        folded??;
        others?;
        projected?
    }
}

/// What a task came to; one that panicked is told by its name.
async fn awaited<T>(name: &'static str, task: JoinHandle<T>) -> Result<T, DistrictError> {
    task.await.map_err(|_| DistrictError::Ended(name))
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use tokio::sync::Semaphore;

    use super::*;

    #[tokio::test]
    async fn what_still_runs_is_awaited_behind_a_failure_and_the_first_failure_is_told() {
        let (gate, ended) = (Arc::new(Semaphore::new(0)), Arc::new(AtomicUsize::new(0)));
        let late = || {
            let (gate, ended) = (gate.clone(), ended.clone());
            tokio::spawn(async move {
                let _through = gate.acquire().await.unwrap();
                ended.fetch_add(1, Ordering::SeqCst);
            })
        };
        let failing = |name| tokio::spawn(async move { Err(DistrictError::Ended(name)) });
        let tasks = Tasks {
            projector: failing("the projector's own"),
            puller: failing("the puller's own"),
            answerer: tokio::spawn(async {}),
            folder: failing("the fold's own"),
            others: vec![
                ("the sweeper", late()),
                ("the reminder", tokio::spawn(async {})),
                ("the keeper", late()),
            ],
        };
        let all = tokio::spawn(tasks.ended());
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        assert!(!all.is_finished(), "two still run");
        gate.add_permits(1);
        let told = all.await.unwrap().unwrap_err();
        assert_eq!(ended.load(Ordering::SeqCst), 2);
        assert!(matches!(told, DistrictError::Ended("the puller's own")), "{told}");
    }
}
