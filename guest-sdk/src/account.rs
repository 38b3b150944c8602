//! An account as Identity Center accepts it. In JSON its fields have the contract's names: `user-name`, `work.cost-center`.

/// An account: single values only, and never an empty text. In a draft a required text may be empty when Okta has no value for
/// it; a policy may fill it in, and a person whose account is still incomplete after the decision is held.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Account {
    /// What SAML's NameID must equal. Required.
    pub user_name: String,
    /// Whether the person may sign in.
    pub active: bool,
    /// The name on the screen. Required.
    pub display_name: String,
    /// The parts of the name.
    pub name: PersonName,
    /// The one mail address.
    pub email: Option<String>,
    /// The one phone number.
    pub phone: Option<String>,
    /// Nickname.
    pub nick_name: Option<String>,
    /// Job title.
    pub title: Option<String>,
    /// Kind of employment, free text.
    pub user_type: Option<String>,
    /// A page about the person.
    pub profile_url: Option<String>,
    /// Preferred language, such as `en-GB`.
    pub preferred_language: Option<String>,
    /// Locale, such as `en_GB`.
    pub locale: Option<String>,
    /// Time zone, such as `Europe/Lisbon`.
    pub timezone: Option<String>,
    /// The one postal address.
    pub address: Option<Address>,
    /// The enterprise attributes.
    pub work: Option<Work>,
}

impl Account {
    /// The same account with a change:
    /// `sync_account(user.draft.with(|account| account.title = None))`.
    #[must_use]
    pub fn with(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut account = self.clone();
        change(&mut account);
        account
    }

    /// The enterprise attributes, to be changed.
    pub fn work_mut(&mut self) -> &mut Work {
        self.work.get_or_insert_default()
    }

    /// The postal address, to be changed.
    pub fn address_mut(&mut self) -> &mut Address {
        self.address.get_or_insert_default()
    }
}

/// The parts of a name.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct PersonName {
    /// First name. Required.
    pub given: String,
    /// Last name. Required.
    pub family: String,
    /// The whole name as one text.
    pub formatted: Option<String>,
    /// Middle name.
    pub middle: Option<String>,
    /// Honorific before the name.
    pub prefix: Option<String>,
    /// Honorific after the name.
    pub suffix: Option<String>,
}

/// A postal address.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Address {
    /// The whole address as one text.
    pub formatted: Option<String>,
    /// Street and number.
    pub street: Option<String>,
    /// City.
    pub locality: Option<String>,
    /// State or region.
    pub region: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// Country code.
    pub country: Option<String>,
}

/// SCIM's enterprise extension: what attribute-based access control reads.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Work {
    /// Personnel number.
    pub employee_number: Option<String>,
    /// Cost centre.
    pub cost_center: Option<String>,
    /// Organisation.
    pub organization: Option<String>,
    /// Division.
    pub division: Option<String>,
    /// Department.
    pub department: Option<String>,
    /// The manager's id, not a name: AWS takes no more.
    pub manager: Option<String>,
}
