//! A place as it is written: a path, or `s3://bucket/key`.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use thiserror::Error;
use url::{Url, form_urlencoded};
use usher_core::near;

/// What an object in S3 begins with.
const S3: &str = "s3://";

/// Longest key of an object, in bytes.
const LONGEST_KEY: usize = 1024;

/// What may stand behind the question mark.
const OPTIONS: [&str; 4] = ["region", "endpoint", "encryption", "kms_key"];

/// Where something is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A file on this machine, seen from where usher is started.
    File(PathBuf),
    /// An object in S3, or in a store that speaks its language.
    S3(Bucket),
}

/// An object, and where its bucket is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// The bucket's name.
    pub bucket: String,
    /// The object's key, as it is written: nothing in it is percent-encoded.
    pub key: String,
    /// The bucket's region, unless it is the one of the environment.
    pub region: Option<String>,
    /// The address of the store, unless it is the usual one or the one of the environment.
    pub endpoint: Option<Url>,
    /// How the store is to encrypt what it keeps, unless that is as the bucket says.
    pub encryption: Option<Encryption>,
}

/// How S3 encrypts an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// With keys of S3.
    S3,
    /// With a key of KMS: its id, its ARN or its alias; none for the account's own key of S3.
    Kms(Option<String>),
}

/// Why a text names no place.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PlaceError {
    /// Nothing is there.
    #[error("must name a file, or an object in S3: \"s3://bucket/key\"")]
    Empty,
    /// A path with a character that no path should have.
    #[error("must not hold control characters")]
    ControlCharacters,
    /// Another kind of store.
    #[error("must name a file, or an object in S3 (\"s3://bucket/key\"); {scheme}:// is not known here")]
    UnknownStore {
        /// What stands before `://`.
        scheme: String,
    },
    /// No bucket, or none that can be.
    #[error(
        "must be \"s3://bucket/key\", where a bucket's name is 3 to 63 letters, digits, dots, hyphens or underscores; \"{bucket}\" is not"
    )]
    Bucket {
        /// What stands there.
        bucket: String,
    },
    /// No key, or none that can be.
    #[error(
        "must be \"s3://bucket/key\", where the key has 1 to {LONGEST_KEY} bytes and does not end with a slash"
    )]
    Key,
    /// An unknown word behind the question mark.
    #[error(
        "has the unknown option `{option}`; {}",
        near.as_ref().map_or_else(|| format!("known here: {}", OPTIONS.join(", ")), |near| format!("did you mean `{near}`?"))
    )]
    UnknownOption {
        /// What stands there.
        option: String,
        /// What was perhaps meant.
        near: Option<&'static str>,
    },
    /// An option twice.
    #[error("has the option `{option}` twice")]
    Repeated {
        /// Which.
        option: String,
    },
    /// An option with a value that cannot be.
    #[error("has the option `{option}`, which must be {wanted}")]
    Option {
        /// Which.
        option: &'static str,
        /// What it must be.
        wanted: &'static str,
    },
}

impl Place {
    /// Reads `usher.state` or `s3://bucket/key?region=…&endpoint=…&encryption=…&kms_key=…`.
    ///
    /// # Errors
    /// In words that fit after the name of a setting, what is wrong with it.
    ///
    /// ```
    /// use usher_storage::Place;
    ///
    /// let place = Place::parse("s3://acme-usher/production/usher.lock?region=eu-west-1")?;
    /// assert_eq!(place.to_string(), "s3://acme-usher/production/usher.lock");
    /// assert!(Place::parse("gs://acme-usher/usher.lock").is_err());
    /// # Ok::<(), usher_storage::PlaceError>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, PlaceError> {
        if text.trim().is_empty() {
            return Err(PlaceError::Empty);
        }
        if text.chars().any(char::is_control) {
            return Err(PlaceError::ControlCharacters);
        }
        if let Some(rest) = text.strip_prefix(S3) {
            return Bucket::parse(rest).map(Self::S3);
        }
        match text.split_once("://") {
            Some((scheme, _)) => Err(PlaceError::UnknownStore { scheme: scheme.to_owned() }),
            None => Ok(Self::File(PathBuf::from(text))),
        }
    }
}

impl Bucket {
    /// Reads what comes after `s3://`.
    fn parse(text: &str) -> Result<Self, PlaceError> {
        let (object, options) = text.split_once('?').unwrap_or((text, ""));
        let (bucket, key) = object.split_once('/').unwrap_or((object, ""));
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
        if !(3..=63).contains(&bucket.len()) || !bucket.bytes().all(is_allowed) {
            return Err(PlaceError::Bucket { bucket: bucket.to_owned() });
        }
        if !(1..=LONGEST_KEY).contains(&key.len()) || key.ends_with('/') {
            return Err(PlaceError::Key);
        }
        let mut place = Self {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            region: None,
            endpoint: None,
            encryption: None,
        };
        place.read(options)?;
        Ok(place)
    }

    fn read(&mut self, options: &str) -> Result<(), PlaceError> {
        let mut seen = Vec::new();
        let mut kms_key = None;
        for (option, value) in form_urlencoded::parse(options.as_bytes()) {
            if seen.contains(&option) {
                return Err(PlaceError::Repeated { option: option.into_owned() });
            }
            match option.as_ref() {
                "region" => self.region = Some(region(&value)?),
                "endpoint" => self.endpoint = Some(endpoint(&value)?),
                "encryption" => self.encryption = Some(encryption(&value)?),
                "kms_key" if value.is_empty() => return Err(NO_KMS_KEY),
                "kms_key" => kms_key = Some(value.into_owned()),
                unknown => {
                    let near = near::names(unknown, OPTIONS.into_iter(), 1);
                    let near = near.first().and_then(|near| OPTIONS.into_iter().find(|it| it == near));
                    return Err(PlaceError::UnknownOption { option: unknown.to_owned(), near });
                }
            }
            seen.push(option);
        }
        match (&mut self.encryption, kms_key) {
            (Some(Encryption::Kms(key)), named) => *key = named,
            (_, Some(_)) => return Err(NO_KMS_KEY),
            (_, None) => {}
        }
        Ok(())
    }
}

const NO_KMS_KEY: PlaceError =
    PlaceError::Option { option: "kms_key", wanted: "a key of KMS, beside encryption=aws:kms" };

fn region(text: &str) -> Result<String, PlaceError> {
    let is_allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if text.is_empty() || !text.bytes().all(is_allowed) {
        return Err(PlaceError::Option { option: "region", wanted: "a region such as eu-west-1" });
    }
    Ok(text.to_owned())
}

fn endpoint(text: &str) -> Result<Url, PlaceError> {
    let refused =
        PlaceError::Option { option: "endpoint", wanted: "an address such as https://s3.example.com" };
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let url = url.filter(|url| url.username().is_empty() && url.password().is_none());
    url.filter(|url| url.query().is_none() && url.fragment().is_none()).ok_or(refused)
}

fn encryption(text: &str) -> Result<Encryption, PlaceError> {
    match text {
        "AES256" => Ok(Encryption::S3),
        "aws:kms" => Ok(Encryption::Kms(None)),
        _ => Err(PlaceError::Option { option: "encryption", wanted: "AES256 or aws:kms" }),
    }
}

impl FromStr for Place {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Self, PlaceError> {
        Self::parse(text)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::S3(bucket) => bucket.fmt(f),
        }
    }
}

/// Without the options: they say how to get there, not where it is.
impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{S3}{}/{}", self.bucket, self.key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(text: &str) -> Bucket {
        match Place::parse(text) {
            Ok(Place::S3(bucket)) => bucket,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn whatever_is_no_address_is_a_path() {
        for text in ["usher.state", "/var/lib/usher/usher.state", "s3/bucket/key", "a:b", "S3:/bucket"] {
            assert_eq!(Place::parse(text), Ok(Place::File(text.into())), "{text}");
        }
    }

    #[test]
    fn an_object_is_read_as_it_is_written() {
        let plain = bucket("s3://acme-usher/a folder/ü+%20/usher.state");
        assert_eq!((plain.bucket.as_str(), plain.key.as_str()), ("acme-usher", "a folder/ü+%20/usher.state"));
        assert_eq!((plain.region, plain.endpoint, plain.encryption), (None, None, None));

        let full = bucket(
            "s3://acme/k?region=eu-west-1&endpoint=https://s3.example.com:9000&encryption=aws:kms&kms_key=alias/usher",
        );
        assert_eq!(full.region.as_deref(), Some("eu-west-1"));
        assert_eq!(full.endpoint.as_ref().map(Url::as_str), Some("https://s3.example.com:9000/"));
        assert_eq!(full.encryption, Some(Encryption::Kms(Some("alias/usher".into()))));
        assert_eq!(full.to_string(), "s3://acme/k");
        assert_eq!(bucket("s3://acme/k?encryption=AES256").encryption, Some(Encryption::S3));
        assert_eq!(bucket("s3://acme/k?encryption=aws:kms").encryption, Some(Encryption::Kms(None)));
    }

    #[test]
    fn what_names_no_place_is_told() {
        for (text, expected) in [
            ("", "s3://bucket/key"),
            (" ", "s3://bucket/key"),
            ("a\nb", "control characters"),
            ("gs://bucket/key", "gs:// is not known"),
            ("https://bucket.s3.amazonaws.com/key", "https:// is not known"),
            ("s3://", "a bucket's name"),
            ("s3:///key", "a bucket's name"),
            ("s3://ab/key", "\"ab\" is not"),
            ("s3://acme bucket/key", "a bucket's name"),
            ("s3://acme", "the key has 1 to 1024 bytes"),
            ("s3://acme/", "the key has 1 to 1024 bytes"),
            ("s3://acme/folder/", "does not end with a slash"),
            ("s3://acme/k?regoin=eu-west-1", "did you mean `region`?"),
            ("s3://acme/k?x=1", "known here: region, endpoint, encryption, kms_key"),
            ("s3://acme/k?region=a&region=b", "`region` twice"),
            ("s3://acme/k?region=", "a region such as"),
            ("s3://acme/k?region=EU west", "a region such as"),
            ("s3://acme/k?endpoint=s3.example.com", "an address such as"),
            ("s3://acme/k?endpoint=https://me:secret@s3.example.com", "an address such as"),
            ("s3://acme/k?encryption=rot13", "AES256 or aws:kms"),
            ("s3://acme/k?kms_key=alias/a", "beside encryption=aws:kms"),
            ("s3://acme/k?encryption=AES256&kms_key=alias/a", "beside encryption=aws:kms"),
            ("s3://acme/k?encryption=aws:kms&kms_key=", "a key of KMS"),
        ] {
            let error = Place::parse(text).expect_err(text).to_string();
            assert!(error.contains(expected), "{text}: {error}");
            assert!(!error.contains("secret"), "{error}");
        }
        let long = format!("s3://acme/{}", "k".repeat(1025));
        assert_eq!(Place::parse(&long), Err(PlaceError::Key));
    }
}
