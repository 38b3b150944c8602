use futures::FutureExt;
use futures::future::BoxFuture;

use super::*;

/// A place in memory, whose clock stands wherever a test puts it.
#[derive(Debug, Default)]
struct Shelf(Mutex<OnShelf>);

#[derive(Debug, Default)]
struct OnShelf {
    standing: Option<Standing>,
    writes: u32,
    /// The next write is done and answered as if another had been faster, as when an answer is lost and the call is repeated.
    loses_an_answer: bool,
    /// Put there by somebody else between reading and writing, one for each write.
    faster: Vec<Vec<u8>>,
    fails: bool,
}

impl Shelf {
    fn inside(&self) -> MutexGuard<'_, OnShelf> {
        self.0.lock().unwrap()
    }

    fn with(bytes: &[u8], age: Option<u64>) -> Arc<Self> {
        let shelf = Self::default();
        shelf.inside().put(bytes.to_vec());
        shelf.is_old(age);
        Arc::new(shelf)
    }

    fn is_old(&self, age: Option<u64>) {
        self.inside().standing.as_mut().unwrap().age = age.map(Duration::from_secs);
    }

    /// Whose lock it is; none when there is nothing or nobody has it.
    fn says(&self) -> Option<String> {
        let inside = self.inside();
        Record::parse(&inside.standing.as_ref()?.bytes).unwrap().map(|record| record.run)
    }
}

impl OnShelf {
    fn put(&mut self, bytes: Vec<u8>) -> String {
        self.writes += 1;
        let version = self.writes.to_string();
        self.standing = Some(Standing { bytes, version: version.clone(), age: Some(Duration::ZERO) });
        version
    }
}

impl LockStore for Shelf {
    fn name(&self) -> String {
        "s3://acme/usher.lock".to_owned()
    }

    fn read(&self) -> BoxFuture<'_, Result<Option<Standing>, StoreError>> {
        async {
            let inside = self.inside();
            if inside.fails { Err("no answer\nhint: wait".into()) } else { Ok(inside.standing.clone()) }
        }
        .boxed()
    }

    fn replace(
        &self,
        bytes: Vec<u8>,
        expected: Option<String>,
    ) -> BoxFuture<'_, Result<Option<String>, StoreError>> {
        async move {
            let mut inside = self.inside();
            if inside.fails {
                return Err("no answer\nhint: wait".into());
            }
            if let Some(faster) = inside.faster.pop() {
                inside.put(faster);
            }
            if inside.standing.as_ref().map(|standing| standing.version.clone()) != expected {
                return Ok(None);
            }
            let version = inside.put(bytes);
            let lost = std::mem::take(&mut inside.loses_an_answer);
            Ok((!lost).then_some(version))
        }
        .boxed()
    }
}

/// What the lock of another run says, by a clock that is two hours behind.
fn other() -> Vec<u8> {
    let owner = Owner { host: "elsewhere".into(), pid: 4711, place: None, started: None };
    let since = Timestamp::now() - jiff::SignedDuration::from_hours(2);
    Record::new("another-run", &owner, 60, since).bytes().unwrap()
}

async fn locked(shelf: &Arc<Shelf>) -> StoreLock {
    StoreLock::take(shelf.clone(), "this-run").await.unwrap()
}

async fn refused(shelf: &Arc<Shelf>) -> LockError {
    StoreLock::take(shelf.clone(), "this-run").await.unwrap_err()
}

fn lost(lock: &StoreLock) -> String {
    match lock.check() {
        Err(error @ LockError::Lost { .. }) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_lock_that_nobody_has_is_taken_and_given_back() {
    let shelf = Arc::new(Shelf::default());
    let lock = locked(&shelf).await;
    assert_eq!(shelf.says().as_deref(), Some("this-run"));
    lock.check().unwrap();
    lock.give_back().await;
    assert_eq!(shelf.says(), None);
    assert_eq!(shelf.inside().standing.as_ref().unwrap().bytes, b"");
    // What is empty is taken again.
    locked(&shelf).await.give_back().await;
    assert_eq!(shelf.says(), None);
}

#[tokio::test]
async fn an_age_is_told_by_the_clock_of_the_place_however_wrong_others_are() {
    let shelf = Shelf::with(&other(), Some(60));
    let error = refused(&shelf).await;
    assert!(matches!(error, LockError::Held { .. }), "{error:?}");
    let told = error.to_string();
    assert!(told.contains("another-run on elsewhere (process 4711), for 60 s, renewed 60 s ago"), "{told}");
    shelf.is_old(Some(61));
    locked(&shelf).await.give_back().await;
    // A place without a clock: by that of this machine.
    let shelf = Shelf::with(&other(), None);
    locked(&shelf).await.give_back().await;
}

#[tokio::test]
async fn the_lock_of_a_process_that_has_ended_here_is_free_at_once() {
    let mut child = std::process::Command::new("true").spawn().unwrap();
    let gone = Owner { pid: child.id(), started: Some(1), ..Owner::me() };
    child.wait().unwrap();
    let record = Record::new("another-run", &gone, 60, Timestamp::now()).bytes().unwrap();
    let shelf = Shelf::with(&record, Some(1));
    locked(&shelf).await.give_back().await;
    // Not so that of one that runs.
    let record = Record::new("another-run", &Owner::me(), 60, Timestamp::now()).bytes().unwrap();
    assert!(matches!(refused(&Shelf::with(&record, Some(1))).await, LockError::Held { .. }));
}

#[tokio::test]
async fn of_two_who_take_it_at_once_the_slower_one_is_told_of_the_other() {
    let shelf = Shelf::with(b"", Some(5));
    shelf.inside().faster.push(other());
    let error = refused(&shelf).await;
    assert!(matches!(&error, LockError::Held { holder, .. } if holder.run == "another-run"), "{error:?}");
    // Where the faster ones have all given it back again it is tried a few times and no more.
    let shelf = Shelf::with(b"", Some(5));
    shelf.inside().faster = vec![Vec::new(); 100];
    assert!(matches!(refused(&shelf).await, LockError::Contested { .. }));
    assert_eq!(shelf.inside().faster.len(), 100 - ATTEMPTS);
}

#[tokio::test]
async fn a_lock_whose_answer_was_lost_is_ours_all_the_same() {
    let shelf = Arc::new(Shelf::default());
    shelf.inside().loses_an_answer = true;
    let lock = locked(&shelf).await;
    assert_eq!(shelf.inside().writes, 1);
    // A renewal, too: the next one goes on from what stands there.
    shelf.inside().loses_an_answer = true;
    assert!(lock.shared.renew().await.is_err());
    lock.check().unwrap();
    assert!(lock.shared.renew().await.unwrap());
    lock.give_back().await;
    assert_eq!(shelf.says(), None);
}

#[tokio::test]
async fn a_renewal_that_arrived_late_does_not_keep_the_lock_from_being_given_back() {
    let shelf = Arc::new(Shelf::default());
    let lock = locked(&shelf).await;
    let late = lock.shared.held().record.clone().renewed_at(Timestamp::now()).bytes().unwrap();
    shelf.inside().put(late);
    lock.give_back().await;
    assert_eq!(shelf.says(), None);
}

#[tokio::test]
async fn who_lost_the_lock_writes_nothing_more_and_leaves_it_to_who_has_it() {
    let shelf = Arc::new(Shelf::default());
    let lock = locked(&shelf).await;
    shelf.inside().put(other());
    assert!(!lock.shared.renew().await.unwrap());
    assert!(lost(&lock).contains("another-run on elsewhere has it now"));
    assert!(!lock.shared.renew().await.unwrap());
    lock.give_back().await;
    assert_eq!(shelf.says().as_deref(), Some("another-run"));
}

#[tokio::test]
async fn a_lease_that_nobody_renewed_ends_earlier_here_than_elsewhere_and_is_not_taken_up_again() {
    let shelf = Arc::new(Shelf::default());
    let lock = locked(&shelf).await;
    let taken = lock.shared.held().since;
    let later = |seconds| Moment { steady: taken.steady + Duration::from_secs(seconds), ..taken };
    lock.shared.check(later(54)).unwrap();
    lock.shared.check(later(56)).unwrap_err();
    assert!(lost(&lock).contains("not renewed for 56 s"), "once lost is lost");
    let writes = shelf.inside().writes;
    assert!(!lock.shared.renew().await.unwrap());
    lock.give_back().await;
    assert_eq!(shelf.inside().writes, writes);
}

#[tokio::test]
async fn a_renewal_begins_the_lease_anew_from_before_it_was_sent() {
    let shelf = Arc::new(Shelf::default());
    let lock = locked(&shelf).await;
    let before = Moment::now();
    assert!(lock.shared.renew().await.unwrap());
    let renewed = lock.shared.held().since;
    assert!(before.steady <= renewed.steady && renewed.steady <= Instant::now());
    // One that fails changes nothing: the lease goes on from where it was.
    shelf.inside().fails = true;
    assert!(lock.shared.renew().await.is_err());
    assert_eq!(lock.shared.held().since.steady, renewed.steady);
    lock.check().unwrap();
}

#[tokio::test]
async fn what_is_no_lock_is_left_alone_and_what_cannot_be_read_is_not_free() {
    let shelf = Shelf::with(b"my notes", Some(1000));
    assert!(refused(&shelf).await.to_string().contains("is not a lock of usher's"));
    assert_eq!(shelf.inside().writes, 1);
    shelf.inside().fails = true;
    let error = refused(&shelf).await;
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(matches!(error, LockError::Unreachable { .. }) && source.contains("hint: wait"), "{error:?}");
}

#[test]
fn a_machine_that_slept_and_a_clock_that_was_put_back_count_the_longer_time() {
    let then = Moment::now();
    let slept = Moment { clock: then.clock + jiff::SignedDuration::from_secs(90), ..then };
    assert_eq!(then.until(slept), Duration::from_secs(90));
    let put_back = Moment {
        steady: then.steady + Duration::from_secs(70),
        clock: then.clock - jiff::SignedDuration::from_secs(500),
    };
    assert_eq!(then.until(put_back), Duration::from_secs(70));
}
