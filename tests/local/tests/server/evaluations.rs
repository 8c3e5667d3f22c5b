//! Evaluations, through a client.

use decthings::types::{EvaluationFailure, EvaluationResult, EvaluationStage};

use crate::support::{client, error_code, invalid, new_model, new_state, one, slow, succeeded, within};

#[tokio::test]
async fn evaluation_results_are_kept() {
    within(async {
        let client = client();
        let models = client.model();
        let id = new_model(&client, "a", "mlp").await;
        let x = || one("x", [0.5f32, -0.5]);
        assert_eq!(error_code(models.evaluate(&id, [x()]).await), invalid("modelId"));
        new_state(&client, &id, "first").await;
        let result = models.evaluate(&id, [x()]).await.unwrap();
        let tensors = &succeeded(result.clone()).output[0].data;
        assert_eq!(tensors[0].shape(), [2]);
        assert!((tensors[0].to_vec::<f32>().unwrap().iter().sum::<f32>() - 1.0).abs() < 1e-5);

        let failed = models.evaluate(&id, [one("x", [1.0f32; 3])]).await.unwrap();
        match failed {
            EvaluationResult::Failed(failed) => match failed.error {
                EvaluationFailure::Exception(exception) => assert_eq!(exception.at, EvaluationStage::Evaluate),
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        }
        let list = models.get_evaluations(&id).await.unwrap();
        assert!(list.running.is_empty());
        assert_eq!(list.finished.iter().map(|one| one.success).collect::<Vec<_>>(), [true, false]);
        let first = &list.finished[0].id;
        assert_eq!(models.get_finished_evaluation_result(&id, first).await.unwrap(), result);
        assert_eq!(error_code(models.cancel_evaluation(&id, first).await), "evaluation_not_found");
        assert_eq!(error_code(models.get_finished_evaluation_result(&id, "other").await), "evaluation_not_found");

        for _ in 0..105 {
            models.evaluate(&id, [x()]).await.unwrap();
        }
        let list = models.get_evaluations(&id).await.unwrap();
        assert_eq!(list.finished.len(), 100);
        assert!(list.finished.iter().all(|one| one.id != *first));
    })
    .await;
}

#[tokio::test]
async fn running_evaluation_is_cancelled() {
    within(async {
        let (local, client) = slow();
        let models = client.model();
        let id = new_model(&client, "a", "mlp").await;
        models.upload_state(&id, "any", []).await.unwrap();
        let evaluate = models.evaluate(&id, [one("x", [0.0f32; 2])]).send();
        let cancel = async {
            let running = loop {
                match models.get_evaluations(&id).await.unwrap().running.pop() {
                    Some(running) => break running.id,
                    None => tokio::task::yield_now().await,
                }
            };
            let waiting = models.get_finished_evaluation_result(&id, &running).send();
            let cancel = async { models.cancel_evaluation(&id, &running).await.unwrap() };
            tokio::join!(waiting, cancel).0.unwrap()
        };
        let (result, waited) = tokio::join!(evaluate, cancel);
        let result = result.unwrap();
        assert_eq!(result, waited);
        match result {
            EvaluationResult::Failed(failed) => assert_eq!(failed.error, EvaluationFailure::Cancelled),
            other => panic!("{other:?}"),
        }
        local.shutdown().await;
    })
    .await;
}
