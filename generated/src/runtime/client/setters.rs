//! Setters of optional fields, from their signatures.

/// Declares setters of optional fields, each by its name and its argument, which is called as the field.
///
/// ```
/// use decthings::runtime::setters;
///
/// #[derive(Default)]
/// struct Order {
///     size: Option<u32>,
///     names: Option<Vec<String>>,
/// }
///
/// setters! {
///     impl Order {
///         /// The size.
///         pub fn size(size: u32);
///         /// The names of the items.
///         pub fn names(names: impl IntoIterator<Item = impl Into<String>>);
///     }
/// }
///
/// let order = Order::default().size(2).names(["bread"]);
/// assert_eq!((order.size, order.names), (Some(2), Some(vec!["bread".to_owned()])));
/// ```
#[macro_export]
macro_rules! setters {
    (impl $name:ident { $($(#[$attribute:meta])* pub fn $setter:ident($field:ident: $($argument:tt)*);)* }) => {
        impl $name {
            $($crate::setters! { @setter [$(#[$attribute])*] $setter $field [$($argument)*] })*
        }
    };
    (@setter $attributes:tt $setter:ident $field:ident [impl IntoIterator<Item = impl Into<$item:ty>> $(,)?]) => {
        $crate::setters! {
            @function $attributes $setter $field [impl IntoIterator<Item = impl Into<$item>>]
            $field.into_iter().map(Into::<$item>::into).collect()
        }
    };
    (@setter $attributes:tt $setter:ident $field:ident [impl IntoIterator<Item = $item:ty> $(,)?]) => {
        $crate::setters! {
            @function $attributes $setter $field [impl IntoIterator<Item = $item>] $field.into_iter().collect()
        }
    };
    (@setter $attributes:tt $setter:ident $field:ident [impl Into<$content:ty> $(,)?]) => {
        $crate::setters! {
            @function $attributes $setter $field [impl Into<$content>] Into::<$content>::into($field).into()
        }
    };
    (@setter $attributes:tt $setter:ident $field:ident [$content:ty $(,)?]) => {
        // Puts it into a box where the field is one.
        $crate::setters! { @function $attributes $setter $field [$content] $field.into() }
    };
    (@function [$($attribute:tt)*] $setter:ident $field:ident [$($argument:tt)*] $value:expr) => {
        $($attribute)*
        pub fn $setter(mut self, $field: $($argument)*) -> Self {
            self.$field = Some($value);
            self
        }
    };
}

/// Declares [`setters!`](crate::setters) of a request, and the same on the pending [`Call`](crate::runtime::Call).
#[macro_export]
macro_rules! request_setters {
    (impl $name:ident { $($(#[$attribute:meta])* pub fn $setter:ident($field:ident: $($argument:tt)*);)* }) => {
        $crate::setters! {
            impl $name { $($(#[$attribute])* pub fn $setter($field: $($argument)*);)* }
        }

        impl $crate::runtime::Call<$name> {
            $(
                $(#[$attribute])*
                pub fn $setter(self, $field: $($argument)*) -> Self {
                    self.with(|request| request.$setter($field))
                }
            )*
        }
    };
}
