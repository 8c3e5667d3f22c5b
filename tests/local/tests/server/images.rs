//! Repositories for images, through a client.

use decthings::api::image::{RepositoryChanges, RepositoryFilter};
use decthings_local::{Limits, LocalConfig};

use crate::support::{error_code, fresh, invalid, within};

#[tokio::test]
async fn repositories_are_created_updated_listed_and_deleted() {
    within(async {
        let mut limits = Limits::default();
        limits.repositories = 2;
        let client = fresh(LocalConfig::new().limits(limits)).1;
        let images = client.image();
        images.create_repository("b", "Second.").await.unwrap();
        images.create_repository("a", "First.").public_access(true).await.unwrap();
        assert_eq!(error_code(images.create_repository("a", "").await), "name_already_used");
        assert_eq!(error_code(images.create_repository("c", "").await), "quota_exceeded");
        assert_eq!(error_code(images.create_repository("", "").await), invalid("name"));

        let all = images.get_repositories().sort("name").await.unwrap();
        let seen: Vec<_> = all.repositories.iter().map(|one| (one.name.as_str(), one.public_access)).collect();
        assert_eq!((all.total, seen), (2, vec![("a", true), ("b", false)]));
        let changes = RepositoryChanges::new().description("Other.");
        images.update_repository("a", changes.clone()).await.unwrap();
        let filter = RepositoryFilter::new().names(["a"]).owners(["local"]);
        let found = images.get_repositories().filter(filter).await.unwrap().repositories;
        assert_eq!((found.len(), found[0].description.as_str(), found[0].public_access), (1, "Other.", true));
        let filter = RepositoryFilter::new().owners(["somebody"]);
        assert_eq!(images.get_repositories().filter(filter).await.unwrap().total, 0);

        images.delete_repository("a").await.unwrap();
        assert_eq!(error_code(images.delete_repository("a").await), "repository_not_found");
        assert_eq!(error_code(images.update_repository("a", changes).await), "repository_not_found");
        assert_eq!(images.get_repositories().await.unwrap().total, 1);
    })
    .await;
}
