//! How an object with bytes travels, from a table of its fields.

/// Implements [`ToWire`](crate::runtime::ToWire) and [`FromWire`](crate::runtime::FromWire) for a struct, of which a part
/// travels in the JSON and another part in blobs. Each field is listed with its way to travel, its type in the JSON, and
/// its name there:
///
/// - `field`, `optional`: plain JSON
/// - `item_or_list`, `optional_item_or_list`: a list of plain JSON, which may also be one item
/// - `nested`, `boxed`, `optional_boxed`: a type that has blobs itself; `nested_or_absent` where it may leave no JSON
/// - `named_list`, `optional_named_list`: a list of such a type, whose items have the given property as their name
/// - `bytes`, `tensor`, `tensors`, `keyed`, `keyed_at_root`, `entries`, `indexed_entries`: a rule for blobs
///
/// ```
/// use decthings::Blob;
/// use decthings::runtime::wire_object;
///
/// struct Upload {
///     file_name: String,
///     data: Blob,
/// }
///
/// wire_object!(Upload { file_name: field::<String>("fileName"), data: bytes("data") });
/// ```
#[macro_export]
macro_rules! wire_object {
    (
        $name:ident { $($field:ident: $kind:ident $(::<$ty:ty $(,)?>)? ($($argument:tt)*)),* $(,)? }
        $(, constant($property:literal, $value:literal))?
        $(, root_names($names:literal $(, alias = $alias:literal)*))?
        $(,)?
    ) => {
        impl $crate::runtime::ToWire for $name {
            fn to_wire(&self, frame: &mut $crate::runtime::FrameWriter) -> Result<(), $crate::runtime::WireError> {
                let mut object = frame.object();
                $(object.field($property, $value)?;)?
                $($crate::write_field!($kind(object, self.$field, $($argument)*));)*
                $(object.root_names($names)?;)?
                object.end()
            }
        }

        const _: () = {
            $crate::json_struct! { [] $($field $kind [$($ty)?] ($($argument)*);)* $(__names root_names [] ($names $(, alias = $alias)*);)? }

            impl $crate::runtime::FromWire for $name {
                type Json = Json;

                fn from_wire(
                    json: Json,
                    blobs: &mut $crate::runtime::BlobReader,
                ) -> Result<Self, $crate::runtime::WireError> {
                    // It has no fields if all of them travel in blobs.
                    let _ = &json;
                    $($crate::read_root_names!($names, blobs, json);)?
                    Ok(Self { $($field: $crate::read_field!($kind(blobs, json, $field, $($argument)*)),)* })
                }
            }
        };
    };
}

/// Writes a field of [`wire_object!`](crate::wire_object).
#[doc(hidden)]
#[macro_export]
macro_rules! write_field {
    (field($object:ident, $value:expr, $wire:literal $(, alias = $alias:literal)*)) => {
        $object.field($wire, &$value)?
    };
    (optional($object:ident, $value:expr, $wire:literal $(, alias = $alias:literal)*)) => {
        $object.optional($wire, &$value)?
    };
    (item_or_list($object:ident, $value:expr, $wire:literal $(, alias = $alias:literal)*)) => {
        $object.field($wire, &$value)?
    };
    (optional_item_or_list($object:ident, $value:expr, $wire:literal $(, alias = $alias:literal)*)) => {
        $object.optional($wire, &$value)?
    };
    (nested($object:ident, $value:expr, $wire:literal $(, alias = $alias:literal)*)) => {
        $object.nested($wire, &$value)?
    };
    (nested_or_absent($object:ident, $value:expr, $wire:literal $(, alias = $alias:literal)*)) => {
        $object.nested($wire, &$value)?
    };
    (boxed($object:ident, $value:expr, $wire:literal $(, alias = $alias:literal)*)) => {
        $object.nested($wire, &*$value)?
    };
    (optional_boxed($object:ident, $value:expr, $wire:literal $(, alias = $alias:literal)*)) => {
        if let Some(value) = &$value {
            $object.nested($wire, &**value)?;
        }
    };
    (named_list($object:ident, $value:expr, $wire:literal $(, alias = $alias:literal)*, $key:literal = $name:ident)) => {
        $object.named_list($wire, &$value, $key, |item| &item.$name)?
    };
    (optional_named_list($object:ident, $value:expr, $wire:literal $(, alias = $alias:literal)*, $key:literal = $name:ident)) => {
        if let Some(items) = &$value {
            $object.named_list($wire, items, $key, |item| &item.$name)?;
        }
    };
    (bytes($object:ident, $value:expr, $wire:literal)) => {
        $object.bytes($wire, &$value)?
    };
    (tensor($object:ident, $value:expr, $wire:literal)) => {
        $object.tensor($wire, &$value)
    };
    (tensors($object:ident, $value:expr, $wire:literal)) => {
        $object.tensors($wire, &$value)
    };
    (keyed($object:ident, $value:expr, $wire:literal, $names:literal $(, alias = $alias:literal)*)) => {
        $object.keyed($wire, $names, &$value)?
    };
    (keyed_at_root($object:ident, $value:expr, $wire:literal)) => {
        $object.keyed_at_root($wire, &$value)?
    };
    (entries($object:ident, $value:expr, $wire:literal $(, alias = $alias:literal)*)) => {
        $object.entries($wire, &$value)?
    };
    (indexed_entries($object:ident, $value:expr, $wire:literal $(, alias = $alias:literal)*, $indexes:literal = $name:ident)) => {
        $object.indexed_entries($wire, $indexes, &$value)?
    };
}

/// Reads a field of [`wire_object!`](crate::wire_object).
#[doc(hidden)]
#[macro_export]
macro_rules! read_field {
    (field($blobs:ident, $json:ident, $field:ident, $($argument:tt)*)) => {
        $json.$field
    };
    (optional($blobs:ident, $json:ident, $field:ident, $($argument:tt)*)) => {
        $json.$field
    };
    (item_or_list($blobs:ident, $json:ident, $field:ident, $($argument:tt)*)) => {
        $json.$field.into()
    };
    (optional_item_or_list($blobs:ident, $json:ident, $field:ident, $($argument:tt)*)) => {
        $json.$field.map(Into::into)
    };
    (boxed($blobs:ident, $json:ident, $field:ident, $wire:literal $(, alias = $alias:literal)*)) => {
        Box::new($blobs.nested($wire, *$json.$field)?)
    };
    (optional_boxed($blobs:ident, $json:ident, $field:ident, $wire:literal $(, alias = $alias:literal)*)) => {
        $json.$field.map(|json| $blobs.nested($wire, *json).map(Box::new)).transpose()?
    };
    (bytes($blobs:ident, $json:ident, $field:ident, $wire:literal)) => {
        $blobs.bytes($wire)?
    };
    (tensor($blobs:ident, $json:ident, $field:ident, $wire:literal)) => {
        $blobs.tensor($wire)?
    };
    (tensors($blobs:ident, $json:ident, $field:ident, $wire:literal)) => {
        $blobs.tensors($wire)?
    };
    (keyed($blobs:ident, $json:ident, $field:ident, $wire:literal, $names:literal $(, alias = $alias:literal)*)) => {
        $blobs.keyed($wire, $json.$field)?
    };
    (keyed_at_root($blobs:ident, $json:ident, $field:ident, $wire:literal)) => {
        $blobs.keyed_at_root($wire)?
    };
    (entries($blobs:ident, $json:ident, $field:ident, $wire:literal $(, alias = $alias:literal)*)) => {
        $blobs.entries($wire, $json.$field)?
    };
    (indexed_entries(
        $blobs:ident, $json:ident, $field:ident, $wire:literal $(, alias = $alias:literal)*, $indexes:literal = $name:ident
    )) => {
        $blobs.indexed_entries($wire, $json.$field, $json.$name)?
    };
    // What has blobs itself.
    ($kind:ident($blobs:ident, $json:ident, $field:ident, $wire:literal $($argument:tt)*)) => {
        $blobs.nested($wire, $json.$field)?
    };
}

/// Reads the names that stand at the root of the JSON.
#[doc(hidden)]
#[macro_export]
macro_rules! read_root_names {
    ($names:literal, $blobs:ident, $json:ident) => {
        $blobs.root_names($json.__names)
    };
}

/// Declares the struct of the JSON, field by field.
#[doc(hidden)]
#[macro_export]
macro_rules! json_struct {
    ([$($done:tt)*]) => {
        #[doc(hidden)]
        #[derive(Debug, serde::Deserialize)]
        #[serde(expecting = "an object")]
        pub struct Json { $($done)* }
    };
    ([$($done:tt)*] $field:ident field [$ty:ty] ($wire:literal $(, alias = $alias:literal)*); $($rest:tt)*) => {
        $crate::json_struct! {
            [$($done)* #[serde(rename = $wire $(, alias = $alias)*)] $field: $ty,] $($rest)*
        }
    };
    ([$($done:tt)*] $field:ident optional [$ty:ty] ($wire:literal $(, alias = $alias:literal)*); $($rest:tt)*) => {
        $crate::json_struct! {
            [$($done)* #[serde(rename = $wire $(, alias = $alias)*)] $field: Option<$ty>,] $($rest)*
        }
    };
    ([$($done:tt)*] $field:ident item_or_list [$ty:ty] ($wire:literal $(, alias = $alias:literal)*); $($rest:tt)*) => {
        $crate::json_struct! {
            [$($done)* #[serde(rename = $wire $(, alias = $alias)*)] $field: $crate::runtime::ItemOrList<$ty>,] $($rest)*
        }
    };
    (
        [$($done:tt)*] $field:ident optional_item_or_list [$ty:ty] ($wire:literal $(, alias = $alias:literal)*);
        $($rest:tt)*
    ) => {
        $crate::json_struct! {
            [
                $($done)*
                #[serde(rename = $wire $(, alias = $alias)*)]
                $field: Option<$crate::runtime::ItemOrList<$ty>>,
            ]
            $($rest)*
        }
    };
    ([$($done:tt)*] $field:ident nested_or_absent [$ty:ty] ($wire:literal $(, alias = $alias:literal)*); $($rest:tt)*) => {
        $crate::json_struct! {
            [
                $($done)*
                #[serde(default, rename = $wire $(, alias = $alias)*)]
                $field: $crate::runtime::Json<$ty>,
            ]
            $($rest)*
        }
    };
    ([$($done:tt)*] $field:ident boxed [$ty:ty] ($wire:literal $(, alias = $alias:literal)*); $($rest:tt)*) => {
        $crate::json_struct! {
            [
                $($done)*
                #[serde(rename = $wire $(, alias = $alias)*)]
                $field: Box<$crate::runtime::Json<$ty>>,
            ]
            $($rest)*
        }
    };
    ([$($done:tt)*] $field:ident optional_boxed [$ty:ty] ($wire:literal $(, alias = $alias:literal)*); $($rest:tt)*) => {
        $crate::json_struct! {
            [
                $($done)*
                #[serde(rename = $wire $(, alias = $alias)*)]
                $field: Option<Box<$crate::runtime::Json<$ty>>>,
            ]
            $($rest)*
        }
    };
    ([$($done:tt)*] $field:ident bytes [] $arguments:tt; $($rest:tt)*) => {
        $crate::json_struct! { [$($done)*] $($rest)* }
    };
    ([$($done:tt)*] $field:ident tensor [] $arguments:tt; $($rest:tt)*) => {
        $crate::json_struct! { [$($done)*] $($rest)* }
    };
    ([$($done:tt)*] $field:ident tensors [] $arguments:tt; $($rest:tt)*) => {
        $crate::json_struct! { [$($done)*] $($rest)* }
    };
    ([$($done:tt)*] $field:ident keyed_at_root [] $arguments:tt; $($rest:tt)*) => {
        $crate::json_struct! { [$($done)*] $($rest)* }
    };
    (
        [$($done:tt)*]
        $field:ident keyed [] ($wire:literal, $names:literal $(, alias = $alias:literal)*);
        $($rest:tt)*
    ) => {
        $crate::json_struct! {
            [$($done)* #[serde(rename = $names $(, alias = $alias)*)] $field: Vec<String>,] $($rest)*
        }
    };
    ([$($done:tt)*] $field:ident root_names [] ($names:literal $(, alias = $alias:literal)*); $($rest:tt)*) => {
        $crate::json_struct! {
            [$($done)* #[serde(rename = $names $(, alias = $alias)*)] $field: Option<Vec<String>>,] $($rest)*
        }
    };
    ([$($done:tt)*] $field:ident entries [] ($wire:literal $(, alias = $alias:literal)*); $($rest:tt)*) => {
        $crate::json_struct! {
            [$($done)* #[serde(rename = $wire $(, alias = $alias)*)] $field: Vec<String>,] $($rest)*
        }
    };
    (
        [$($done:tt)*]
        $field:ident indexed_entries [] ($wire:literal $(, alias = $alias:literal)*, $indexes:literal = $name:ident);
        $($rest:tt)*
    ) => {
        $crate::json_struct! {
            [
                $($done)*
                #[serde(rename = $wire $(, alias = $alias)*)]
                $field: Vec<String>,
                #[serde(rename = $indexes)]
                $name: Vec<u32>,
            ]
            $($rest)*
        }
    };
    // `nested`, and lists.
    (
        [$($done:tt)*]
        $field:ident $kind:ident [$ty:ty] ($wire:literal $(, alias = $alias:literal)* $(, $key:literal = $name:ident)?);
        $($rest:tt)*
    ) => {
        $crate::json_struct! {
            [$($done)* #[serde(rename = $wire $(, alias = $alias)*)] $field: $crate::runtime::Json<$ty>,] $($rest)*
        }
    };
}
