//! `decthings dataset export`, and importing what it has written.

use decthings::tensor::npz;
use decthings::types::{DatasetKeyData, ElementType};
use decthings::{Image, Tensor};

use crate::user::Service;

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_can_be_imported_again() {
    let service = Service::start().await;
    let keys = [
        ("number", ElementType::F32, &[][..]),
        ("text", ElementType::String, &[]),
        ("table", ElementType::I8, &[2, 1]),
        ("picture", ElementType::Image, &[]),
        ("bytes", ElementType::Binary, &[]),
        ("../up", ElementType::Image, &[]),
    ];
    let id = service.dataset(&keys).await;
    let image = |data: &'static str| Tensor::scalar(Image::new("png", data).unwrap());
    let columns = [
        ("number", vec![Tensor::scalar(0.1_f32), Tensor::scalar(f32::INFINITY)]),
        ("text", vec![Tensor::scalar("a,\"b\"\nc"), Tensor::scalar("")]),
        ("table", vec![Tensor::from([[1_i8], [2]]), Tensor::from([[3_i8], [-4]])]),
        ("picture", vec![image("one"), image("two")]),
        ("bytes", vec![Tensor::scalar(vec![0_u8, 255]), Tensor::scalar(Vec::<u8>::new())]),
        ("../up", vec![image("three"), image("four")]),
    ];
    let data = columns.iter().map(|(key, tensors)| DatasetKeyData::new(*key, tensors.clone()));
    service.client.dataset().add_entries(&id, data).await.unwrap();

    let user = service.user();
    let said = user.run(&["dataset", "export", &id, "--to", "out"]).success();
    assert!(said.contains("wrote 2 entries"), "{said}");
    assert!(user.home.join("out/picture/00000001.png").is_file());
    let mut names: Vec<_> =
        std::fs::read_dir(user.home.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["out"], "nothing is left, and nothing is outside of the folder");

    let again = service.dataset(&keys).await;
    user.run(&["dataset", "import", &again, "--csv", "out/entries.csv"]).success();
    for (key, tensors) in &columns {
        assert_eq!(service.tensors(&again, key).await, *tensors, "{key}");
    }
    let said = user.run(&["dataset", "export", &id, "--to", "out"]).failure(2);
    assert!(said.contains("exists already"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_of_one_shape_are_an_archive() {
    let service = Service::start().await;
    let id = service.dataset(&[("x", ElementType::F32, &[-1]), ("y", ElementType::Boolean, &[])]).await;
    let x: Vec<Tensor> = (0..100_u8).map(|at| Tensor::from([f32::from(at), 0.5])).collect();
    let y: Vec<Tensor> = (0..100_u8).map(|at| Tensor::scalar(at % 3 == 0)).collect();
    let data = [DatasetKeyData::new("x", x.clone()), DatasetKeyData::new("y", y.clone())];
    service.client.dataset().add_entries(&id, data).in_parts().await.unwrap();
    let user = service.user();
    user.run(&["dataset", "export", &id, "--to", "a.npz"]).success();
    let arrays = npz::read_file(user.home.join("a.npz")).unwrap();
    assert_eq!(arrays["x"], Tensor::stack(x).unwrap());
    assert_eq!(arrays["y"], Tensor::stack(y).unwrap());
    assert!(!user.home.join("a.npz.part").exists());

    let other = [DatasetKeyData::new("x", [Tensor::from([1.0_f32])]), DatasetKeyData::new("y", [Tensor::scalar(true)])];
    service.client.dataset().add_entries(&id, other).await.unwrap();
    let said = user.run(&["dataset", "export", &id, "--to", "b.npz"]).failure(1);
    assert!(said.contains("entry 100, key `x`") && said.contains("export to a folder"), "{said}");
    assert!(!user.home.join("b.npz").exists());
    user.run(&["dataset", "export", &id, "--to", "folder"]).success();
}
