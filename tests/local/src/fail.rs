//! Why a call is refused, before it becomes the method's own error.

use decthings::api::errors::{
    DatasetKeyNotFound, Exception, IncorrectVersionId, InvalidParameter, ReferencedDatasetNotFound,
};
use decthings::runtime::{ApiError, ErrorCode, Operation, ServiceError};

use crate::store::files::Errno;

/// What a method of a service answers.
pub(crate) type Answer<R> = Result<<R as Operation>::Response, ServiceError<<R as Operation>::Error>>;

/// An error of the API, shared by all methods that have it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fail {
    InvalidParameter { path: String, reason: String },
    IncorrectVersionId { current: String },
    ReferencedDatasetNotFound { dataset: String },
    DatasetKeyNotFound { dataset: String, key: String },
    AccessDenied,
    Exception { details: String },
    DatasetNotFound,
    DebugSessionNotFound,
    DebugSessionTerminated,
    EvaluationNotFound,
    Files(Errno),
    ImageNotFound,
    IndexOutOfRange,
    InviteNotFound,
    InstantiatedModelNotFound,
    LanguageServerNotFound,
    LimitExceeded,
    MemberNotFound,
    ModelAlreadyCreated,
    ModelNotFound,
    ModelToMountNoLongerExists,
    ModelToMountNotFound,
    NameAlreadyUsed,
    NameInUse,
    NotEnoughSpace,
    NotificationNotFound,
    OrganizationNotFound,
    PersistentLauncherBeingDeleted,
    NotRemoteInspector,
    PersistentLauncherNotFound,
    QuotaExceeded,
    RepositoryNotFound,
    SnapshotForModelToMountNotFound,
    SnapshotNoLongerExists,
    SnapshotNotFound,
    SpawnedCommandNotFound,
    StateAlreadyCreated,
    StateDataNotFound,
    StateForModelToMountNotFound,
    StateIsActive,
    StateKeyNotFound,
    StateNotFound,
    TerminalSessionNotFound,
    TooManyRequests,
    TrainingSessionNotFound,
    TrainingSessionNotRunning,
    TrainingSessionRunning,
    Unknown,
}

impl Fail {
    /// A parameter that cannot be used; `path` is where it is, such as `keys[0].data[3]`.
    pub(crate) fn invalid(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::InvalidParameter { path: path.into(), reason: reason.into() }
    }

    fn into_api(self) -> ApiError {
        ApiError::new(match self {
            Self::InvalidParameter { path, reason } => {
                return ApiError::with_fields("invalid_parameter", &InvalidParameter::new(path, reason));
            }
            Self::IncorrectVersionId { current } => {
                return ApiError::with_fields("incorrect_version_id", &IncorrectVersionId::new(current));
            }
            Self::ReferencedDatasetNotFound { dataset } => {
                return ApiError::with_fields("dataset_not_found", &ReferencedDatasetNotFound::new(dataset));
            }
            Self::DatasetKeyNotFound { dataset, key } => {
                return ApiError::with_fields("dataset_key_not_found", &DatasetKeyNotFound::new(dataset, key));
            }
            Self::AccessDenied => "access_denied",
            Self::Exception { details } => {
                return ApiError::with_fields("exception", &Exception::new().exception_details(details));
            }
            Self::DatasetNotFound => "dataset_not_found",
            Self::DebugSessionNotFound => "debug_session_not_found",
            Self::DebugSessionTerminated => "debug_session_terminated",
            Self::EvaluationNotFound => "evaluation_not_found",
            Self::Files(errno) => errno.code(),
            Self::ImageNotFound => "image_not_found",
            Self::IndexOutOfRange => "index_out_of_range",
            Self::InstantiatedModelNotFound => "instantiated_model_not_found",
            Self::LanguageServerNotFound => "language_server_not_found",
            Self::LimitExceeded => "limit_exceeded",
            Self::InviteNotFound => "invite_not_found",
            Self::MemberNotFound => "member_not_found",
            Self::ModelAlreadyCreated => "model_already_created",
            Self::ModelNotFound => "model_not_found",
            Self::ModelToMountNoLongerExists => "model_to_mount_no_longer_exists",
            Self::ModelToMountNotFound => "model_to_mount_not_found",
            Self::NameAlreadyUsed => "name_already_used",
            Self::NameInUse => "name_in_use",
            Self::NotEnoughSpace => "not_enough_space",
            Self::NotificationNotFound => "notification_not_found",
            Self::OrganizationNotFound => "organization_not_found",
            Self::PersistentLauncherBeingDeleted => "persistent_launcher_being_deleted",
            Self::NotRemoteInspector => "not_remote_inspector",
            Self::PersistentLauncherNotFound => "persistent_launcher_not_found",
            Self::QuotaExceeded => "quota_exceeded",
            Self::RepositoryNotFound => "repository_not_found",
            Self::SnapshotForModelToMountNotFound => "snapshot_for_model_to_mount_not_found",
            Self::SnapshotNoLongerExists => "snapshot_no_longer_exists",
            Self::SnapshotNotFound => "snapshot_not_found",
            Self::SpawnedCommandNotFound => "spawned_command_not_found",
            Self::StateAlreadyCreated => "state_already_created",
            Self::StateDataNotFound => "state_data_not_found",
            Self::StateForModelToMountNotFound => "state_for_model_to_mount_not_found",
            Self::StateIsActive => "state_is_active",
            Self::StateKeyNotFound => "state_key_not_found",
            Self::StateNotFound => "state_not_found",
            Self::TerminalSessionNotFound => "terminal_session_not_found",
            Self::TooManyRequests => "too_many_requests",
            Self::TrainingSessionNotFound => "training_session_not_found",
            Self::TrainingSessionNotRunning => "training_session_not_running",
            Self::TrainingSessionRunning => "training_session_running",
            Self::Unknown => "unknown",
        })
    }
}

impl<E: ErrorCode> From<Fail> for ServiceError<E> {
    fn from(fail: Fail) -> Self {
        let error = fail.into_api();
        match E::from_api(error.clone()) {
            Ok(typed) => Self::Api(typed),
            Err(_) => Self::Other(error),
        }
    }
}
