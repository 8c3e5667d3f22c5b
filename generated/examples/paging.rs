//! Reads lists that come page by page: all items, the pages themselves, or only how many there are.

mod common;

use decthings::types::{ElementType, ParameterDefinition, TensorRules};

#[tokio::main]
async fn main() -> common::Result {
    let (client, _server) = common::connect().await?;
    let key = ParameterDefinition::new("x", true, TensorRules::new([], [ElementType::F32]));
    for index in 0..7 {
        let name = common::unique(&format!("paging-{index}"));
        client.dataset().create_dataset(name, "Of an example.", [key.clone()]).await?;
    }
    let list = || client.dataset().get_datasets().sort("name");

    println!("there are {} datasets", list().total().await?);

    // The next page is asked for while the items of this one are read.
    let mut items = list().limit(3).items().prefetch();
    while let Some(dataset) = items.next().await {
        println!("  {}", dataset?.name);
    }

    let mut pages = list().limit(3).pages();
    while let Some(page) = pages.next().await {
        println!("a page of {}", page?.items.len());
    }
    Ok(())
}
