//! What can go wrong in clustering, apart from the algorithms so that every one of them speaks of failure alike.
//!
//! Knows nothing of JavaScript: codes are plain text here and become error classes at the boundary.

/// Why a clustering call could not give its result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClusterError {
    /// An argument is outside its range or does not fit another.
    #[error("{name}: expected {expected}, found {found}")]
    Argument {
        /// The argument's name, with the row where one row is at fault.
        name: String,
        /// What would have been accepted.
        expected: &'static str,
        /// What was given.
        found: String,
    },
    /// More work than memory allows; the text carries the cure.
    #[error("{what}: {found} is more than the limit of {limit}; {cure}")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// How many were asked for.
        found: u64,
        /// How many are allowed.
        limit: u64,
        /// What the caller can do instead.
        cure: &'static str,
    },
    /// The caller raised the cancel flag.
    #[error("clustering was cancelled")]
    Cancelled,
}

impl ClusterError {
    /// The stable code of this failure: `ARGUMENT`, `TOO_MANY` or `CANCELLED`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Argument { .. } => "ARGUMENT",
            Self::TooMany { .. } => "TOO_MANY",
            Self::Cancelled => "CANCELLED",
        }
    }

    pub(crate) fn argument(
        name: impl Into<String>,
        expected: &'static str,
        found: impl std::fmt::Display,
    ) -> Self {
        Self::Argument {
            name: name.into(),
            expected,
            found: found.to_string(),
        }
    }
}
