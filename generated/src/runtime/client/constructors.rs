//! Constructors and setters, from their signatures.

/// A field that a setter sets: an optional one, or a list that is empty by default.
pub trait Settable<T> {
    /// Sets the value.
    fn set(&mut self, value: T);
}

impl<T> Settable<T> for Option<T> {
    fn set(&mut self, value: T) {
        *self = Some(value);
    }
}

impl<T> Settable<Self> for Vec<T> {
    fn set(&mut self, value: Self) {
        *self = value;
    }
}

/// Declares how to create a struct: `new`, which takes the required fields, and a setter of each optional field. An
/// argument is named as its field, and is converted into it. A list with a setter is empty by default.
///
/// ```
/// use decthings::runtime::constructors;
///
/// struct Order {
///     customer: String,
///     size: Option<u32>,
///     items: Option<Vec<String>>,
/// }
///
/// constructors! {
///     impl Order {
///         pub fn new(customer: impl Into<String>);
///         /// The size.
///         pub fn size(size: u32);
///         /// The names of the items.
///         pub fn items(items: impl IntoIterator<Item = impl Into<String>>);
///     }
/// }
///
/// let order = Order::new("Ada").size(2).items(["bread"]);
/// assert_eq!((order.customer.as_str(), order.size, order.items), ("Ada", Some(2), Some(vec!["bread".to_owned()])));
/// ```
#[macro_export]
macro_rules! constructors {
    (
        impl $name:ident {
            pub fn new($($parameters:tt)*);
            $($(#[$attribute:meta])* pub fn $setter:ident($field:ident: $($argument:tt)*);)*
        }
    ) => {
        impl $name {
            $crate::constructor! { [] [$($field: Default::default(),)*] $($parameters)*, }
            $($crate::setter! { [$(#[$attribute])*] $setter $field [$($argument)*] })*
        }
    };
}

/// Declares the [`constructors!`](crate::constructors) of a request, and the same setters on its pending `Call`, a type
/// that has to be in scope.
#[macro_export]
macro_rules! request_constructors {
    (
        impl $name:ident {
            pub fn new($($parameters:tt)*);
            $($(#[$attribute:meta])* pub fn $setter:ident($field:ident: $($argument:tt)*);)*
        }
    ) => {
        $crate::constructors! {
            impl $name {
                pub fn new($($parameters)*);
                $($(#[$attribute])* pub fn $setter($field: $($argument)*);)*
            }
        }

        // The docs have the setters of each request on its own page.
        #[cfg(not(doc))]
        impl Call<$name> {
            $(
                $(#[$attribute])*
                pub fn $setter(self, $field: $($argument)*) -> Self {
                    self.with(|request| request.$setter($field))
                }
            )*
        }
    };
}

/// Declares `new`. It goes through the parameters, and collects them and the values of their fields.
#[doc(hidden)]
#[macro_export]
macro_rules! constructor {
    ([$($parameter:tt)*] [$($value:tt)*] $(,)*) => {
        /// Creates an instance from the required fields.
        #[allow(clippy::new_without_default, clippy::too_many_arguments)]
        pub fn new($($parameter)*) -> Self {
            Self { $($value)* }
        }
    };
    (
        [$($parameter:tt)*] [$($value:tt)*]
        $field:ident: impl IntoIterator<Item = impl Into<$item:ty>>, $($rest:tt)*
    ) => {
        $crate::constructor! {
            [$($parameter)* $field: impl IntoIterator<Item = impl Into<$item>>,]
            [$($value)* $field: $field.into_iter().map(Into::<$item>::into).collect(),]
            $($rest)*
        }
    };
    // Laid out over several lines, where the name is long.
    (
        [$($parameter:tt)*] [$($value:tt)*]
        $field:ident: impl IntoIterator<Item = impl Into<$item:ty>,>, $($rest:tt)*
    ) => {
        $crate::constructor! {
            [$($parameter)*] [$($value)*] $field: impl IntoIterator<Item = impl Into<$item>>, $($rest)*
        }
    };
    (
        [$($parameter:tt)*] [$($value:tt)*]
        $field:ident: impl IntoIterator<Item = $item:ty $(,)?>, $($rest:tt)*
    ) => {
        $crate::constructor! {
            [$($parameter)* $field: impl IntoIterator<Item = $item>,]
            [$($value)* $field: $field.into_iter().collect(),]
            $($rest)*
        }
    };
    (
        [$($parameter:tt)*] [$($value:tt)*]
        $field:ident: impl Into<$content:ty $(,)?>, $($rest:tt)*
    ) => {
        $crate::constructor! {
            [$($parameter)* $field: impl Into<$content>,]
            [$($value)* $field: Into::<$content>::into($field).into(),]
            $($rest)*
        }
    };
    ([$($parameter:tt)*] [$($value:tt)*] $field:ident: $content:ty, $($rest:tt)*) => {
        $crate::constructor! {
            [$($parameter)* $field: $content,]
            // Puts it into a box where the field is one.
            [$($value)* $field: $field.into(),]
            $($rest)*
        }
    };
}

/// Declares the setter of an optional field.
#[doc(hidden)]
#[macro_export]
macro_rules! setter {
    ($attributes:tt $setter:ident $field:ident [impl IntoIterator<Item = impl Into<$item:ty>> $(,)?]) => {
        $crate::setter! {
            @function $attributes $setter $field [impl IntoIterator<Item = impl Into<$item>>]
            $field.into_iter().map(Into::<$item>::into).collect()
        }
    };
    ($attributes:tt $setter:ident $field:ident [impl IntoIterator<Item = impl Into<$item:ty>,> $(,)?]) => {
        $crate::setter! { $attributes $setter $field [impl IntoIterator<Item = impl Into<$item>>] }
    };
    ($attributes:tt $setter:ident $field:ident [impl IntoIterator<Item = $item:ty $(,)?> $(,)?]) => {
        $crate::setter! {
            @function $attributes $setter $field [impl IntoIterator<Item = $item>] $field.into_iter().collect()
        }
    };
    ($attributes:tt $setter:ident $field:ident [impl Into<$content:ty $(,)?> $(,)?]) => {
        $crate::setter! {
            @function $attributes $setter $field [impl Into<$content>] Into::<$content>::into($field).into()
        }
    };
    ($attributes:tt $setter:ident $field:ident [$content:ty $(,)?]) => {
        // Puts it into a box where the field is one.
        $crate::setter! { @function $attributes $setter $field [$content] $field.into() }
    };
    (@function [$($attribute:tt)*] $setter:ident $field:ident [$($argument:tt)*] $value:expr) => {
        $($attribute)*
        pub fn $setter(mut self, $field: $($argument)*) -> Self {
            $crate::runtime::Settable::set(&mut self.$field, $value);
            self
        }
    };
}
