//! Data in bulk: datasets from and to files, and the files of models.
