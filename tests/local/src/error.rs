//! Why a call fails, before the error becomes the method's own.

use bytes::Bytes;
use decthings::Blob;
use decthings::api::errors::{
    DatasetKeyNotFound, Exception, IncorrectVersionId, InvalidParameter, ReferencedDatasetNotFound,
};
use decthings::runtime::{ApiError, ErrorCode, ServiceError};

use crate::filesystem::posix::Errno;
use crate::storage::error::StorageError;

/// Declares the errors that have a code only, next to those that have fields.
macro_rules! call_errors {
    ($($name:ident => $code:literal,)*) => {
        /// An error of the API, shared by all methods that have it.
        #[derive(Clone, Debug, PartialEq)]
        pub(crate) enum CallError {
            InvalidParameter { path: String, reason: String },
            IncorrectVersionId { current: String },
            ReferencedDatasetNotFound { dataset: String },
            DatasetKeyNotFound { dataset: String, key: String },
            Exception { details: String },
            Files(Errno),
            $($name,)*
        }

        impl CallError {
            fn into_api(self) -> ApiError {
                match self {
                    Self::InvalidParameter { path, reason } => {
                        ApiError::with_fields("invalid_parameter", &InvalidParameter::new(path, reason))
                    }
                    Self::IncorrectVersionId { current } => {
                        ApiError::with_fields("incorrect_version_id", &IncorrectVersionId::new(current))
                    }
                    Self::ReferencedDatasetNotFound { dataset } => {
                        ApiError::with_fields("dataset_not_found", &ReferencedDatasetNotFound::new(dataset))
                    }
                    Self::DatasetKeyNotFound { dataset, key } => {
                        ApiError::with_fields("dataset_key_not_found", &DatasetKeyNotFound::new(dataset, key))
                    }
                    Self::Exception { details } => {
                        ApiError::with_fields("exception", &Exception::new().exception_details(details))
                    }
                    Self::Files(errno) => ApiError::new(errno.code()),
                    $(Self::$name => ApiError::new($code),)*
                }
            }
        }
    };
}

call_errors! {
    AccessDenied => "access_denied",
    DatasetNotFound => "dataset_not_found",
    DebugSessionNotFound => "debug_session_not_found",
    DebugSessionTerminated => "debug_session_terminated",
    EvaluationNotFound => "evaluation_not_found",
    ImageNotFound => "image_not_found",
    IndexOutOfRange => "index_out_of_range",
    InstantiatedModelNotFound => "instantiated_model_not_found",
    InviteNotFound => "invite_not_found",
    LanguageServerNotFound => "language_server_not_found",
    LimitExceeded => "limit_exceeded",
    MemberNotFound => "member_not_found",
    ModelAlreadyCreated => "model_already_created",
    ModelNotFound => "model_not_found",
    ModelToMountNoLongerExists => "model_to_mount_no_longer_exists",
    ModelToMountNotFound => "model_to_mount_not_found",
    NameAlreadyUsed => "name_already_used",
    NameInUse => "name_in_use",
    NotEnoughSpace => "not_enough_space",
    NotRemoteInspector => "not_remote_inspector",
    NotificationNotFound => "notification_not_found",
    OrganizationNotFound => "organization_not_found",
    PersistentLauncherBeingDeleted => "persistent_launcher_being_deleted",
    PersistentLauncherNotFound => "persistent_launcher_not_found",
    QuotaExceeded => "quota_exceeded",
    RepositoryNotFound => "repository_not_found",
    SnapshotForModelToMountNotFound => "snapshot_for_model_to_mount_not_found",
    SnapshotNoLongerExists => "snapshot_no_longer_exists",
    SnapshotNotFound => "snapshot_not_found",
    SpawnedCommandNotFound => "spawned_command_not_found",
    StateAlreadyCreated => "state_already_created",
    StateDataNotFound => "state_data_not_found",
    StateForModelToMountNotFound => "state_for_model_to_mount_not_found",
    StateIsActive => "state_is_active",
    StateKeyNotFound => "state_key_not_found",
    StateNotFound => "state_not_found",
    TerminalSessionNotFound => "terminal_session_not_found",
    TooManyRequests => "too_many_requests",
    TrainingSessionNotFound => "training_session_not_found",
    TrainingSessionNotRunning => "training_session_not_running",
    TrainingSessionRunning => "training_session_running",
    Unknown => "unknown",
}

impl CallError {
    /// A parameter is invalid; `path` is where it is, such as `keys[0].data[3]`.
    pub(crate) fn invalid(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::InvalidParameter { path: path.into(), reason: reason.into() }
    }

    /// A key is given more than once.
    pub(crate) fn repeated_key(path: impl Into<String>, key: &str) -> Self {
        Self::invalid(path, format!("the key {key:?} is repeated"))
    }

    /// A function of a model failed.
    pub(crate) fn exception(details: impl Into<String>) -> Self {
        Self::Exception { details: details.into() }
    }
}

impl From<StorageError> for CallError {
    fn from(error: StorageError) -> Self {
        error.report();
        Self::Unknown
    }
}

impl From<Errno> for CallError {
    fn from(errno: Errno) -> Self {
        Self::Files(errno)
    }
}

impl<E: ErrorCode> From<CallError> for ServiceError<E> {
    fn from(error: CallError) -> Self {
        let error = error.into_api();
        match E::from_api(error.clone()) {
            Ok(typed) => Self::Api(typed),
            Err(_) => Self::Other(error),
        }
    }
}

/// The bytes of a parameter. Those of a request that has arrived are in memory.
pub(crate) fn in_memory(path: &str, blob: Blob) -> Result<Bytes, CallError> {
    blob.into_bytes().map_err(|error| CallError::invalid(path, error.to_string()))
}
