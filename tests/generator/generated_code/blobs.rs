//! Calls that carry bytes and tensors, by every blob rule.

use std::sync::Arc;

use decthings::runtime::ServiceError;
use decthings::{Error, Tensor};

use super::client;
use super::ok::*;

#[tokio::test]
async fn bytes_and_base64_names() {
    use blob_bytes::shop::*;
    struct Shop;
    impl ShopService for Shop {
        async fn write(&self, request: WriteRequest) -> Result<WriteResult, ServiceError<WriteError>> {
            assert_eq!(request.name.as_bytes(), b"caf\xe9");
            Ok(WriteResult::new(request.data.len()))
        }
        async fn read(&self, request: ReadRequest) -> Result<ReadResult, ServiceError<ReadError>> {
            Ok(ReadResult::new(request.name.as_bytes().repeat(2)))
        }
        async fn send(&self, request: SendRequest) -> Result<SendResult, ServiceError<SendError>> {
            match request.what {
                Message::File(file) => assert_eq!(file.data.as_bytes().unwrap(), [0, 255]),
                Message::Words(words) => assert_eq!(words.words, "hello"),
                other => panic!("{other:?}"),
            }
            Ok(SendResult::new())
        }
    }
    let shop = ShopClient::new(&client("Shop", Arc::new(Dispatch(Arc::new(Shop)))));
    let name = b"caf\xe9".as_slice();
    assert_eq!(shop.write(name, "text is fine").await.unwrap().written, 12);
    assert_eq!(shop.write(name, vec![]).await.unwrap().written, 0);
    assert_eq!(shop.read("ab").await.unwrap().data.as_bytes().unwrap(), b"abab");
    shop.send(Message::file(vec![0, 255])).await.unwrap();
    shop.send(Message::words("hello")).await.unwrap();
}

#[tokio::test]
async fn bytes_by_name() {
    use blob_keyed::shop::*;
    use blob_keyed::types::Part;
    struct Shop;
    impl ShopService for Shop {
        async fn upload(&self, request: UploadRequest) -> Result<UploadResult, ServiceError<UploadError>> {
            assert!(request.data.iter().all(|part| part.data.as_bytes() == Ok(part.key.as_bytes())));
            Ok(UploadResult::new(request.data.len() as u32))
        }
        async fn upload_deep(
            &self,
            request: UploadDeepRequest,
        ) -> Result<UploadDeepResult, ServiceError<UploadDeepError>> {
            Ok(UploadDeepResult::new(match request.source {
                Source::Parts(parts) => parts.data.len() as u32,
                Source::Id(_) => 100,
                other => panic!("{other:?}"),
            }))
        }
        async fn download(&self, request: DownloadRequest) -> Result<DownloadResult, ServiceError<DownloadError>> {
            Ok(DownloadResult::new([Part::new(request.id, vec![1]), Part::new("", vec![])]))
        }
    }
    let shop = ShopClient::new(&client("Shop", Arc::new(Dispatch(Arc::new(Shop)))));
    let parts = [Part::new("b", "b"), Part::new("a", "a"), Part::new("c", "c")];
    assert_eq!(shop.upload("id", parts.clone()).await.unwrap().count, 3);
    assert_eq!(shop.upload("id", []).await.unwrap().count, 0);
    assert_eq!(shop.upload_deep(Source::parts(parts)).await.unwrap().count, 3);
    assert_eq!(shop.upload_deep(Source::id("x")).await.unwrap().count, 100);
    let data = shop.download("x").await.unwrap().data;
    assert_eq!(data, [Part::new("x", vec![1]), Part::new("", vec![])]);
    let many = (0..256).map(|index| Part::new(index.to_string(), vec![]));
    let error = shop.upload("id", many).await.unwrap_err();
    assert!(matches!(error, Error::Invalid { .. }) && error.to_string().contains("255"), "{error}");
}

#[tokio::test]
async fn blobs_of_one_tensor_and_of_several() {
    use blob_tensors::shop::*;
    use blob_tensors::types::{Input, InputData, Stored};
    struct Shop;
    impl ShopService for Shop {
        async fn run(&self, request: RunRequest) -> Result<RunResult, ServiceError<RunError>> {
            if request.inputs.is_empty() {
                return Ok(RunResult::Failed(RunResultFailed::new("nothing to do")));
            }
            let outputs = request.inputs.into_iter().map(|input| match input.data {
                InputData::Tensors(tensors) => Output::new(input.name, tensors),
                InputData::Stored(stored) => Output::new(stored.id, [Tensor::scalar(true)]),
            });
            Ok(RunResult::Success(RunResultSuccess::new(outputs)))
        }
        async fn get_metrics(&self, _: GetMetricsRequest) -> Result<GetMetricsResult, ServiceError<GetMetricsError>> {
            let entries = |count: i64| (0..count).map(|at| MetricEntry::new(at, Tensor::scalar(at as f32)));
            Ok(GetMetricsResult::new([
                Metric::new("loss", entries(2)),
                Metric::new("none", entries(0)),
                Metric::new("time", entries(1)),
            ]))
        }
    }
    let shop = ShopClient::new(&client("Shop", Arc::new(Dispatch(Arc::new(Shop)))));
    let tensors = vec![Tensor::from([1.5_f32, 2.5]), Tensor::scalar("text")];
    let inputs = [
        Input::new("a", tensors.clone()),
        Input::new("b", Stored::new("id")),
        Input::new("c", vec![]),
        Input::new("d", vec![Tensor::scalar(7_u64)]),
    ];
    let RunResult::Success(success) = shop.run(inputs).await.unwrap() else { panic!("failed") };
    let wanted = [
        Output::new("a", tensors),
        Output::new("id", [Tensor::scalar(true)]),
        Output::new("c", Vec::<Tensor>::new()),
        Output::new("d", [Tensor::scalar(7_u64)]),
    ];
    assert_eq!(success.outputs, wanted);
    assert!(matches!(shop.run([]).await.unwrap(), RunResult::Failed(_)));
    let metrics = shop.get_metrics().await.unwrap().metrics;
    assert_eq!(metrics.iter().map(|metric| metric.entries.len()).collect::<Vec<_>>(), [2, 0, 1]);
    assert_eq!(metrics[2].entries[0].data, Tensor::scalar(0_f32));
}

#[tokio::test]
async fn dataset_entries() {
    use blob_entries::shop::*;
    struct Shop;
    impl ShopService for Shop {
        async fn add_entries(
            &self,
            request: AddEntriesRequest,
        ) -> Result<AddEntriesResult, ServiceError<AddEntriesError>> {
            let names: Vec<&str> = request.keys.iter().map(|column| column.key.as_str()).collect();
            assert_eq!(names, ["a", "b"], "columns arrive sorted");
            assert_eq!(request.keys[0].data, [Tensor::scalar(1_i32), Tensor::scalar(2_i32)]);
            Ok(AddEntriesResult::new(request.keys[1].data.len() as u32))
        }
        async fn get_entries(
            &self,
            request: GetEntriesRequest,
        ) -> Result<GetEntriesResult, ServiceError<GetEntriesError>> {
            let column = |name: &str| {
                let entries = request
                    .indexes
                    .iter()
                    .map(|index| IndexedEntry::new(*index, Tensor::scalar(format!("{name}{index}"))));
                IndexedColumn::new(name, entries)
            };
            Ok(GetEntriesResult::new([column("x"), column("a")]))
        }
    }
    let shop = ShopClient::new(&client("Shop", Arc::new(Dispatch(Arc::new(Shop)))));
    let column = |name: &str, values: [i32; 2]| Column::new(name, values.map(Tensor::scalar));
    assert_eq!(shop.add_entries([column("b", [3, 4]), column("a", [1, 2])]).await.unwrap().total, 2);
    let keys = shop.get_entries([4, 9]).await.unwrap().keys;
    assert_eq!(keys.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(), ["x", "a"]);
    assert_eq!(keys[1].data[1], IndexedEntry::new(9, Tensor::scalar("a9")));
    assert!(shop.get_entries([]).await.unwrap().keys.iter().all(|column| column.data.is_empty()));

    let unequal = [column("a", [1, 2]), Column::new("b", [Tensor::scalar(1_i32)])];
    let twice = [column("a", [1, 2]), column("a", [3, 4])];
    let many = [Column::new("a", (0..200).map(Tensor::scalar)), Column::new("b", (0..200).map(Tensor::scalar))];
    for (keys, named) in
        [(unequal.to_vec(), "keys"), (twice.to_vec(), "keys"), (vec![], "keys"), (many.to_vec(), "255")]
    {
        let error = shop.add_entries(keys).await.unwrap_err();
        assert!(matches!(error, Error::Invalid { .. }) && error.to_string().contains(named), "{error}");
    }
}
