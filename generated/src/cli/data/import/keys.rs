//! Which columns make which key of the dataset.

use decthings::DType;
use decthings::types::ParameterDefinition;

use crate::data::dataset::Dataset;
use crate::failure::Failure;

/// What `--key` says: `NAME=COLUMN`, `NAME=COLUMN,COLUMN` or `NAME=COLUMN,`, each with `:TYPE` or without.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct KeyArgument {
    name: String,
    columns: Vec<String>,
    is_vector: bool,
    dtype: Option<DType>,
}

impl KeyArgument {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let usage = || "expected NAME=COLUMN[,COLUMN…][:TYPE]".to_owned();
        let (name, columns) = text.split_once('=').ok_or_else(usage)?;
        // A column may have a colon in its name, so only the name of a type is one.
        let typed = columns.rsplit_once(':').and_then(|(columns, dtype)| Some((columns, dtype.parse::<DType>().ok()?)));
        let (columns, dtype) = typed.map_or((columns, None), |(columns, dtype)| (columns, Some(dtype)));
        let is_vector = columns.contains(',');
        let columns: Vec<_> = columns.strip_suffix(',').unwrap_or(columns).split(',').map(str::to_owned).collect();
        if name.is_empty() || columns.iter().any(String::is_empty) {
            return Err(usage());
        }
        Ok(Self { name: name.to_owned(), columns, is_vector, dtype })
    }

    /// The key of one column. Without a type, it has that of the dataset.
    pub(super) fn column(name: &str, column: &str, dtype: Option<DType>) -> Self {
        Self { name: name.to_owned(), columns: vec![column.to_owned()], is_vector: false, dtype }
    }

    /// Whether it is about this key.
    pub(super) fn is_of(&self, key: &str) -> bool {
        self.name == key
    }
}

/// How a key is made of columns, given by their positions.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct KeyPlan {
    pub(super) name: String,
    pub(super) columns: Vec<usize>,
    pub(super) is_vector: bool,
    pub(super) dtype: DType,
}

/// Finds the columns of every key of the dataset. Without arguments, a column makes the key of its name.
pub(super) fn plan(dataset: &Dataset, arguments: &[KeyArgument], columns: &[String]) -> Result<Vec<KeyPlan>, Failure> {
    let mut plans: Vec<KeyPlan> = Vec::new();
    let is_default = arguments.is_empty();
    let defaults = columns.iter().map(|name| KeyArgument::column(name, name, None));
    for argument in if is_default { defaults.collect() } else { arguments.to_vec() } {
        let name = &argument.name;
        let Some(definition) = dataset.keys.iter().find(|key| key.name == *name) else {
            let help = if is_default { "; choose columns with --key" } else { "" };
            return Err(Failure::usage(format!("the dataset has no key `{name}`, only {}{help}", dataset.key_names())));
        };
        if plans.iter().any(|plan| plan.name == *name) {
            return Err(Failure::usage(format!("the key `{name}` is given twice")));
        }
        let position = |column: &String| {
            let mut found = columns.iter().enumerate().filter(|(_, name)| *name == column).map(|(at, _)| at);
            match (found.next(), found.next()) {
                (Some(at), None) => Ok(at),
                (Some(_), Some(_)) => Err(Failure::usage(format!("there are several columns `{column}`"))),
                (None, _) => {
                    Err(Failure::usage(format!("key `{name}`: there is no column `{column}`, only {}", list(columns))))
                }
            }
        };
        let positions = argument.columns.iter().map(position).collect::<Result<_, _>>()?;
        let dtype = argument.dtype.or_else(|| default_type(definition)).ok_or_else(|| {
            Failure::usage(format!("the dataset does not say which type the key `{name}` has; use --key {name}=…:TYPE"))
        })?;
        plans.push(KeyPlan { name: name.clone(), columns: positions, is_vector: argument.is_vector, dtype });
    }
    check_complete(dataset, plans.iter().map(|plan| plan.name.as_str()))?;
    Ok(plans)
}

/// Rejects an import without one of the dataset's keys.
pub(super) fn check_complete<'a>(
    dataset: &Dataset,
    names: impl Iterator<Item = &'a str> + Clone,
) -> Result<(), Failure> {
    match dataset.keys.iter().find(|key| !names.clone().any(|name| name == key.name)) {
        Some(missing) => Err(Failure::usage(format!("nothing is given for the key `{}` of the dataset", missing.name))),
        None => Ok(()),
    }
}

/// The first type that a key may have.
pub(super) fn default_type(key: &ParameterDefinition) -> Option<DType> {
    key.rules.allowed_types.first()?.as_str().parse().ok()
}

/// Whether a key may have a type.
pub(super) fn allows(key: &ParameterDefinition, dtype: DType) -> bool {
    key.rules.allowed_types.iter().any(|allowed| allowed.as_str() == dtype.as_str())
}

fn list(names: &[String]) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
