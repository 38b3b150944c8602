//! What is wrong with a configuration.

/// One thing that is wrong with a configuration, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// A JSON Pointer into the configuration; empty is all of it.
    pub pointer: String,
    /// What is wrong and what would be right.
    pub message: String,
    /// Line and column, from 1, within a text value such as a rule.
    pub position: Option<(u32, u32)>,
}

impl Problem {
    /// A problem at a place: `Problem::at("/prefix", "must not be empty")`.
    pub fn at(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), message: message.into(), position: None }
    }

    /// The same with line and column, from 1, within the text value.
    #[must_use]
    pub fn position(mut self, line: u32, column: u32) -> Self {
        self.position = Some((line, column));
        self
    }
}

/// All that is wrong with a configuration. Collect with [`push`](Self::push), end with [`or`](Self::or); a single one comes by `?`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Adds one.
    pub fn push(&mut self, problem: Problem) {
        self.0.push(problem);
    }

    /// The value when nothing is wrong.
    ///
    /// # Errors
    ///
    /// These problems, if there are any.
    pub fn or<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() { Ok(value) } else { Err(self) }
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

impl From<Vec<Problem>> for Problems {
    fn from(problems: Vec<Problem>) -> Self {
        Self(problems)
    }
}

impl Extend<Problem> for Problems {
    fn extend<I: IntoIterator<Item = Problem>>(&mut self, problems: I) {
        self.0.extend(problems);
    }
}

impl IntoIterator for Problems {
    type Item = Problem;
    type IntoIter = std::vec::IntoIter<Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
