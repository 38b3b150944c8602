"""Write Usher policies in Python: a subclass of `Policy`, with answers made of `sync`, `keep`, `skip` and `hold`.

What the contract's own records look like is known to `component` alone.
"""

from .account import Account, Address, PersonName, Work
from .configuration import NoConfig
from .decision import Decision, TargetGroup, hold, keep, skip, sync, sync_account, sync_all
from .policy import Needs, Policy, Run
from .problem import Problem, Problems
from .profile import Group, User

__all__ = [
    "Account", "Address", "Decision", "Group", "Needs", "NoConfig", "PersonName", "Policy", "Problem", "Problems", "Run",
    "TargetGroup", "User", "Work", "hold", "keep", "skip", "sync", "sync_account", "sync_all",
]
