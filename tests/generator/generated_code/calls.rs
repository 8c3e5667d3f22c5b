//! Calls whose parameters and results are all JSON.

use std::sync::Arc;

use decthings::Error;
use decthings::runtime::{ApiError, ErrorCode, ServiceError};
use serde_json::{Value, json};

use super::client;
use super::ok::*;

#[tokio::test]
async fn unset_optional_fields_are_omitted() {
    use fields::shop::*;
    struct Shop;
    impl ShopService for Shop {
        async fn order(&self, request: OrderRequest) -> Result<OrderResult, ServiceError<OrderError>> {
            let text = serde_json::to_string(&request).unwrap();
            Ok(OrderResult::new(text).wait_seconds(0.5))
        }
    }
    let shop = ShopClient::new(&client("Shop", Arc::new(Dispatch(Arc::new(Shop)))));
    let result = shop.order("soup", 2).await.unwrap();
    assert_eq!(result.order_id, r#"{"thing":"soup","count":2,"tags":[]}"#);
    assert_eq!(result.wait_seconds, Some(0.5));
    let call = shop.order("soup", 2).note("hot").with(|request| request.fast(true)).tables([1, 2]).tags(["late"]);
    let result = call.await.unwrap();
    assert_eq!(
        result.order_id,
        r#"{"thing":"soup","count":2,"note":"hot","fast":true,"tables":[1,2],"tags":["late"]}"#
    );
}

#[tokio::test]
async fn types_of_every_kind_round_trip() {
    use kinds_of_types::shop::*;
    use kinds_of_types::types::*;
    struct Shop;
    impl ShopService for Shop {
        async fn echo(&self, request: EchoRequest) -> Result<EchoResult, ServiceError<EchoError>> {
            assert_eq!(request.large, i64::MIN);
            assert_eq!(request.size, u64::MAX);
            assert_eq!(request.grid, [vec![0.1, 2.0], vec![]]);
            Ok(EchoResult::new(Everything::new([request.paint.clone()]).favourite(request.paint)))
        }
    }
    let shop = ShopClient::new(&client("Shop", Arc::new(Dispatch(Arc::new(Shop)))));
    let paint = Paint::new(Colour::Unrecognized("mauve".into()), 1.25);
    let grid = [vec![0.1, 2.0], vec![]];
    let call =
        shop.echo("é", true, -1, i64::MIN, 7, u64::MAX, 0.1, 1e300, ["a", "b"], grid, Colour::Red, paint.clone());
    assert_eq!(call.await.unwrap().same, Everything::new([paint.clone()]).favourite(paint));
}

#[test]
fn open_enums_keep_unknown_values() {
    use open_enum::types::Colour;
    for (wire, colour) in
        [("red", Colour::Red), ("RAL-1000", Colour::GreenBeige), ("3d", Colour::V3d), ("", Colour::Empty)]
    {
        assert_eq!(serde_json::from_value::<Colour>(json!(wire)).unwrap(), colour);
        assert_eq!(serde_json::to_value(&colour).unwrap(), json!(wire));
    }
    let unknown: Colour = serde_json::from_value(json!("mauve")).unwrap();
    assert_eq!(unknown, Colour::Unrecognized("mauve".into()));
    assert_eq!(serde_json::to_value(&unknown).unwrap(), json!("mauve"));
    assert!(serde_json::from_value::<Colour>(json!(3)).is_err());
}

#[tokio::test]
async fn tagged_unions_keep_unknown_variants_and_reject_malformed_ones() {
    use tagged_union::shop::*;
    use tagged_union::types::Payment;
    struct Shop;
    impl ShopService for Shop {
        async fn pay(&self, request: PayRequest) -> Result<PayResult, ServiceError<PayError>> {
            Ok(PayResult::new(match request.how {
                Payment::Card(card) => Receipt::Paid(ReceiptPaid::new(card.number.parse().unwrap())),
                _ => Receipt::Pending,
            }))
        }
    }
    let shop = ShopClient::new(&client("Shop", Arc::new(Dispatch(Arc::new(Shop)))));
    assert_eq!(shop.pay(Payment::card("42")).await.unwrap().receipt, Receipt::Paid(ReceiptPaid::new(42)));
    assert_eq!(shop.pay(Payment::Cash).await.unwrap().receipt, Receipt::Pending);
    assert_eq!(serde_json::to_value(Payment::card("42")).unwrap(), json!({ "method": "card", "number": "42" }));
    let future = json!({ "method": "barter", "goods": ["goat"] });
    let unknown: Payment = serde_json::from_value(future.clone()).unwrap();
    assert_eq!(unknown, Payment::Unrecognized(future.clone()));
    assert_eq!(serde_json::to_value(unknown).unwrap(), future);
    for wrong in [json!({ "method": "card" }), json!({ "number": "42" }), json!({ "method": 1 }), json!("cash")] {
        assert!(serde_json::from_value::<Payment>(wrong.clone()).is_err(), "{wrong}");
    }
}

#[tokio::test]
async fn keyed_unions_have_exactly_one_key() {
    use keyed_union::shop::*;
    struct Shop;
    impl ShopService for Shop {
        async fn bake(&self, request: BakeRequest) -> Result<BakeResult, ServiceError<BakeError>> {
            Ok(match request.cake.as_str() {
                "stone" => BakeResult::Failed(BakeResultFailed::new("hard")),
                _ => BakeResult::Success(BakedCake::new(8)),
            })
        }
    }
    let shop = ShopClient::new(&client("Shop", Arc::new(Dispatch(Arc::new(Shop)))));
    assert_eq!(shop.bake("plum").await.unwrap(), BakeResult::Success(BakedCake::new(8)));
    assert_eq!(shop.bake("stone").await.unwrap(), BakeResult::Failed(BakeResultFailed::new("hard")));
    let read = |value| serde_json::from_value::<BakeResult>(value);
    assert!(read(json!({ "failed": null, "success": { "slices": 1 }, "later": 1 })).is_ok());
    for wrong in [
        json!({}),
        json!({ "failed": { "reason": "" }, "success": { "slices": 1 } }),
        json!({ "success": { "slices": "one" } }),
    ] {
        assert!(read(wrong.clone()).is_err(), "{wrong}");
    }
}

#[tokio::test]
async fn unions_have_the_alternatives_of_those_that_they_extend() {
    use union_extended::shop::*;
    use union_extended::types::*;
    struct Shop;
    impl ShopService for Shop {
        async fn last_failures(
            &self,
            _: LastFailuresRequest,
        ) -> Result<LastFailuresResult, ServiceError<LastFailuresError>> {
            Ok(LastFailuresResult::new(Failure::timeout(3), PaymentFailure::declined("a bank")))
        }
    }
    let shop = ShopClient::new(&client("Shop", Arc::new(Dispatch(Arc::new(Shop)))));
    let failures = shop.last_failures().await.unwrap();
    assert_eq!(failures.order, Failure::timeout(3));
    assert_eq!(failures.payment, PaymentFailure::declined("a bank"));
    for (json, expected) in [
        (json!({ "code": "cancelled" }), PaymentFailure::Cancelled),
        (json!({ "code": "timeout", "seconds": 3 }), PaymentFailure::timeout(3)),
    ] {
        assert_eq!(serde_json::from_value::<PaymentFailure>(json).unwrap(), expected);
    }
}

#[tokio::test]
async fn outcomes_become_results() {
    use outcome::shop::*;
    use outcome::types::{Part, Unfit};
    struct Shop;
    impl ShopService for Shop {
        async fn bake(&self, request: BakeRequest) -> Result<BakeResult, ServiceError<BakeError>> {
            let why: BakingFailure = match request.cake.as_str() {
                "plum" => return Ok(BakedCake::new(8).into()),
                why => serde_json::from_str(why).unwrap(),
            };
            Ok(Failed::new(5, why).into())
        }
        async fn cut(&self, _: CutRequest) -> Result<CutResult, ServiceError<CutError>> {
            Ok(Unfit::new(Part::Door).note("old").into())
        }
        async fn repair(&self, _: RepairRequest) -> Result<RepairResult, ServiceError<RepairError>> {
            Ok(RepairResult::new())
        }
    }
    let shop = ShopClient::new(&client("Shop", Arc::new(Dispatch(Arc::new(Shop)))));
    let bake = async |cake: &str| -> Result<u32, Box<dyn std::error::Error>> {
        Ok(shop.bake(cake).await?.into_result()?.slices)
    };
    assert_eq!(bake("plum").await.unwrap(), 8);
    for (why, text) in [
        (json!({ "code": "cancelled" }), "somebody cancelled it. Bake again (cancelled)"),
        (json!({ "code": "out_of", "ingredient": "flour" }), "out of (out_of): flour"),
        (
            json!({ "code": "oven", "cause": { "code": "cold" }, "again": true }),
            "{The oven} failed (oven, again: true): the oven is cold (cold)",
        ),
        (
            json!({ "code": "oven", "at": 1.5, "again": false, "cause":
                { "code": "broken", "part": "fan", "message": "smoke", "count": 3, "log": ["a"] } }),
            "{The oven} failed (oven, at: 1.5, again: false): a part of the oven is broken, see `repair` (broken, part: fan, \
             count: 3): smoke",
        ),
        (json!({ "code": "eaten", "by": "dog" }), r#"eaten (not known to this version): {"code":"eaten","by":"dog"}"#),
    ] {
        let error = bake(&why.to_string()).await.unwrap_err();
        assert_eq!(error.to_string(), format!("the cake could not be baked: {text}"));
        let failed = error.downcast::<Failed>().unwrap();
        assert_eq!((failed.minutes, json!(failed.why)), (5, why));
    }
    let unfit = shop.cut("plum").await.unwrap().into_result().unwrap_err();
    assert_eq!((unfit.to_string(), unfit.note.as_deref()), ("API use is {unfit}: door".to_owned(), Some("old")));
}

#[tokio::test]
async fn kind_unions_are_told_apart_by_json_type() {
    use kind_union::shop::*;
    struct Shop;
    impl ShopService for Shop {
        async fn pick(&self, request: PickRequest) -> Result<PickResult, ServiceError<PickError>> {
            Ok(PickResult::new(match request.what {
                Selection::Numbers(numbers) => numbers.len() as u32,
                Selection::NumberRange(range) => range.end - range.start,
                Selection::Name(_) => 1,
            }))
        }
    }
    let shop = ShopClient::new(&client("Shop", Arc::new(Dispatch(Arc::new(Shop)))));
    assert_eq!(shop.pick(vec![1, 2, 3]).await.unwrap().count, 3);
    assert_eq!(shop.pick(NumberRange::new(5, 9)).await.unwrap().count, 4);
    assert_eq!(shop.pick("bread".to_owned()).await.unwrap().count, 1);
    assert!(serde_json::from_value::<Selection>(json!(true)).is_err());
}

#[tokio::test]
async fn recursive_types_round_trip() {
    use recursion::shop::*;
    use recursion::types::{Rule, Tree};
    struct Shop;
    impl ShopService for Shop {
        async fn plant(&self, request: PlantRequest) -> Result<PlantResult, ServiceError<PlantError>> {
            assert_eq!(request.tree.stock.unwrap().name, "quince");
            Ok(PlantResult::new(Rule::not(Rule::not(Rule::Always))))
        }
    }
    let shop = ShopClient::new(&client("Shop", Arc::new(Dispatch(Arc::new(Shop)))));
    let tree = Tree::new("pear", [Tree::new("twig", [])]).stock(Tree::new("quince", []));
    assert_eq!(shop.plant(tree).await.unwrap().rule, Rule::not(Rule::not(Rule::Always)));
}

#[tokio::test]
async fn errors_have_code_fields_and_description() {
    use errors::errors::{CommonError, Gone, SoldOut};
    use errors::shop::*;
    struct Shop;
    impl ShopService for Shop {
        async fn look(&self, _: LookRequest) -> Result<LookResult, ServiceError<CommonError>> {
            Err(CommonError::Gone(Gone::new("May")).into())
        }

        async fn buy(&self, request: BuyRequest) -> Result<BuyResult, ServiceError<BuyError>> {
            Err(match request.thing.as_str() {
                "bread" => BuyError::SoldOut(SoldOut::new("bread").back_on("Monday")).into(),
                "air" => BuyError::Enoent.into(),
                "crowd" => BuyError::from(CommonError::TooBusy).into(),
                "rent" => BuyError::Common(CommonError::Gone(Gone::new("May"))).into(),
                _ => ServiceError::Other(ApiError::with_fields("on_fire", &json!({ "floor": 3 }))),
            })
        }
    }
    let shop = ShopClient::new(&client("Shop", Arc::new(Dispatch(Arc::new(Shop)))));
    let fail = async |thing: &str| shop.buy(thing).await.unwrap_err();
    let sold_out = fail("bread").await;
    assert_eq!(sold_out.api(), Some(&BuyError::SoldOut(SoldOut::new("bread").back_on("Monday"))));
    assert_eq!(sold_out.code(), Some("sold_out"));
    assert!(!sold_out.is_retryable());
    let text = fail("air").await.to_string();
    assert!(text.contains("Shop.buy") && text.contains("there is no such thing") && text.contains("ENOENT"), "{text}");
    let crowd = fail("crowd").await;
    assert!(crowd.is_retryable() && crowd.code() == Some("too_busy"), "{crowd:?}");
    assert_eq!(crowd.api(), Some(&BuyError::Common(CommonError::TooBusy)));
    assert_eq!(fail("rent").await.api(), Some(&CommonError::Gone(Gone::new("May")).into()));
    assert_eq!(shop.look().await.unwrap_err().api(), Some(&CommonError::Gone(Gone::new("May"))));
    let unknown = fail("coal").await;
    let Some(BuyError::Unrecognized(raw)) = unknown.api() else { panic!("{unknown:?}") };
    assert_eq!((raw.code(), raw.fields().get("floor")), ("on_fire", Some(&json!(3))));
    assert_eq!(BuyError::Enoent.into_api().code(), "ENOENT");
}

#[tokio::test]
async fn unimplemented_methods_return_not_implemented() {
    use fields::shop::*;
    struct Empty;
    impl ShopService for Empty {}
    let shop = ShopClient::new(&client("Shop", Arc::new(Dispatch(Arc::new(Empty)))));
    let error = shop.order("soup", 1).await.unwrap_err();
    assert!(matches!(error, Error::Api { .. }) && error.code() == Some("not_implemented"), "{error:?}");
}

#[tokio::test]
async fn awkward_names_are_unchanged_on_the_wire() {
    use naming::fs::*;
    use naming::types::{A, D};
    struct Fs;
    impl FsService for Fs {
        async fn r#type(&self, request: TypeRequest) -> Result<TypeResult, ServiceError<TypeError>> {
            Ok(TypeResult::new(serde_json::to_string(&request).unwrap()))
        }
        async fn twin(&self, request: TwinRequest) -> Result<TwinResult, ServiceError<TwinError>> {
            assert_eq!((request.foo_bar.as_str(), request.other_foo_bar.as_str()), ("a", "b"));
            Ok(TwinResult::new())
        }
    }
    let fs = FsClient::new(&client("FS", Arc::new(Dispatch(Arc::new(Fs)))));
    let call =
        fs.r#type("t", "s", 1, "f").with(|request| request.r#async("a").d3(2).url("u").kebab_case("k").with_new("n"));
    let wire = call.await.unwrap().r#match;
    let members =
        r#"{"type":"t","self":"s","crate":1,"fn":"f","async":"a","3d":2,"URL":"u","kebab-case":"k","new":"n"}"#;
    assert_eq!(wire, members);
    fs.twin("a", "b").await.unwrap();
    let text = ByTag::text(A::new("a"), D::new("d"));
    let request = ChooseRequest::new(D::new("key"), text, D::new("kind"), [], ["item"; 0], "e").foo_bar("f");
    let wire = serde_json::to_value(&request).unwrap();
    assert_eq!(wire["keyed"], json!({ "d": { "text": "key" } }));
    assert_eq!(wire["tagged"], json!({ "type": "text", "a": { "text": "a" }, "d": { "text": "d" } }));
    assert_eq!((&wire["été"], &wire["fooBar"]), (&json!("e"), &json!("f")));
    assert_eq!(serde_json::from_value::<ChooseRequest>(wire).unwrap(), request);
}

#[tokio::test]
async fn reserved_names_are_renamed() {
    use reserved::shop::*;
    use reserved::types::{Mod, Super, ToWireType};
    struct Shop;
    impl ShopService for Shop {
        async fn buy(&self, request: BuyRequest) -> Result<BuyResult, ServiceError<BuyError>> {
            let sent = serde_json::to_string(&request).unwrap();
            Ok(BuyResult::new(sent, Mod::new(Super::new("text")), ToWireType::from_("place")))
        }
        async fn new_(&self, _: NewRequest) -> Result<NewResult, ServiceError<NewError>> {
            Ok(NewResult::new())
        }
        async fn clone_(&self, _: CloneRequest) -> Result<CloneResult, ServiceError<CloneError>> {
            Ok(CloneResult::new())
        }
        async fn self_(&self, _: SelfRequest) -> Result<SelfResult, ServiceError<SelfError>> {
            Ok(SelfResult::new())
        }
        async fn incoming(&self, request: IncomingRequestType) -> Result<IncomingResult, ServiceError<IncomingError>> {
            Ok(IncomingResult::new(request.text))
        }
    }
    let shop = ShopClient::new(&client("Shop", Arc::new(Dispatch(Arc::new(Shop)))));
    let call = shop.buy("n").with(|request| request.with_retry("r").with_buffer("b").with_from("f").value("v"));
    let bought = call.await.unwrap();
    assert_eq!(bought.sent, r#"{"name":"n","retry":"r","buffer":"b","from":"f","value":"v"}"#);
    assert_eq!(bought.r#mod.super_.text, "text");
    let ToWireType::From(content) = &bought.answer else { panic!("{:?}", bought.answer) };
    assert_eq!(ToWireType::from(content.clone()), bought.answer);
    shop.new_().await.unwrap();
    shop.clone().clone_().await.unwrap();
    shop.self_().await.unwrap();
    assert_eq!(shop.incoming("text").await.unwrap().text, "text");
}

#[test]
fn aliases_are_read_and_the_name_is_written() {
    use aliases_and_spelling::shop::*;
    for key in ["mtime_nsec", "mtimeNsec"] {
        let result: StatResult = serde_json::from_value(json!({ "size": 1, (key): 5 })).unwrap();
        assert_eq!(result.mtime_nsec, 5);
        assert_eq!(serde_json::to_value(&result).unwrap(), json!({ "size": 1, "mtime_nsec": 5 }));
    }
    let request = StatRequest::new("/").follow_links(true).max_depth(2);
    assert_eq!(serde_json::to_value(request).unwrap(), json!({ "path": "/", "FollowLinks": true, "max_depth": 2 }));
}

#[test]
fn aliases_of_keys_are_read_and_the_key_is_written() {
    use keyed_union::shop::*;
    for key in ["success", "succeeded", "bakingSuccess"] {
        let result: BakeResult = serde_json::from_value(json!({ (key): { "slices": 5 } })).unwrap();
        assert_eq!(result, BakedCake::new(5).into());
        assert_eq!(serde_json::to_value(&result).unwrap(), json!({ "success": { "slices": 5 } }));
    }
    let both = json!({ "success": { "slices": 5 }, "succeeded": { "slices": 5 } });
    let error = serde_json::from_value::<BakeResult>(both).unwrap_err().to_string();
    assert!(error.contains("both `success` and `succeeded`"), "{error}");
}

#[test]
fn a_list_that_is_declared_as_one_item_is_read_as_either() {
    use declared::shop::*;
    for sizes in [json!("m"), json!(["m"])] {
        let request: LookRequest = serde_json::from_value(json!({ "sizes": sizes })).unwrap();
        assert_eq!(request, LookRequest::new().sizes(["m"]));
        assert_eq!(serde_json::to_value(&request).unwrap(), json!({ "sizes": ["m"] }));
    }
    for none in [json!({}), json!({ "sizes": null })] {
        assert_eq!(serde_json::from_value::<LookRequest>(none).unwrap(), LookRequest::new());
    }
    let many: LookRequest = serde_json::from_value(json!({ "sizes": ["m", "l"] })).unwrap();
    assert_eq!(many.sizes.unwrap().len(), 2);
    for wrong in [json!({ "sizes": 5 }), json!({ "sizes": [["m"]] }), json!({ "sizes": {} })] {
        assert!(serde_json::from_value::<LookRequest>(wrong.clone()).is_err(), "{wrong}");
    }
    for sent in [json!({ "name": "Ada" }), json!([{ "name": "Ada" }])] {
        let result: SendResult = serde_json::from_value(json!({ "sent": sent })).unwrap();
        assert_eq!(result.sent[0].name, "Ada");
    }
    for wrong in [json!({}), json!({ "sent": null }), json!({ "sent": "Ada" })] {
        assert!(serde_json::from_value::<SendResult>(wrong.clone()).is_err(), "{wrong}");
    }
}

#[test]
fn calls_with_bytes_read_either_shape() {
    use declared::shop::*;
    let operation = decthings::runtime::DynamicOperation::of::<SendRequest>();
    let request = |name: &str, to: Value, weights: Value| {
        let json = json!({ "to": to, (name): weights }).to_string();
        let frame = [&[1, json.len() as u8, 3], json.as_bytes(), b"abc"].concat();
        operation.decode_request(frame.into())
    };
    let ada = json!({ "name": "Ada" });
    let read = json!({ "to": [ada], "weights": [7], "picture": { "$bytes": "YWJj" } });
    assert_eq!(request("weights", ada.clone(), json!(7)).unwrap(), read);
    assert_eq!(request("masses", json!([ada]), json!([7])).unwrap(), read);
    let read = json!({ "to": [], "picture": { "$bytes": "YWJj" } });
    assert_eq!(request("weights", json!([]), Value::Null).unwrap(), read);
    let error = request("weights", ada, json!(["7"])).unwrap_err().to_string();
    assert!(error.contains("weights[0]"), "{error}");
}
