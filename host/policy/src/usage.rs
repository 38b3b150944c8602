//! What a plugin used.

/// Use of one kind of call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallUsage {
    /// How often it was called.
    pub calls: u64,
    /// Items decided; 0 for `configure`.
    pub items: u64,
    /// Fuel used in all. The same for the same plugin, configuration, input and batch size.
    pub fuel: u64,
}

impl CallUsage {
    pub(crate) fn count(&mut self, items: usize, fuel: u64) {
        self.calls += 1;
        self.items += items as u64;
        self.fuel += fuel;
    }

    fn plus(self, other: Self) -> Self {
        Self {
            calls: self.calls + other.calls,
            items: self.items + other.items,
            fuel: self.fuel + other.fuel,
        }
    }

    /// Fuel per item, rounded up; none before the first item.
    pub fn fuel_per_item(&self) -> Option<u64> {
        (self.items > 0).then(|| self.fuel.div_ceil(self.items))
    }
}

/// What a configured policy has used so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Starting the plugin.
    pub start: CallUsage,
    /// `configure`.
    pub configure: CallUsage,
    /// `decide-groups`.
    pub decide_groups: CallUsage,
    /// `decide-users`.
    pub decide_users: CallUsage,
    /// Bytes of linear memory, which only grows.
    pub memory: usize,
    /// Log lines dropped because the log was full.
    pub log_lines_dropped: u64,
}

impl Usage {
    /// What two policies used together.
    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            start: self.start.plus(other.start),
            configure: self.configure.plus(other.configure),
            decide_groups: self.decide_groups.plus(other.decide_groups),
            decide_users: self.decide_users.plus(other.decide_users),
            memory: self.memory + other.memory,
            log_lines_dropped: self.log_lines_dropped + other.log_lines_dropped,
        }
    }
}
