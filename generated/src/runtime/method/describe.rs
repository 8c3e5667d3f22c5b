//! What the parameters of methods are, for callers that know them only at run time: names, docs and types.
//!
//! Generated code describes each type that requests hold. Names are those on the wire.

use std::fmt;

/// A type whose description is known at run time.
pub trait Described {
    /// The description.
    fn describe() -> &'static TypeInfo;
}

/// A type with a name.
#[derive(Clone, Copy, Debug)]
pub struct TypeInfo {
    /// The name in Rust.
    pub name: &'static str,
    /// What it means.
    pub docs: &'static str,
    /// What it is.
    pub kind: TypeKind,
}

/// What a type with a name is.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum TypeKind {
    /// An object with these members.
    Object(&'static [FieldInfo]),
    /// A string, of which these values are known.
    Enum(&'static [ValueInfo]),
    /// An object whose member `tag` says which of the alternatives it is.
    Tagged {
        /// The member.
        tag: &'static str,
        /// The alternatives; the name of each is its tag.
        variants: &'static [VariantInfo],
    },
    /// An object with one member, whose name says which of the alternatives it is.
    Keyed(&'static [VariantInfo]),
    /// A value whose JSON type says which of the alternatives it is.
    Untagged(&'static [VariantInfo]),
}

/// A parameter, or a member of an object.
#[derive(Clone, Copy, Debug)]
pub struct FieldInfo {
    /// The name.
    pub name: &'static str,
    /// Other names that are accepted.
    pub aliases: &'static [&'static str],
    /// What it means.
    pub docs: &'static str,
    /// Whether it has to be given.
    pub required: bool,
    /// Its type.
    pub ty: ValueType,
}

/// A value of an enum.
#[derive(Clone, Copy, Debug)]
pub struct ValueInfo {
    /// The value.
    pub name: &'static str,
    /// What it means.
    pub docs: &'static str,
}

/// An alternative of a union.
#[derive(Clone, Copy, Debug)]
pub struct VariantInfo {
    /// The tag, the key or the title.
    pub name: &'static str,
    /// Other keys that are accepted.
    pub aliases: &'static [&'static str],
    /// What it means.
    pub docs: &'static str,
    /// What it holds; `None` if there is nothing but the tag.
    pub ty: Option<ValueType>,
}

/// The type of a value. It displays as words, such as `list of strings`.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum ValueType {
    /// Text.
    String,
    /// This string.
    Constant(&'static str),
    /// True or false.
    Boolean,
    /// A signed integer of 32 bits.
    Int32,
    /// A signed integer of 64 bits.
    Int64,
    /// An unsigned integer of 32 bits.
    Uint32,
    /// An unsigned integer of 64 bits.
    Uint64,
    /// A number of 32 bits.
    Float,
    /// A number of 64 bits.
    Double,
    /// Bytes: `{"$bytes": base64}`, or text.
    Bytes,
    /// A tensor: `{"type", "shape", "data"}`.
    Tensor,
    /// A list.
    List(&'static ValueType),
    /// A type with a name, which is looked up only when asked for, as types can hold themselves.
    Named(fn() -> &'static TypeInfo),
}

/// Describes a type that requests hold, from a table of its members, values or alternatives.
///
/// ```
/// use decthings::runtime::describe::Described;
/// use decthings::runtime::describe_type;
///
/// struct Order;
/// struct Size;
/// struct Payment;
///
/// describe_type!(Order, "An order.", object([
///     required("customer", String, "Who ordered."),
///     required("sizes" | "size", List(Named(Size)), "The size of each item."),
///     optional("payment", Named(Payment), "How to pay."),
/// ]));
/// describe_type!(Size, "A size.", string_enum([value("s", "Small."), value("m", "Medium.")]));
/// describe_type!(Payment, "How to pay.", tagged("type", [
///     variant("later", Named(Order), "With another order."),
///     empty("cash", "In cash."),
/// ]));
///
/// let sizes = Order::describe().fields()[1];
/// assert!(sizes.required && sizes.ty.to_string() == "list of Size");
/// ```
///
/// The other kinds are `keyed([…])` and `untagged([…])`, whose alternatives are those of `tagged`.
#[macro_export]
macro_rules! describe_type {
    ($name:ident, $docs:literal, $kind:ident($($content:tt)*) $(,)?) => {
        impl $crate::runtime::describe::Described for $name {
            fn describe() -> &'static $crate::runtime::describe::TypeInfo {
                const {
                    &$crate::runtime::describe::TypeInfo {
                        name: stringify!($name),
                        docs: $docs,
                        kind: $crate::describe_type!(@kind $kind($($content)*)),
                    }
                }
            }
        }
    };
    (@kind object([$($make:ident($($field:tt)*)),* $(,)?] $(,)?)) => {
        $crate::runtime::describe::TypeKind::Object(&[$($crate::describe_type!(@field $make($($field)*))),*])
    };
    (@kind string_enum([$(value($value:literal, $docs:literal $(,)?)),* $(,)?] $(,)?)) => {
        $crate::runtime::describe::TypeKind::Enum(&[
            $($crate::runtime::describe::ValueInfo { name: $value, docs: $docs }),*
        ])
    };
    (@kind tagged($tag:literal, [$($make:ident($($variant:tt)*)),* $(,)?] $(,)?)) => {
        $crate::runtime::describe::TypeKind::Tagged {
            tag: $tag,
            variants: &[$($crate::describe_type!(@variant $make($($variant)*))),*],
        }
    };
    (@kind keyed([$($make:ident($($variant:tt)*)),* $(,)?] $(,)?)) => {
        $crate::runtime::describe::TypeKind::Keyed(&[$($crate::describe_type!(@variant $make($($variant)*))),*])
    };
    (@kind untagged([$($make:ident($($variant:tt)*)),* $(,)?] $(,)?)) => {
        $crate::runtime::describe::TypeKind::Untagged(&[$($crate::describe_type!(@variant $make($($variant)*))),*])
    };
    (@field required($name:literal $(| $alias:literal)*, $ty:ident $(($($inner:tt)*))?, $docs:literal $(,)?)) => {
        $crate::runtime::describe::FieldInfo {
            name: $name,
            aliases: &[$($alias),*],
            docs: $docs,
            required: true,
            ty: $crate::describe_type!(@type $ty $(($($inner)*))?),
        }
    };
    (@field optional($name:literal $(| $alias:literal)*, $ty:ident $(($($inner:tt)*))?, $docs:literal $(,)?)) => {
        $crate::runtime::describe::FieldInfo {
            name: $name,
            aliases: &[$($alias),*],
            docs: $docs,
            required: false,
            ty: $crate::describe_type!(@type $ty $(($($inner)*))?),
        }
    };
    (@variant variant($name:literal $(| $alias:literal)*, $ty:ident $(($($inner:tt)*))?, $docs:literal $(,)?)) => {
        $crate::runtime::describe::VariantInfo {
            name: $name,
            aliases: &[$($alias),*],
            docs: $docs,
            ty: Some($crate::describe_type!(@type $ty $(($($inner)*))?)),
        }
    };
    (@variant empty($name:literal $(| $alias:literal)*, $docs:literal $(,)?)) => {
        $crate::runtime::describe::VariantInfo { name: $name, aliases: &[$($alias),*], docs: $docs, ty: None }
    };
    (@type Named($name:ident)) => {
        $crate::runtime::describe::ValueType::Named(<$name as $crate::runtime::describe::Described>::describe)
    };
    (@type List($($items:tt)*)) => {
        $crate::runtime::describe::ValueType::List(&$crate::describe_type!(@type $($items)*))
    };
    (@type $name:ident $(($content:literal))?) => {
        $crate::runtime::describe::ValueType::$name $(($content))?
    };
}

impl TypeInfo {
    /// The members, if it is an object.
    pub fn fields(&self) -> &'static [FieldInfo] {
        match self.kind {
            TypeKind::Object(fields) => fields,
            _ => &[],
        }
    }
}

impl ValueType {
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::String => ("string", "strings"),
            Self::Boolean => ("boolean", "booleans"),
            Self::Int32 => ("int32", "int32s"),
            Self::Int64 => ("int64", "int64s"),
            Self::Uint32 => ("uint32", "uint32s"),
            Self::Uint64 => ("uint64", "uint64s"),
            Self::Float => ("float", "floats"),
            Self::Double => ("double", "doubles"),
            Self::Bytes => ("bytes", "bytes"),
            Self::Tensor => ("tensor", "tensors"),
            Self::List(_) => ("list", "lists"),
            Self::Constant(text) => (text, text),
            Self::Named(describe) => (describe().name, describe().name),
        }
    }
}

impl fmt::Display for ValueType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words().0)?;
        let mut ty = *self;
        while let Self::List(items) = ty {
            write!(f, " of {}", items.words().1)?;
            ty = *items;
        }
        Ok(())
    }
}

impl fmt::Debug for ValueType {
    /// As it displays, since types can hold themselves.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
