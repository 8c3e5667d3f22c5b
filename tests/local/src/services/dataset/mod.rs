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
use decthings::runtime::ServiceResult;

use crate::context::Context;

/// The service.
pub(crate) struct Datasets(pub(crate) Arc<Context>);

impl DatasetService for Datasets {
    async fn create_dataset(&self, request: CreateDatasetRequest) -> ServiceResult<CreateDatasetRequest> {
        Ok(manage::create_dataset(&self.0, request)?)
    }

    async fn update_dataset(&self, request: UpdateDatasetRequest) -> ServiceResult<UpdateDatasetRequest> {
        Ok(manage::update_dataset(&self.0, request)?)
    }

    async fn delete_dataset(&self, request: DeleteDatasetRequest) -> ServiceResult<DeleteDatasetRequest> {
        Ok(manage::delete_dataset(&self.0, &request)?)
    }

    async fn get_datasets(&self, request: GetDatasetsRequest) -> ServiceResult<GetDatasetsRequest> {
        Ok(manage::get_datasets(&self.0, request)?)
    }

    async fn add_entries(&self, request: AddEntriesRequest) -> ServiceResult<AddEntriesRequest> {
        Ok(entries::add_entries(&self.0, request)?)
    }

    async fn get_entries(&self, request: GetEntriesRequest) -> ServiceResult<GetEntriesRequest> {
        Ok(entries::get_entries(&self.0, &request)?)
    }

    async fn remove_entries(&self, request: RemoveEntriesRequest) -> ServiceResult<RemoveEntriesRequest> {
        Ok(entries::remove_entries(&self.0, &request)?)
    }

    async fn add_entries_to_needs_review(
        &self,
        request: AddEntriesToNeedsReviewRequest,
    ) -> ServiceResult<AddEntriesToNeedsReviewRequest> {
        Ok(review::add_entries_to_needs_review(&self.0, request)?)
    }

    async fn finalize_needs_review_entries(
        &self,
        request: FinalizeNeedsReviewEntriesRequest,
    ) -> ServiceResult<FinalizeNeedsReviewEntriesRequest> {
        Ok(review::finalize_needs_review_entries(&self.0, request)?)
    }

    async fn get_needs_review_entries(
        &self,
        request: GetNeedsReviewEntriesRequest,
    ) -> ServiceResult<GetNeedsReviewEntriesRequest> {
        Ok(review::get_needs_review_entries(&self.0, &request)?)
    }

    async fn remove_needs_review_entries(
        &self,
        request: RemoveNeedsReviewEntriesRequest,
    ) -> ServiceResult<RemoveNeedsReviewEntriesRequest> {
        Ok(review::remove_needs_review_entries(&self.0, &request)?)
    }
}
