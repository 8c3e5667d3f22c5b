//! The service `Dataset`.

mod entries;
mod manage;

use std::sync::Arc;

use decthings::api::dataset::{
    AddEntriesRequest, AddEntriesToNeedsReviewRequest, CreateDatasetRequest, DatasetService, DeleteDatasetRequest,
    FinalizeNeedsReviewEntriesRequest, GetDatasetsRequest, GetEntriesRequest, GetNeedsReviewEntriesRequest,
    RemoveEntriesRequest, RemoveNeedsReviewEntriesRequest, UpdateDatasetRequest,
};

use crate::context::Context;
use crate::services::common::delegate;

/// The service.
pub(crate) struct Datasets(pub(crate) Arc<Context>);

delegate! {
    impl DatasetService for Datasets;
    fn create_dataset(CreateDatasetRequest) in manage;
    fn update_dataset(UpdateDatasetRequest) in manage;
    fn delete_dataset(DeleteDatasetRequest) in manage;
    fn get_datasets(GetDatasetsRequest) in manage;
    fn add_entries(AddEntriesRequest) in entries;
    fn get_entries(GetEntriesRequest) in entries;
    fn remove_entries(RemoveEntriesRequest) in entries;
    fn add_entries_to_needs_review(AddEntriesToNeedsReviewRequest) in entries;
    fn finalize_needs_review_entries(FinalizeNeedsReviewEntriesRequest) in entries;
    fn get_needs_review_entries(GetNeedsReviewEntriesRequest) in entries;
    fn remove_needs_review_entries(RemoveNeedsReviewEntriesRequest) in entries;
}
