//! A small implementation of the generated service traits, in process and behind HTTP.

use std::sync::Arc;

use decthings::api::dataset::{DatasetService, GetEntriesRequest};
use decthings::api::errors::{CommonError, DatasetKeyNotFound, InvalidParameter, ReferencedDatasetNotFound};
use decthings::api::model::{
    DeleteModelRequest, GetModelStateRequest, ModelService, SetFilesystemSizeRequest, TrainError, TrainRequest,
    TrainResult, UploadStateRequest, UploadStateResult,
};
use decthings::api::types::{
    DatasetEntries, DatasetKeyEntries, DatasetKeyEntry, ParameterProviderData, StateData, StateEntry,
};
use decthings::runtime::ServiceResult;
use decthings::{ApiError, Client, Router, ServiceError};
use decthings_tests::server::{Reply, Request, Server, ok};
use tokio::sync::{Barrier, watch};

/// The service; each method documents what it does.
pub struct Small {
    /// Where concurrent requests wait for each other.
    pub gate: Barrier,
    /// The number of requests that were dropped while they waited.
    pub abandoned: watch::Sender<usize>,
    panics_early: bool,
}

impl Small {
    pub fn new() -> Arc<Self> {
        Self::gated(1)
    }

    /// Requests for states get a response only when this many are waiting.
    pub fn gated(together: usize) -> Arc<Self> {
        Arc::new(Self { gate: Barrier::new(together), abandoned: watch::Sender::default(), panics_early: true })
    }

    pub fn router(self: &Arc<Self>) -> Router {
        Router::new().model(Arc::clone(self)).dataset(Arc::clone(self))
    }
}

/// Every error of `Model.train`, and an unknown one.
pub fn train_errors() -> Vec<TrainError> {
    vec![
        TrainError::ModelNotFound,
        TrainError::PersistentLauncherNotFound,
        TrainError::SnapshotNoLongerExists,
        TrainError::AccessDenied,
        TrainError::QuotaExceeded,
        TrainError::ModelToMountNoLongerExists,
        CommonError::BadCredentials.into(),
        CommonError::TooManyRequests.into(),
        CommonError::PaymentRequired.into(),
        CommonError::Unknown.into(),
        CommonError::InvalidParameter(InvalidParameter::new("newStateName", "is \"empty\"")).into(),
        TrainError::DatasetNotFound(ReferencedDatasetNotFound::new("d")),
        TrainError::DatasetKeyNotFound(DatasetKeyNotFound::new("d", "k")),
        TrainError::Unrecognized(ApiError::with_fields("brand_new", &serde_json::json!({"why": ["because"]}))),
    ]
}

struct Waiting<'a>(&'a Small);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.abandoned.send_modify(|number| *number += 1);
    }
}

impl ModelService for Small {
    /// Returns the error with the number that the model's id is; otherwise a description of the parameters.
    async fn train(&self, request: TrainRequest) -> ServiceResult<TrainRequest> {
        if let Ok(number) = request.model_id.parse::<usize>() {
            return Err(train_errors().remove(number).into());
        }
        if request.model_id == "other" {
            return Err(ServiceError::Other(ApiError::new("model_not_found")));
        }
        let received = request.params.iter().map(|param| match &param.data {
            ParameterProviderData::Tensors(tensors) => format!("{}={tensors:?}", param.name),
            ParameterProviderData::DatasetReference(reference) => format!("{}@{}", param.name, reference.dataset_id),
            _ => String::new(),
        });
        Ok(TrainResult::new(received.collect::<Vec<_>>().join(",")))
    }

    /// The model's id under the requested keys, or `w`, once enough requests are waiting.
    async fn get_model_state(&self, request: GetModelStateRequest) -> ServiceResult<GetModelStateRequest> {
        let waiting = Waiting(self);
        self.gate.wait().await;
        std::mem::forget(waiting);
        let keys = request.keys.unwrap_or_else(|| vec!["w".to_owned()]);
        Ok(StateData::new(keys.into_iter().map(|key| StateEntry::new(key, request.model_id.as_str()))))
    }

    /// The keys and the lengths of their data.
    async fn upload_state(&self, request: UploadStateRequest) -> ServiceResult<UploadStateRequest> {
        let received = request.data.iter().map(|entry| format!("{}:{}", entry.key, entry.data.len()));
        Ok(UploadStateResult::new(received.collect::<Vec<_>>().join(",")))
    }

    async fn delete_model(&self, _: DeleteModelRequest) -> ServiceResult<DeleteModelRequest> {
        panic!("this service panics, as it should")
    }

    /// Panics before it returns a future.
    fn set_filesystem_size(
        &self,
        _: SetFilesystemSizeRequest,
    ) -> impl Future<Output = ServiceResult<SetFilesystemSizeRequest>> + Send {
        if self.panics_early {
            panic!("this service panics early, as it should");
        }
        std::future::pending()
    }
}

impl DatasetService for Small {
    /// Two entries under each of two keys.
    async fn get_entries(&self, _: GetEntriesRequest) -> ServiceResult<GetEntriesRequest> {
        let entries = |name: &str, of: f32| {
            DatasetKeyEntries::new(name, [3, 5].map(|index| DatasetKeyEntry::new(index, [of, index as f32])))
        };
        Ok(DatasetEntries::new([entries("image", 0.5), entries("label", 1.5)]))
    }
}

/// A router behind HTTP.
pub struct RemoteService {
    pub client: Client,
    _server: Server,
}

impl RemoteService {
    pub async fn start(router: Router) -> Self {
        let reply = move |request: &Request| {
            let (router, path, body) = (router.clone(), request.path().to_owned(), request.body.clone());
            async move {
                let mut names = path.rsplit('/');
                let (method, service) = (names.next().unwrap(), names.next().unwrap());
                Reply::Respond(ok(&router.handle(service, method, body.into()).await.to_bytes()))
            }
        };
        let server = Server::builder().reply_async(reply).start().await;
        Self { client: Client::builder().http_url(server.url()).build().unwrap(), _server: server }
    }
}
