//! The service `Dataset`.

mod entries;
mod manage;
mod review;

use std::sync::Arc;

use decthings::api::dataset::{
    AddEntriesRequest, AddEntriesToNeedsReviewRequest, CreateDatasetRequest, DatasetService, DeleteDatasetRequest,
    FinalizeNeedsReviewEntriesRequest, GetDatasetsRequest, GetEntriesRequest, GetNeedsReviewEntriesRequest,
    RemoveEntriesRequest, RemoveNeedsReviewEntriesRequest, UpdateDatasetRequest,
};

use crate::fail::Answer;
use crate::local::Local;

/// Answers the calls of the service.
pub(crate) struct Datasets(pub(crate) Arc<Local>);

impl DatasetService for Datasets {
    async fn create_dataset(&self, request: CreateDatasetRequest) -> Answer<CreateDatasetRequest> {
        Ok(manage::create_dataset(&self.0, request)?)
    }

    async fn update_dataset(&self, request: UpdateDatasetRequest) -> Answer<UpdateDatasetRequest> {
        Ok(manage::update_dataset(&self.0, request)?)
    }

    async fn delete_dataset(&self, request: DeleteDatasetRequest) -> Answer<DeleteDatasetRequest> {
        Ok(manage::delete_dataset(&self.0, &request)?)
    }

    async fn get_datasets(&self, request: GetDatasetsRequest) -> Answer<GetDatasetsRequest> {
        Ok(manage::get_datasets(&self.0, request)?)
    }

    async fn add_entries(&self, request: AddEntriesRequest) -> Answer<AddEntriesRequest> {
        Ok(entries::add_entries(&self.0, request)?)
    }

    async fn get_entries(&self, request: GetEntriesRequest) -> Answer<GetEntriesRequest> {
        Ok(entries::get_entries(&self.0, &request)?)
    }

    async fn remove_entries(&self, request: RemoveEntriesRequest) -> Answer<RemoveEntriesRequest> {
        Ok(entries::remove_entries(&self.0, &request)?)
    }

    async fn add_entries_to_needs_review(
        &self,
        request: AddEntriesToNeedsReviewRequest,
    ) -> Answer<AddEntriesToNeedsReviewRequest> {
        Ok(review::add_entries_to_needs_review(&self.0, request)?)
    }

    async fn finalize_needs_review_entries(
        &self,
        request: FinalizeNeedsReviewEntriesRequest,
    ) -> Answer<FinalizeNeedsReviewEntriesRequest> {
        Ok(review::finalize_needs_review_entries(&self.0, request)?)
    }

    async fn get_needs_review_entries(
        &self,
        request: GetNeedsReviewEntriesRequest,
    ) -> Answer<GetNeedsReviewEntriesRequest> {
        Ok(review::get_needs_review_entries(&self.0, &request)?)
    }

    async fn remove_needs_review_entries(
        &self,
        request: RemoveNeedsReviewEntriesRequest,
    ) -> Answer<RemoveNeedsReviewEntriesRequest> {
        Ok(review::remove_needs_review_entries(&self.0, &request)?)
    }
}
