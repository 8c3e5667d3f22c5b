//! `decthings dataset import`.

use decthings::tensor::npz;
use decthings::types::ElementType;
use decthings::{Image, Tensor};

use crate::user::Service;

#[tokio::test(flavor = "multi_thread")]
async fn the_columns_of_a_csv_file_are_keys() {
    let service = Service::start().await;
    let id = service
        .dataset(&[("x", ElementType::F32, &[]), ("ok", ElementType::Boolean, &[]), ("name", ElementType::String, &[])])
        .await;
    let user = service.user();
    user.home.write("a.csv", "name,x,ok\n\"a \"\"b\"\", c\",0.1,true\n,-2e3,0\n");
    let said = user.run(&["dataset", "import", &id, "--csv", "a.csv"]).success();
    assert!(said.contains("added 2 entries"), "{said}");
    assert_eq!(service.tensors(&id, "x").await, [Tensor::scalar(0.1_f32), Tensor::scalar(-2000.0_f32)]);
    assert_eq!(service.tensors(&id, "ok").await, [Tensor::scalar(true), Tensor::scalar(false)]);
    assert_eq!(service.tensors(&id, "name").await, [Tensor::scalar("a \"b\", c"), Tensor::scalar("")]);
    assert_eq!(user.records(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_are_joined_to_vectors() {
    let service = Service::start().await;
    let keys =
        [("x", ElementType::F64, &[3][..]), ("one", ElementType::I16, &[1]), ("label", ElementType::String, &[])];
    let id = service.dataset(&keys).await;
    let user = service.user();
    user.home.write("a.csv", "a,b,c,unused\n1,2,3,\n4,5,6,\n");
    let import = ["dataset", "import", &id, "--csv", "a.csv"];
    let chosen = ["--key", "x=c,b,a", "--key", "one=b,:i16", "--key", "label=a:string"];
    user.run(&[&import[..], &chosen].concat()).success();
    assert_eq!(service.tensors(&id, "x").await, [Tensor::from([3.0, 2.0, 1.0]), Tensor::from([6.0, 5.0, 4.0])]);
    assert_eq!(service.tensors(&id, "one").await, [Tensor::from([2_i16]), Tensor::from([5_i16])]);
    assert_eq!(service.tensors(&id, "label").await, [Tensor::scalar("1"), Tensor::scalar("4")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_is_rejected_with_its_place() {
    let service = Service::start().await;
    let id = service.dataset(&[("x", ElementType::I32, &[]), ("picture", ElementType::Image, &[])]).await;
    let user = service.user();
    user.home.write("p.png", "png");
    let cases = [
        ("x,picture\n1,p.png\n2.5,p.png\n", "line 3, x: `2.5` is no i32"),
        ("x,picture\n1,../secret.png\n", "line 2, picture: `../secret.png` is no path"),
        ("x,picture\n1,/etc/hostname\n", "is no path"),
        ("x,picture\n1,gone.png\n", "gone.png"),
        ("x,picture\n1,p.png,3\n", "line"),
        ("x\n1\n", "nothing is given for the key `picture`"),
        ("x,picture,z\n1,p.png,3\n", "no key `z`"),
    ];
    for (text, expected) in cases {
        user.home.write("a.csv", text);
        let said = user.run(&["dataset", "import", &id, "--csv", "a.csv"]).failure(2);
        assert!(said.contains(expected), "{said}");
    }
    let said = user.run(&["dataset", "import", "no-such-id", "--csv", "a.csv"]).failure(3);
    assert!(said.contains("no-such-id"), "{said}");
    user.run(&["dataset", "import", &id]).failure(2);
    assert_eq!((service.count(&id).await, user.records()), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn subfolders_of_images_are_classes() {
    let service = Service::start().await;
    let user = service.user();
    for (folder, name, data) in [("b", "1.PNG", "one"), ("a", "2.jpeg", "two"), ("a", "1.png", "three")] {
        std::fs::create_dir_all(user.home.join("images").join(folder)).unwrap();
        std::fs::write(user.home.join("images").join(folder).join(name), data).unwrap();
    }
    let image = |format: &str, data: &'static str| Tensor::scalar(Image::new(format, data).unwrap());
    let images = [image("png", "three"), image("jpeg", "two"), image("png", "one")];

    let named = service.dataset(&[("class", ElementType::String, &[]), ("image", ElementType::Image, &[])]).await;
    user.run(&["dataset", "import", &named, "--images", "images"]).success();
    assert_eq!(service.tensors(&named, "image").await, images);
    assert_eq!(service.tensors(&named, "class").await, ["a", "a", "b"].map(Tensor::scalar));

    let numbered = service.dataset(&[("class", ElementType::U8, &[]), ("image", ElementType::Image, &[])]).await;
    let said = user.run(&["dataset", "import", &numbered, "--images", "images"]).success();
    assert!(said.contains("0 is a, 1 is b"), "{said}");
    assert_eq!(service.tensors(&numbered, "class").await, [0_u8, 0, 1].map(Tensor::scalar));

    user.home.write("labels.csv", "file,class\nb/1.PNG,7\na/1.png,9\n");
    let labelled = service.dataset(&[("class", ElementType::U8, &[]), ("image", ElementType::Image, &[])]).await;
    user.run(&["dataset", "import", &labelled, "--images", "images", "--labels", "labels.csv"]).success();
    assert_eq!(service.tensors(&labelled, "class").await, [7_u8, 9].map(Tensor::scalar));
    assert_eq!(service.tensors(&labelled, "image").await, [image("png", "one"), image("png", "three")]);

    user.home.write("images/a/notes.txt", "");
    let said = user.run(&["dataset", "import", &named, "--images", "images"]).failure(2);
    assert!(said.contains("notes.txt is no image"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_arrays_of_an_archive_are_keys() {
    let service = Service::start().await;
    let keys = [("x", ElementType::F32, &[2, 2][..]), ("y", ElementType::I64, &[])];
    let id = service.dataset(&keys).await;
    let user = service.user();
    let (x, y) = (
        Tensor::new([500, 2, 2], (0..2000_u16).map(f32::from).collect::<Vec<_>>()).unwrap(),
        Tensor::from((0..500_i64).collect::<Vec<_>>()),
    );
    npz::write_file(user.home.join("a.npz"), [("x", &x), ("y", &y)]).unwrap();
    user.run(&["dataset", "import", &id, "--npz", "a.npz", "--quiet"]).success();
    assert_eq!(service.tensors(&id, "x").await, x.rows().unwrap());
    assert_eq!(service.tensors(&id, "y").await, y.rows().unwrap());

    let short = Tensor::from(vec![0_i64; 3]);
    for (arrays, expected) in [
        (vec![("x", &x), ("y", &short)], "3 entries"),
        (vec![("x", &x)], "key `y`"),
        (vec![("x", &x), ("y", &y), ("z", &y)], "no key `z`"),
    ] {
        npz::write_file(user.home.join("b.npz"), arrays).unwrap();
        let said = user.run(&["dataset", "import", &id, "--npz", "b.npz"]).failure(2);
        assert!(said.contains(expected), "{said}");
    }
    user.home.write("c.npz", "no archive");
    user.run(&["dataset", "import", &id, "--npz", "c.npz"]).failure(2);
    assert_eq!(service.count(&id).await, 500);
}
