//! The requests that can be sent in parts.

use super::{AddInParts, GetInParts};
use crate::api::dataset::{
    AddEntriesError, AddEntriesRequest, AddEntriesToNeedsReviewError, AddEntriesToNeedsReviewRequest,
    GetEntriesRequest, GetNeedsReviewEntriesRequest,
};
use crate::api::errors::CommonError;
use crate::api::types::{DatasetEntries, DatasetKeyData, EntrySelection};
use crate::runtime::{Call, Operation};

/// A request that adds entries to a dataset: [`AddEntriesRequest`] or [`AddEntriesToNeedsReviewRequest`].
pub trait AddRequest: Operation + Clone {
    #[doc(hidden)]
    fn keys(&self) -> &[DatasetKeyData];
    #[doc(hidden)]
    fn keys_mut(&mut self) -> &mut Vec<DatasetKeyData>;
    #[doc(hidden)]
    fn expected_version(&self) -> Option<&str>;
    #[doc(hidden)]
    fn expect_version(self, version: Option<String>) -> Self;
    #[doc(hidden)]
    fn new_version(response: Self::Response) -> String;
    /// Whether the dataset has another version than was expected.
    #[doc(hidden)]
    fn is_conflict(error: &Self::Error) -> bool;
    /// Whether the call may have taken effect.
    #[doc(hidden)]
    fn is_unknown(error: &Self::Error) -> bool;
}

/// A request that fetches entries of a dataset: [`GetEntriesRequest`] or [`GetNeedsReviewEntriesRequest`].
pub trait GetRequest: Operation<Response = DatasetEntries, Output = DatasetEntries> + Clone {
    #[doc(hidden)]
    fn entries_mut(&mut self) -> &mut EntrySelection;
}

macro_rules! add_request {
    ($request:ident, $error:ident) => {
        impl AddRequest for $request {
            fn keys(&self) -> &[DatasetKeyData] {
                &self.keys
            }

            fn keys_mut(&mut self) -> &mut Vec<DatasetKeyData> {
                &mut self.keys
            }

            fn expected_version(&self) -> Option<&str> {
                self.dataset_version_id.as_deref()
            }

            fn expect_version(self, dataset_version_id: Option<String>) -> Self {
                Self { dataset_version_id, ..self }
            }

            fn new_version(response: Self::Response) -> String {
                response.new_dataset_version_id
            }

            fn is_conflict(error: &$error) -> bool {
                matches!(error, $error::IncorrectVersionId(_))
            }

            fn is_unknown(error: &$error) -> bool {
                matches!(error, $error::Common(CommonError::Unknown) | $error::Unrecognized(_))
            }
        }
    };
}

add_request!(AddEntriesRequest, AddEntriesError);
add_request!(AddEntriesToNeedsReviewRequest, AddEntriesToNeedsReviewError);

impl GetRequest for GetEntriesRequest {
    fn entries_mut(&mut self) -> &mut EntrySelection {
        &mut self.entries
    }
}

impl GetRequest for GetNeedsReviewEntriesRequest {
    fn entries_mut(&mut self) -> &mut EntrySelection {
        &mut self.entries
    }
}

impl Call<AddEntriesRequest> {
    /// Adds any number of entries, in as many calls as needed.
    pub fn in_parts(self) -> AddInParts {
        AddInParts::new(self)
    }
}

impl Call<AddEntriesToNeedsReviewRequest> {
    /// Adds any number of needs-review entries, in as many calls as needed.
    pub fn in_parts(self) -> AddInParts<AddEntriesToNeedsReviewRequest> {
        AddInParts::new(self)
    }
}

impl Call<GetEntriesRequest> {
    /// Fetches the entries in as many calls as needed, one at a time, when they are read.
    pub fn in_parts(self) -> GetInParts {
        GetInParts::new(self)
    }
}

impl Call<GetNeedsReviewEntriesRequest> {
    /// Fetches the needs-review entries in as many calls as needed, one at a time, when they are read.
    pub fn in_parts(self) -> GetInParts<GetNeedsReviewEntriesRequest> {
        GetInParts::new(self)
    }
}
