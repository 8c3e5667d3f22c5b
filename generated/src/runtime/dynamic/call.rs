//! Calls by name whose bytes and tensors stand beside their JSON.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_core::future::BoxFuture;
use serde::Serialize;
use serde_json::Value;

use super::operation::{DynamicOperation, check_size, read, to_value};
use crate::runtime::blob::Attachment;
use crate::runtime::blob::attachments::with_attachments;
use crate::runtime::client::{Call, Client, Operation};
use crate::runtime::error::{Error, Failure};
use crate::runtime::method::{ApiError, Method};
use crate::runtime::transport::TransferProgress;
use crate::runtime::wire;
use crate::runtime::wire::{JsonLimits, RequestFrame};

/// Parameters or a result: JSON, and the bytes and tensors to which it refers as `{"$attachment": index}`.
///
/// They are not part of the JSON, so they are neither encoded nor copied: a file is sent as it is read, and a tensor of a
/// response takes no more memory than that of a typed call.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct DynamicMessage {
    /// The JSON; as parameters, `null` means none.
    pub json: Value,
    /// What the JSON refers to.
    pub attachments: Vec<Attachment>,
}

impl DynamicMessage {
    /// A message of JSON, and of what it refers to.
    pub fn new(json: Value, attachments: Vec<Attachment>) -> Self {
        Self { json, attachments }
    }
}

impl From<Value> for DynamicMessage {
    fn from(json: Value) -> Self {
        Self { json, attachments: Vec::new() }
    }
}

/// A call by name: complete it with its setters, then [`send`](Self::send) it.
#[derive(Clone)]
#[must_use = "a call does nothing until it is sent"]
pub struct DynamicCall {
    pub(super) operation: DynamicOperation,
    client: Client,
    params: DynamicMessage,
    timeout: Option<Duration>,
    blob_folder: Option<PathBuf>,
    progress: Option<Arc<dyn Fn(TransferProgress) + Send + Sync>>,
}

impl DynamicOperation {
    /// Makes a call whose bytes and tensors stand beside its JSON.
    ///
    /// ```no_run
    /// # async fn example(client: decthings::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use decthings::Blob;
    /// use decthings::api::dynamic;
    /// use decthings::runtime::DynamicMessage;
    /// use serde_json::json;
    ///
    /// let weights = Blob::from_file("weights.bin")?;
    /// let data = json!([{"key": "weights", "data": {"$attachment": 0}}]);
    /// let params = json!({"modelId": "model-id", "name": "trained elsewhere", "data": data});
    /// let upload = dynamic::operation("Model", "uploadState")?;
    /// upload.prepare(&client, DynamicMessage::new(params, vec![weights.into()]))?.send().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`]: there is an unknown parameter, at any depth.
    pub fn prepare(&self, client: &Client, params: DynamicMessage) -> Result<DynamicCall, Error> {
        self.check(&params.json)?;
        let (operation, client) = (*self, client.clone());
        Ok(DynamicCall { operation, client, params, timeout: None, blob_folder: None, progress: None })
    }
}

impl DynamicCall {
    /// The timeout of this call; see [`Call::timeout`].
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Writes the blobs of the response to files in this folder as they arrive; see [`Call::blobs_to_files`].
    pub fn blobs_to_files(mut self, folder: impl Into<PathBuf>) -> Self {
        self.blob_folder = Some(folder.into());
        self
    }

    /// Calls this function whenever a part of the request was sent or a part of the response has arrived; see
    /// [`Call::on_progress`].
    pub fn on_progress(mut self, progress: impl Fn(TransferProgress) + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(progress));
        self
    }

    /// The method.
    pub fn method(&self) -> &'static Method {
        self.operation.method()
    }

    /// Encodes the request, without sending it.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`]: the parameters are not those of the method.
    pub fn frame(self) -> Result<RequestFrame, Error> {
        (self.operation.frame)(self)
    }

    /// Makes the call.
    ///
    /// # Errors
    ///
    /// As those of a typed call.
    pub async fn send(self) -> Result<DynamicMessage, Error> {
        (self.operation.send)(self).await
    }

    /// The call with its type.
    pub(super) fn typed<R: Operation>(self) -> Result<Call<R>, Error> {
        let DynamicMessage { json, attachments } = self.params;
        let (request, _) = with_attachments(attachments, || read::<R>(json, "parameters"));
        let mut call = Call::new(&self.client, request.map_err(|failure| failure.at::<ApiError>(R::METHOD))?);
        if let Some(timeout) = self.timeout {
            call = call.timeout(timeout);
        }
        if let Some(folder) = self.blob_folder {
            call = call.blobs_to_files(folder);
        }
        if let Some(progress) = self.progress {
            call = call.on_progress(move |transferred| progress(transferred));
        }
        Ok(call)
    }
}

impl fmt::Debug for DynamicCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynamicCall").field("method", self.method()).finish_non_exhaustive()
    }
}

pub(super) fn send<R: Operation>(call: DynamicCall) -> BoxFuture<'static, Result<DynamicMessage, Error>> {
    Box::pin(async move {
        let call = call.typed::<R>()?;
        let response = call.response().await.map_err(Error::into_raw)?;
        message(&response, call.client.json_limits()).map_err(|failure| failure.at(R::METHOD))
    })
}

pub(super) fn frame<R: Operation>(call: DynamicCall) -> Result<RequestFrame, Error> {
    wire::write_request(call.typed::<R>()?.request()).map_err(|failure| failure.at(R::METHOD))
}

/// A value as JSON, with its bytes and tensors beside it.
pub(super) fn message<T: Serialize>(value: &T, limits: JsonLimits) -> Result<DynamicMessage, Failure> {
    with_attachments(Vec::new(), || check_size(value, limits)).0?;
    let (json, attachments) = with_attachments(Vec::new(), || to_value(value));
    json.map(|json| DynamicMessage { json, attachments })
}
