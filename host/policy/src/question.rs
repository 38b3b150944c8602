//! What is put to a policy, and what comes back: the same in form for groups and for users.

use std::collections::BTreeMap;

use usher_core::decision::{GroupDecision, GroupVerdict, Reason, TargetGroup, UserDecision, UserVerdict};
use usher_core::desired::UserToDecide;
use usher_core::source::SourceGroup;
use wasmtime::{Result, Store};

use crate::contract::Plugin;
use crate::limits::{MESSAGE_BYTES, RULE_BYTES};
use crate::needs::Needs;
use crate::place::Call;
use crate::sandbox::Sandbox;
use crate::text;

/// The rule that is named when no policy was asked.
const DEFAULT_RULE: &str = "default";

/// Something a policy decides.
pub(crate) trait Question: Sized + Sync {
    /// The decision of one.
    type Decision: Decision + Send;

    /// The call that decides them.
    const CALL: Call;

    /// Okta's id.
    fn id(&self) -> &str;

    /// Whether the policy wants to be asked.
    fn is_wanted(needs: &Needs) -> bool;

    /// The host's own decision, for a policy that does not want to be asked.
    fn default_decision(&self) -> Self::Decision;

    /// Asks; the outer `Result` is the sandbox's, the inner one the plugin's.
    fn ask(
        plugin: &dyn Plugin,
        store: &mut Store<Sandbox>,
        items: &[Self],
        needs: &Needs,
    ) -> Result<Result<Vec<Self::Decision>, String>>;
}

/// An answer.
pub(crate) trait Decision: Sized {
    /// The id it says it answers.
    fn id(&self) -> &str;

    /// The target groups it names.
    fn target_groups(&self) -> &[TargetGroup];

    /// Its reason.
    fn why(&self) -> &Reason;

    /// The same with its reason escaped and shortened.
    fn with_reason_shown(self) -> Self;
}

fn reason_shown(why: Reason) -> Reason {
    Reason::new(text::shown_name(&why.rule, RULE_BYTES), text::shown(&why.message, MESSAGE_BYTES))
}

impl Question for SourceGroup {
    type Decision = GroupDecision;

    const CALL: Call = Call::DecideGroups;

    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn is_wanted(needs: &Needs) -> bool {
        needs.groups
    }

    fn default_decision(&self) -> GroupDecision {
        let own = TargetGroup { key: None, display_name: self.name.clone() };
        GroupDecision {
            id: self.id.clone(),
            verdict: GroupVerdict::Sync(vec![own]),
            why: Reason::new(DEFAULT_RULE, "the policy does not decide groups"),
        }
    }

    fn ask(
        plugin: &dyn Plugin,
        store: &mut Store<Sandbox>,
        items: &[Self],
        needs: &Needs,
    ) -> Result<Result<Vec<GroupDecision>, String>> {
        plugin.decide_groups(store, items, needs)
    }
}

impl Question for UserToDecide {
    type Decision = UserDecision;

    const CALL: Call = Call::DecideUsers;

    fn id(&self) -> &str {
        self.source.id.as_str()
    }

    fn is_wanted(needs: &Needs) -> bool {
        needs.users
    }

    fn default_decision(&self) -> UserDecision {
        UserDecision {
            id: self.source.id.clone(),
            verdict: UserVerdict::Keep,
            groups: None,
            why: Reason::new(DEFAULT_RULE, "the policy does not decide users"),
            groups_by_others: BTreeMap::new(),
        }
    }

    fn ask(
        plugin: &dyn Plugin,
        store: &mut Store<Sandbox>,
        items: &[Self],
        needs: &Needs,
    ) -> Result<Result<Vec<UserDecision>, String>> {
        plugin.decide_users(store, items, needs)
    }
}

impl Decision for GroupDecision {
    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn target_groups(&self) -> &[TargetGroup] {
        match &self.verdict {
            GroupVerdict::Sync(groups) => groups,
            GroupVerdict::Skip | GroupVerdict::Hold => &[],
        }
    }

    fn why(&self) -> &Reason {
        &self.why
    }

    fn with_reason_shown(self) -> Self {
        Self { why: reason_shown(self.why), ..self }
    }
}

impl Decision for UserDecision {
    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn target_groups(&self) -> &[TargetGroup] {
        self.groups.as_deref().unwrap_or_default()
    }

    fn why(&self) -> &Reason {
        &self.why
    }

    fn with_reason_shown(self) -> Self {
        Self { why: reason_shown(self.why), ..self }
    }
}
