//! Brings a folder to the filesystem of a model, and back.
//!
//! ```console
//! $ cargo run --example files -- my-model/src
//! ```

mod common;

use std::path::PathBuf;

use decthings::files::ModelFiles;

#[tokio::main]
async fn main() -> common::Result {
    let default = || concat!(env!("CARGO_MANIFEST_DIR"), "/examples").to_owned();
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(default));
    let (client, _server) = common::connect().await?;
    let model_id = common::new_model(&client, "files").await?;

    let files = ModelFiles::new(&client, &model_id);
    let reporting = files.clone().on_progress(|done| println!("  {} files, {} bytes", done.files, done.bytes));
    reporting.upload(&folder, "src").await?;

    files.write("src/notes.txt", &mut b"Brought here by an example.".as_slice()).await?;
    let Some(source) = files.find("src").await? else { return Err("the folder is gone".into()) };
    for entry in client.fs().readdir(&model_id, source.inode).await?.entries {
        println!("  {}", entry.basename.to_string_lossy());
    }

    let copy = std::env::temp_dir().join(common::unique("decthings-files"));
    let done = files.download("src", &copy).await?;
    println!("{} files are in {}", done.files, copy.display());
    std::fs::remove_dir_all(copy)?;
    Ok(())
}
