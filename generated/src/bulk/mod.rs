//! Adds and fetches many entries or needs-review entries of a dataset, in as many calls as needed.
//!
//! A call of `addEntries` has at most 255 tensors, and a response of `getEntries` is held in memory. To split up larger
//! ones, use [`Call::in_parts`](crate::Call::in_parts).
//!
//! ```no_run
//! # async fn example(client: decthings::Client) -> Result<(), Box<dyn std::error::Error>> {
//! use decthings::Tensor;
//! use decthings::types::{DatasetKeyData, EntryRange};
//!
//! let table = Tensor::new([100_000, 2], vec![0.5_f32; 200_000])?;
//! let points = DatasetKeyData::new("x", table.rows()?); // an entry for each row, which is not copied
//! let added = client.dataset().add_entries("dataset-id", [points]).in_parts().await?;
//! println!("version {}", added.new_dataset_version_id);
//!
//! let mut entries = client.dataset().get_entries("dataset-id", EntryRange::new(0, 100_000)).in_parts();
//! let mut points = Vec::new();
//! while let Some(entry) = entries.next().await {
//!     points.extend(entry?.tensors.remove("x"));
//! }
//! let table = Tensor::stack(points)?;
//! println!("{:?}", table.shape());
//! # Ok(())
//! # }
//! ```

mod add;
mod add_error;
mod get;
mod plan;
mod requests;

pub use add::{AddInParts, AddProgress, Added};
pub use add_error::AddInPartsError;
pub use get::{Entry, GetInParts};
pub use requests::{AddRequest, GetRequest};
