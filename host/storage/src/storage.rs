//! What can be done at a place.

use std::time::Duration;

use crate::error::StorageError;
use crate::file::FileStore;
use crate::place::Place;
use crate::s3::ObjectStore;

/// An open place. Copies of it are the same place.
#[derive(Clone, Debug)]
pub struct Storage {
    place: Place,
    store: Store,
}

#[derive(Clone, Debug)]
enum Store {
    File(FileStore),
    S3(ObjectStore),
}

/// What stands at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// All of it.
    pub bytes: Vec<u8>,
    /// What tells it from what stands there when somebody has replaced it.
    pub version: Version,
    /// How long ago it was written, as far as the place itself can tell: by the clocks of S3, or of the file system.
    pub age: Option<Duration>,
}

/// One state of a place. The same bytes may have the same version again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version(String);

impl Version {
    /// For comparing, and for whoever passes it on.
    pub fn into_string(self) -> String {
        self.0
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Of a text that a version was made into.
impl From<String> for Version {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// What must stand at a place so that it is replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Nothing.
    Absent,
    /// This, and nothing else.
    Version(Version),
}

/// Something else stands there: somebody was faster. Nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conflict;

impl Storage {
    /// Opens a place. Nothing is read yet, and neither the file nor the object need be there. The region, the credentials and, for stores of
    /// others, the address come from where the AWS programs find them, unless the place names them.
    ///
    /// # Errors
    /// No region is known for a place in S3.
    pub async fn open(place: &Place) -> Result<Self, StorageError> {
        let store = match place {
            Place::File(path) => Store::File(FileStore::new(path)),
            Place::S3(bucket) => Store::S3(ObjectStore::open(bucket).await?),
        };
        Ok(Self { place: place.clone(), store })
    }

    /// Where it is.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// What stands there; none when nothing does.
    ///
    /// # Errors
    /// It cannot be read. That is never taken for "nothing".
    pub async fn read(&self) -> Result<Option<Stored>, StorageError> {
        match &self.store {
            Store::File(file) => file.read().await,
            Store::S3(object) => object.read().await,
        }
    }

    /// Replaces what is expected to stand there, and nothing else. Of several who try at once, one succeeds.
    ///
    /// A conflict may be with this very call, where its first answer was lost and it was sent again: who needs to know reads what stands there.
    ///
    /// # Errors
    /// It cannot be written. Where the answer was lost on its way it may have been, all the same.
    pub async fn write_if(
        &self,
        bytes: Vec<u8>,
        expected: Expected,
    ) -> Result<Result<Version, Conflict>, StorageError> {
        match &self.store {
            Store::File(file) => file.write_if(bytes, expected).await,
            Store::S3(object) => object.write_if(bytes, expected).await,
        }
    }
}
