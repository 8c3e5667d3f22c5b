//! The types of a definition.

use serde_json::Value;

/// A type in a definition.
#[derive(Clone, Copy)]
pub struct Schema<'d> {
    definition: &'d Value,
    json: &'d Value,
}

/// The form of a type.
pub enum Shape<'d> {
    /// Text, a number, or true or false.
    Plain,
    /// A number of 32 bits.
    Float,
    Bytes,
    Base64,
    Tensor,
    List(Schema<'d>),
    Object(Vec<Property<'d>>),
    /// A union by tag: the tag's property, and the variants with their tags.
    Tagged(&'d str, Vec<(&'d str, Schema<'d>)>),
    /// A union by key: the properties, exactly one of which is present.
    Keyed(Vec<Property<'d>>),
    /// A union by JSON type.
    Kinded(Vec<Schema<'d>>),
}

/// A property of an object.
#[derive(Clone, Copy)]
pub struct Property<'d> {
    pub name: &'d str,
    pub is_required: bool,
    pub schema: Schema<'d>,
    keywords: &'d Value,
}

impl<'d> Property<'d> {
    /// The only value that it may have.
    pub fn constant(&self) -> Option<&'d Value> {
        self.keywords.get("const")
    }

    /// Its blob rule, if it travels beside the JSON.
    pub fn blob(&self) -> Option<&'d Value> {
        self.keywords.get("blob")
    }

    /// Its name and its aliases.
    pub fn spellings(&self) -> impl Iterator<Item = &'d str> + use<'d> {
        let aliases = self.keywords["aliases"].as_array().into_iter().flatten();
        std::iter::once(self.name).chain(aliases.filter_map(Value::as_str))
    }
}

impl<'d> Schema<'d> {
    /// The type at a place, with references resolved.
    pub(super) fn new(definition: &'d Value, mut json: &'d Value) -> Self {
        while let Some(reference) = json["$ref"].as_str() {
            let target = reference.strip_prefix("#").and_then(|pointer| definition.pointer(pointer));
            json = target.unwrap_or_else(|| panic!("{reference} is not there"));
        }
        Self { definition, json }
    }

    /// Its form.
    pub fn shape(&self) -> Shape<'d> {
        let text = |keyword: &str| self.json[keyword].as_str().unwrap_or_default();
        match (text("type"), text("format"), text("contentEncoding")) {
            _ if self.json["oneOf"].is_array() => self.union(),
            ("string", "binary", _) => Shape::Bytes,
            ("string", _, "base64") => Shape::Base64,
            ("object", "tensor", _) => Shape::Tensor,
            ("number", "float", _) => Shape::Float,
            ("array", ..) => Shape::List(Self::new(self.definition, &self.json["items"])),
            ("object", ..) => Shape::Object(self.properties()),
            _ => Shape::Plain,
        }
    }

    /// The name of a plain type: its format, or its type without one.
    pub fn name(&self) -> &'d str {
        self.json["format"].as_str().or(self.json["type"].as_str()).unwrap_or_default()
    }

    /// The properties of an object.
    pub fn properties(&self) -> Vec<Property<'d>> {
        let required = self.json["required"].as_array();
        let properties = self.json["properties"].as_object().into_iter().flatten();
        properties
            .map(|(name, json)| Property {
                name,
                is_required: required.is_some_and(|names| names.iter().any(|required| required == name)),
                schema: Self::new(self.definition, json),
                keywords: json,
            })
            .collect()
    }

    fn union(&self) -> Shape<'d> {
        let alternatives = self.alternatives();
        let tag = alternatives[0].properties().into_iter().find(|property| property.constant().is_some());
        if let Some(tag) = tag {
            let variants: Option<Vec<_>> = alternatives.iter().map(|one| Some((one.tag(tag.name)?, *one))).collect();
            if let Some(variants) = variants {
                return Shape::Tagged(tag.name, variants);
            }
        }
        let keys: Vec<Vec<Property<'d>>> = alternatives.iter().map(Self::properties).collect();
        if keys.iter().all(|keys| matches!(keys.as_slice(), [key] if key.is_required && key.constant().is_none())) {
            return Shape::Keyed(keys.concat());
        }
        Shape::Kinded(alternatives)
    }

    /// The alternatives, with those of another union in the place of a reference to it.
    fn alternatives(&self) -> Vec<Self> {
        let alternatives = self.json["oneOf"].as_array().into_iter().flatten();
        let alternatives = alternatives.map(|json| Self::new(self.definition, json));
        let flat = alternatives.flat_map(|one| match one.json["oneOf"].is_array() {
            true => one.alternatives(),
            false => vec![one],
        });
        flat.collect()
    }

    fn tag(&self, property: &str) -> Option<&'d str> {
        self.json["properties"][property]["const"].as_str()
    }

    /// Whether a value is of the JSON type of this alternative.
    pub fn is_kind_of(&self, value: &Value) -> bool {
        match self.json["type"].as_str() {
            Some("string") => value.is_string() || value.get("$bytes").is_some(),
            Some("array") => value.is_array(),
            Some("boolean") => value.is_boolean(),
            Some("integer" | "number") => value.is_number(),
            _ => value.is_object() && value.get("$bytes").is_none(),
        }
    }

    /// Whether it is an array of tensors.
    pub fn is_tensors(&self) -> bool {
        matches!(self.shape(), Shape::List(items) if matches!(items.shape(), Shape::Tensor))
    }

    /// The first property of this form.
    pub(super) fn part(&self, is_part: impl Fn(&Shape<'d>) -> bool) -> Property<'d> {
        let found = self.properties().into_iter().find(|property| is_part(&property.schema.shape()));
        found.expect("the rule fits its type")
    }
}
