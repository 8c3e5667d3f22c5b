//! Calls by name: methods without their types, and the lists, work and events behind them.

mod call;
mod events;
mod operation;
mod pages;
mod params;
mod work;

pub use call::{DynamicCall, DynamicMessage};
pub use events::{DynamicSubscription, EventsInfo};
pub use operation::{DynamicOperation, DynamicService, dynamic};
pub use pages::{DynamicItems, PagesInfo};
pub use work::{DynamicMetric, DynamicUpdate, DynamicWork, WorkInfo};
