//! Tests code that uses the client, without a network: with scripted responses, and with your own service.

mod common;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use decthings::api::model::{DeleteModelError, DeleteModelRequest, DeleteModelResult, ModelService};
use decthings::testing::Script;
use decthings::{Client, Router, ServiceError};

/// What is to be tested: deletes models, of which some may be gone already; how many it deleted.
async fn clean_up(client: &Client, model_ids: &[&str]) -> common::Result<u32> {
    let mut deleted = 0_u32;
    for id in model_ids {
        match client.model().delete_model(*id).await {
            Ok(_) => deleted = deleted.saturating_add(1),
            Err(error) if error.api() == Some(&DeleteModelError::ModelNotFound) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(deleted)
}

/// A service that has models, and can delete them.
struct Models(Mutex<BTreeSet<String>>);

impl ModelService for Models {
    async fn delete_model(
        &self,
        request: DeleteModelRequest,
    ) -> Result<DeleteModelResult, ServiceError<DeleteModelError>> {
        let mut models = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if models.remove(&request.model_id) {
            Ok(DeleteModelResult::new())
        } else {
            Err(DeleteModelError::ModelNotFound.into())
        }
    }
}

#[tokio::main]
async fn main() -> common::Result {
    let script = Script::new()
        .respond::<DeleteModelRequest>(Ok(DeleteModelResult::new()))
        .respond::<DeleteModelRequest>(Err(DeleteModelError::ModelNotFound));
    let client = Client::builder().script(&script).build()?;
    assert_eq!(clean_up(&client, &["a", "gone"]).await?, 1);
    script.check()?; // both were called, and nothing else
    println!("by script: {:?}", script.calls());

    let models = Arc::new(Models(Mutex::new(["a", "b"].map(str::to_owned).into())));
    let client = Client::builder().service(Router::new().model(models)).build()?;
    assert_eq!(clean_up(&client, &["a", "b", "gone"]).await?, 2);
    assert_eq!(clean_up(&client, &["a", "b"]).await?, 0);
    println!("by a service: two were deleted, and once only");
    Ok(())
}
