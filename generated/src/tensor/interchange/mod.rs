//! Tensors to and from what other crates and programs have. Each is a feature of its own.

#[cfg(any(feature = "image-rs", feature = "npy", feature = "safetensors"))]
mod error;
#[cfg(feature = "image-rs")]
mod image;
#[cfg(any(feature = "npy", feature = "safetensors"))]
mod named;
#[cfg(feature = "ndarray")]
mod ndarray;
#[cfg(feature = "npy")]
pub mod npy;
#[cfg(feature = "npy")]
mod npy_header;
#[cfg(feature = "npy")]
pub mod npz;
#[cfg(feature = "safetensors")]
pub mod safetensors;

#[cfg(any(feature = "image-rs", feature = "npy", feature = "safetensors"))]
pub use self::error::InterchangeError;
