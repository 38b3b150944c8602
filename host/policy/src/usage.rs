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
