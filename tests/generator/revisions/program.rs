// A program of a user of the first revision, with everything that is promised to keep working. It is compiled against
// later revisions unchanged: their additions must not break it.

use decthings::Error;

use api::shop::{BuyError, BuyRequest, BuyResult, ShopService};
use api::types::{Delivery, Size};
use api::{Client, Router};

/// A call with required parameters and with setters.
pub async fn buy(client: &Client) -> Result<String, Error<BuyError>> {
    let delivery = Delivery::courier("Main Street 1");
    let bought = client.shop().buy("bread").size(Size::Small).colour("brown").delivery(delivery).await?;
    Ok(describe(&bought))
}

/// Reads a result, and matches enums and unions.
fn describe(bought: &BuyResult) -> String {
    let BuyResult { price, size, .. } = bought;
    let size = match size {
        Size::Small => "small",
        Size::Large => "large",
        _ => "unknown",
    };
    let delivery = match &bought.delivery {
        Some(Delivery::Pickup) => "pickup".to_owned(),
        Some(Delivery::Courier(courier)) => format!("courier to {}", courier.address),
        Some(_) => "unknown".to_owned(),
        None => "none".to_owned(),
    };
    format!("{size}, {price}, delivery: {delivery}")
}

/// Matches errors.
pub fn explain(error: &Error<BuyError>) -> String {
    match error.api() {
        Some(BuyError::SoldOut) => "sold out".to_owned(),
        Some(other) => format!("refused: {}", decthings::runtime::ErrorCode::code(other)),
        None => error.to_string(),
    }
}

/// A double with the methods of the first revision.
pub struct Double;

impl ShopService for Double {
    async fn buy(&self, _: BuyRequest) -> decthings::runtime::ServiceResult<BuyRequest> {
        Err(BuyError::SoldOut.into())
    }
}

/// A client of the double.
pub fn client() -> Client {
    Client::builder().service(Router::new().shop(std::sync::Arc::new(Double))).build().unwrap()
}
