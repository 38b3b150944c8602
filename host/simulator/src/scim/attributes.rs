//! Which attributes a user has: one table for what is taken, what is returned and what `/Schemas` announces.

use super::text::TextRule;

/// The URN of core users.
pub(crate) const USER_SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// The URN of core groups.
pub(crate) const GROUP_SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
/// The URN of the enterprise extension, which is also the name of its member in a user.
pub(crate) const ENTERPRISE_SCHEMA: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// One attribute, or one sub-attribute.
#[derive(Debug)]
pub(crate) struct Attribute {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    /// Whether the object that it belongs to must have it.
    pub(crate) required: bool,
    /// Taken and forgotten: AWS never returns it (reference §2.1).
    pub(crate) forgotten: bool,
}

/// What the value of an attribute is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    Text(TextRule),
    Truth,
    Object(&'static [Attribute]),
    /// An array of at most one such object.
    List(&'static [Attribute]),
}

const fn text(name: &'static str) -> Attribute {
    attribute(name, Shape::Text(TextRule::Common))
}

const fn attribute(name: &'static str, shape: Shape) -> Attribute {
    Attribute { name, shape, required: false, forgotten: false }
}

const fn required(attribute: Attribute) -> Attribute {
    Attribute { required: true, ..attribute }
}

const fn forgotten(attribute: Attribute) -> Attribute {
    Attribute { forgotten: true, ..attribute }
}

/// In the order in which AWS's samples return them.
pub(crate) static USER: &[Attribute] = &[
    attribute("externalId", Shape::Text(TextRule::ExternalId)),
    required(attribute("userName", Shape::Text(TextRule::UserName))),
    required(attribute("name", Shape::Object(NAME))),
    required(text("displayName")),
    text("nickName"),
    forgotten(text("profileUrl")),
    text("title"),
    text("userType"),
    text("preferredLanguage"),
    text("locale"),
    text("timezone"),
    attribute("active", Shape::Truth),
    attribute("emails", Shape::List(EMAIL)),
    attribute("addresses", Shape::List(ADDRESS)),
    attribute("phoneNumbers", Shape::List(LABELLED)),
    attribute("roles", Shape::List(LABELLED)),
    attribute(ENTERPRISE_SCHEMA, Shape::Object(ENTERPRISE)),
];

static NAME: &[Attribute] = &[
    text("formatted"),
    required(text("familyName")),
    required(text("givenName")),
    text("middleName"),
    text("honorificPrefix"),
    text("honorificSuffix"),
];

static EMAIL: &[Attribute] =
    &[required(text("value")), text("type"), required(attribute("primary", Shape::Truth))];

static ADDRESS: &[Attribute] = &[
    text("formatted"),
    text("streetAddress"),
    text("locality"),
    text("region"),
    text("postalCode"),
    text("country"),
    text("type"),
    attribute("primary", Shape::Truth),
];

/// Telephone numbers and roles.
static LABELLED: &[Attribute] = &[required(text("value")), text("type"), attribute("primary", Shape::Truth)];

static ENTERPRISE: &[Attribute] = &[
    text("employeeNumber"),
    text("costCenter"),
    text("organization"),
    text("division"),
    text("department"),
    attribute("manager", Shape::Object(MANAGER)),
];

static MANAGER: &[Attribute] = &[required(text("value")), forgotten(text("$ref"))];

/// The attribute of that name; names are case-sensitive here, unlike in the RFC (reference §2.6).
pub(crate) fn find(attributes: &'static [Attribute], name: &str) -> Option<&'static Attribute> {
    attributes.iter().find(|attribute| attribute.name == name)
}
