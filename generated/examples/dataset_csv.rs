//! Makes a dataset of a CSV file: its rows are the entries, its columns the keys.
//!
//! ```console
//! $ cargo run --example dataset_csv -- prices.csv    # numbers, under a line of names
//! ```

mod common;

use decthings::Tensor;
use decthings::types::{DatasetKeyData, ElementType, EntryRange, ParameterDefinition, TensorRules};

const FLOWERS: &str = "length,width\n5.1,3.5\n4.9,3.0\n7.0,3.2\n6.3,3.3\n";

#[tokio::main]
async fn main() -> common::Result {
    let text = match std::env::args().nth(1) {
        Some(path) => std::fs::read_to_string(path)?,
        None => FLOWERS.to_owned(),
    };
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let names: Vec<String> = reader.headers()?.iter().map(str::to_owned).collect();
    let rows: Vec<Vec<f64>> = reader.deserialize().collect::<Result<_, _>>()?;

    let (client, _server) = common::connect().await?;
    let number = TensorRules::new([], [ElementType::F64]);
    let keys = names.iter().map(|name| ParameterDefinition::new(name, true, number.clone()));
    let dataset = client.dataset().create_dataset(common::unique("csv"), "Rows of a file.", keys).await?;

    let mut columns = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let numbers: Vec<f64> = rows.iter().filter_map(|row| row.get(index).copied()).collect();
        columns.push(DatasetKeyData::new(name, Tensor::from(numbers).rows()?));
    }
    let added = client.dataset().add_entries(&dataset.dataset_id, columns).in_parts().await?;

    let entries = client.dataset().get_entries(&dataset.dataset_id, EntryRange::new(0, 3)).await?;
    println!("{} rows are in the dataset; the first ones:", added.entries);
    for key in &entries.keys {
        let numbers = Tensor::stack(key.data.iter().map(|entry| &entry.data))?;
        println!("{:>10} {:?}", key.name, numbers.view::<f64>()?);
    }
    Ok(())
}
