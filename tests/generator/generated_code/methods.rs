//! Calls of methods with further keywords: pagination, waiters, deprecation, names.

use std::sync::Arc;
use std::time::Duration;

use decthings::Error;
use decthings::runtime::{EventHub, Operation, ServiceResult, Update};

use super::client;
use super::ok::*;

#[tokio::test]
async fn nested_objects_have_their_own_types() {
    use nested_objects::shop::*;
    struct Shop;
    impl ShopService for Shop {
        async fn describe(&self, request: DescribeRequest) -> ServiceResult<DescribeRequest> {
            let rooms = request.house.rooms.unwrap_or_default();
            let words = rooms.iter().map(|room| room.windows.len() as u32).sum();
            assert_eq!(request.house.address.street, "Main");
            Ok(DescribeResult::new(DescribeResultSummary::new(words)))
        }
    }
    let shop = ShopClient::new(&client("Shop", Arc::new(Dispatch(Arc::new(Shop)))));
    let windows = [1, 2, 3].map(RoomWindows::new);
    let house =
        DescribeRequestHouse::new(DescribeRequestHouseAddress::new("Main", 5)).rooms([Room::new("hall", windows)]);
    assert_eq!(shop.describe(house).await.unwrap().summary.words, 3);
}

#[tokio::test]
async fn pages_are_requested_by_offset_and_limit() {
    use paging::shop::*;
    struct Shop;
    impl ShopService for Shop {
        async fn get_things(&self, request: GetThingsRequest) -> ServiceResult<GetThingsRequest> {
            let (offset, limit) = (request.skip.unwrap_or(0), request.take.unwrap_or(20));
            let things = (offset..45.min(offset + limit)).map(|thing| thing.to_string());
            Ok(GetThingsResult::new(things, 45, offset, limit))
        }
    }
    let shop = ShopClient::new(&client("Shop", Arc::new(Dispatch(Arc::new(Shop)))));
    assert_eq!(shop.get_things().await.unwrap().things.len(), 20);
    let last = shop.get_things().with(|request| request.skip(40)).await.unwrap();
    assert_eq!((last.things.len(), last.count), (5, 45));
    let mut things = shop.get_things().with(|request| request.skip(3)).items();
    for wanted in 3..45 {
        assert_eq!(things.next().await.unwrap().unwrap(), wanted.to_string());
    }
    assert!(things.next().await.is_none());
    assert_eq!(shop.get_things().total().await.unwrap(), 45);
    const { assert!(GetThingsRequest::METHOD.idempotent) };
}

#[tokio::test]
async fn long_running_work_is_polled() {
    use waiter::shop::*;
    struct Shop;
    impl ShopService for Shop {
        async fn bake(&self, request: BakeRequest) -> ServiceResult<BakeRequest> {
            Ok(BakeResult::new(request.cake))
        }
        async fn get_bake(&self, request: GetBakeRequest) -> ServiceResult<GetBakeRequest> {
            let status = match request.bake_id.as_str() {
                "small" => BakeStatus::Done,
                "black" => BakeStatus::burnt("black"),
                _ => BakeStatus::baking(0.5),
            };
            Ok(GetBakeResult::new(status, [HeatCount::new("top", 3)]))
        }
        async fn stop_bake(&self, request: StopBakeRequest) -> ServiceResult<StopBakeRequest> {
            assert_eq!(request.bake_id, "large");
            Ok(StopBakeResult::new())
        }
        async fn get_heat(&self, request: GetHeatRequest) -> ServiceResult<GetHeatRequest> {
            assert_eq!(request.heat, [HeatRange::new("top", 0, 3)]);
            Ok(GetHeatResult::new([Heat::new("top", 0, [1.0, 2.0, 3.0])]))
        }
        async fn freeze(&self, _: FreezeRequest) -> ServiceResult<FreezeRequest> {
            Ok(FreezeResult::new())
        }
        async fn wait_for_ice(&self, request: WaitForIceRequest) -> ServiceResult<WaitForIceRequest> {
            match request.cake.as_str() {
                "hot" => Ok(Water::new("hot").into()),
                "cold" => Ok(Ice::new(-18).into()),
                _ => Err(WaitForIceError::NothingToFreeze.into()),
            }
        }
    }
    let shop = ShopClient::new(&client("Shop", Arc::new(Dispatch(Arc::new(Shop)))));
    let bake = shop.bake("small").await.unwrap();
    assert_eq!(bake.bake_id, "small");
    bake.wait().await.unwrap();
    let mut progress = bake.progress();
    let update = progress.next().await.unwrap().unwrap();
    assert_eq!(update.response.status, BakeStatus::Done);
    assert_eq!(update.metrics, [Heat::new("top", 0, [1.0, 2.0, 3.0])]);
    assert!(progress.next().await.is_none());
    let error = shop.bake("black").await.unwrap().wait().await.unwrap_err();
    assert_eq!(error.failed().unwrap().colour, "black");
    assert!(error.to_string().contains("Shop.bake") && error.to_string().contains("black"), "{error}");
    let large = shop.bake("large").await.unwrap();
    assert_eq!(large.progress().next().await.unwrap().unwrap().response.status, BakeStatus::baking(0.5));
    large.cancel().await.unwrap();
    assert_eq!(shop.freeze("cold").await.unwrap().wait().await.unwrap(), Some(Ice::new(-18)));
    let error = shop.freeze("hot").await.unwrap().wait().await.unwrap_err();
    assert_eq!(error.failed(), Some(&Water::new("hot")));
    assert_eq!(error.to_string(), "work of Shop.freeze failed: water: hot");
    assert_eq!(shop.freeze("none").await.unwrap().wait().await.unwrap(), None);
    assert_eq!(WaitForIceRequest::METHOD.deadline, Some(Duration::from_secs(600)));
    assert_eq!(BakeRequest::METHOD.deadline, None);
}

#[tokio::test]
#[allow(deprecated)]
async fn deprecated_items_still_work() {
    use deprecation::shop::*;
    struct Shop;
    impl ShopService for Shop {
        async fn old_way(&self, request: OldWayRequest) -> ServiceResult<OldWayRequest> {
            assert_eq!(request.colour.as_deref(), Some("red"));
            Ok(OldWayResult::new())
        }
    }
    let shop = ShopClient::new(&client("Shop", Arc::new(Dispatch(Arc::new(Shop)))));
    shop.old_way("name").with(|request| request.colour("red")).await.unwrap();
    assert_eq!(deprecation::REVISION, "2");
}

#[tokio::test]
async fn the_definition_overrides_the_reference() {
    use declared::shop::*;
    use declared::types::State;
    struct Shop;
    impl ShopService for Shop {
        async fn look(&self, request: LookRequest) -> ServiceResult<LookRequest> {
            match request.sizes.unwrap_or_default().as_slice() {
                [] => Err(LookError::Closed.into()),
                sizes => Ok(LookResult::new(State::lent(sizes.concat()))),
            }
        }
    }
    let shop = ShopClient::new(&client("Shop", Arc::new(Dispatch(Arc::new(Shop)))));
    let result = shop.look().with(|request| request.sizes(["4", "2"])).await.unwrap();
    assert_eq!((result.price, result.state), (None, State::lent("42")));
    assert_eq!(shop.look().await.unwrap_err().api(), Some(&LookError::Closed));
}

#[tokio::test]
async fn additions_of_later_revisions_exist() {
    use since::shop::*;
    use since::types::{Pay, Size, Thing};
    struct Shop;
    impl ShopService for Shop {
        async fn watch(&self, request: WatchRequest) -> ServiceResult<WatchRequest> {
            assert_eq!((request.size, request.pay), (Some(Size::Huge), Some(Pay::card("1234"))));
            Ok(WatchResult::new(request.thing.name))
        }
    }
    let shop = ShopClient::new(&client("Shop", Arc::new(Dispatch(Arc::new(Shop)))));
    let watch = shop.watch(Thing::new("bread").weight(500_u32));
    let result = watch.with(|request| request.size(Size::Huge).pay(Pay::card("1234"))).await.unwrap();
    assert_eq!(result.watch_id, "bread");
    assert_eq!(since::REVISION, "2");
}

#[tokio::test]
async fn aliases_are_read_from_requests() {
    use aliases_and_spelling::shop::*;
    struct Shop;
    impl ShopService for Shop {
        async fn stat(&self, request: StatRequest) -> ServiceResult<StatRequest> {
            Ok(StatResult::new(request.path.len() as u32, i64::from(request.max_depth.unwrap_or_default())))
        }
    }
    let shop = ShopClient::new(&client("Shop", Arc::new(Dispatch(Arc::new(Shop)))));
    let result = shop.stat("/a").with(|request| request.max_depth(7)).await.unwrap();
    assert_eq!((result.size, result.mtime_nsec), (2, 7));
}

#[tokio::test]
async fn open_enums_round_trip() {
    use open_enum::shop::*;
    use open_enum::types::Colour;
    struct Shop;
    impl ShopService for Shop {
        async fn paint(&self, request: PaintRequest) -> ServiceResult<PaintRequest> {
            assert_eq!(request.finish, Some(PaintRequestFinish::Matt));
            Ok(PaintResult::new(request.colour))
        }
    }
    let shop = ShopClient::new(&client("Shop", Arc::new(Dispatch(Arc::new(Shop)))));
    for colour in [Colour::LightBlue, Colour::Empty, Colour::Unrecognized("mauve".into())] {
        let call = shop.paint(colour.clone()).with(|request| request.finish(PaintRequestFinish::Matt));
        assert_eq!(call.await.unwrap().colour, colour);
    }
}

#[tokio::test]
async fn type_prefixes_are_removed() {
    use type_prefix::shop::*;
    use type_prefix::types::Engine;
    struct Shop;
    impl ShopService for Shop {
        async fn make(&self, request: MakeRequest) -> ServiceResult<MakeRequest> {
            Ok(MakeResult::new(request.engine))
        }
    }
    let shop = ShopClient::new(&client("Shop", Arc::new(Dispatch(Arc::new(Shop)))));
    assert_eq!(shop.make(Engine::new(5)).await.unwrap().engine.power, 5);
    assert_eq!(type_prefix::HTTP_URL, "https://acme.example/v1");
}

#[tokio::test]
async fn two_services_share_a_router_and_a_type() {
    use two_services::types::Money;
    use two_services::{Client, Router, bank, shop};
    struct Town;
    impl bank::BankService for Town {
        async fn get_balance(&self, _: bank::GetBalanceRequest) -> ServiceResult<bank::GetBalanceRequest> {
            Ok(bank::GetBalanceResult::new(Money::new(-5)))
        }
    }
    impl shop::ShopService for Town {}
    let town = Arc::new(Town);
    let router = Router::new().bank(Arc::clone(&town)).shop(town);
    let client = Client::builder().service(router).build().unwrap();
    assert_eq!(client.bank().get_balance("me").await.unwrap().balance, Money::new(-5));
    let error = client.shop().get_price("bread").await.unwrap_err();
    assert!(matches!(error, Error::Api { .. }), "{error}");
}

#[tokio::test]
async fn a_subscription_delivers_the_events_of_its_session() {
    use events::shell::*;
    use events::types::EndReason;
    use events::{Client, Router};
    struct Shell(EventHub);
    impl ShellService for Shell {
        async fn launch(&self, request: LaunchRequest) -> ServiceResult<LaunchRequest> {
            // Published before anyone can have subscribed, and still not lost.
            self.0.publish("1", &ShellEvent::Output(OutputEvent::new("1", request.command))).unwrap();
            Ok(LaunchResult::new("1"))
        }
        async fn write(&self, request: WriteRequest) -> ServiceResult<WriteRequest> {
            self.0.publish("1", &ShellEvent::Output(OutputEvent::new(&request.session_id, request.data))).unwrap();
            self.0.publish("1", &ShellEvent::Exit(ExitEvent::new(request.session_id, EndReason::Done))).unwrap();
            Ok(WriteResult::new())
        }
    }
    let hub = EventHub::new();
    let router = Router::new().events(hub.clone()).shell(Arc::new(Shell(hub)));
    let client = Client::builder().service(router).build().unwrap();
    let mut session = client.shell().launch("ls").subscribe().await.unwrap();
    async fn next(session: &mut events::Subscription<ShellEvent>) -> Option<Update<ShellEvent>> {
        tokio::time::timeout(Duration::from_secs(5), session.next()).await.expect("no event came")
    }
    assert_eq!(next(&mut session).await, Some(Update::Event(ShellEvent::Output(OutputEvent::new("1", "ls")))));
    session.write("bye").await.unwrap();
    assert_eq!(next(&mut session).await, Some(Update::Event(ShellEvent::Output(OutputEvent::new("1", "bye")))));
    assert_eq!(next(&mut session).await, Some(Update::Event(ShellEvent::Exit(ExitEvent::new("1", EndReason::Done)))));
    assert_eq!(next(&mut session).await, None, "nothing follows the last event");
}
