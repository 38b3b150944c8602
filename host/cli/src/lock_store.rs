//! The lock, where it is no file: what the engine asks of such a place, answered by the crate that knows S3.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use usher_engine::lock::{Lock, LockError, LockStore, Standing, StoreError};
use usher_storage::{Conflict, Expected, Place, Storage, StorageError, Version};

/// Takes the lock for a run, wherever it is kept.
pub(crate) async fn take(place: &Place, run: &str) -> Result<Lock, LockError> {
    match place {
        // Where it is a file the system helps: the lock is looked at before each write, and costs nothing.
        Place::File(path) => Lock::take(path, run),
        Place::S3(_) => {
            let unreachable = |error: StorageError| LockError::Unreachable {
                path: place.to_string(),
                source: Box::new(error),
            };
            let storage = Storage::open(place).await.map_err(unreachable)?;
            Lock::take_in(Arc::new(Kept(storage)), run).await
        }
    }
}

#[derive(Debug)]
struct Kept(Storage);

impl LockStore for Kept {
    fn name(&self) -> String {
        self.0.place().to_string()
    }

    fn read(&self) -> BoxFuture<'_, Result<Option<Standing>, StoreError>> {
        async {
            let stored = self.0.read().await?;
            Ok(stored.map(|stored| Standing {
                bytes: stored.bytes,
                version: stored.version.into_string(),
                age: stored.age,
            }))
        }
        .boxed()
    }

    fn replace(
        &self,
        bytes: Vec<u8>,
        expected: Option<String>,
    ) -> BoxFuture<'_, Result<Option<String>, StoreError>> {
        async {
            let expected = expected.map_or(Expected::Absent, |it| Expected::Version(Version::from(it)));
            match self.0.write_if(bytes, expected).await? {
                Ok(version) => Ok(Some(version.into_string())),
                Err(Conflict) => Ok(None),
            }
        }
        .boxed()
    }
}
