"""Who asks: accounts and what their tier gives them."""

from __future__ import annotations

from typing import Literal

from shared.contracts.value import Value

Tier = Literal["free", "pro", "enterprise"]
PRIORITY: dict[Tier, int] = {"free": 0, "pro": 4, "enterprise": 8}


class Account(Value):
    """An account. ``id`` is what its rows carry."""

    id: str
    name: str
    tier: Tier

    @property
    def priority(self) -> int:
        """Priority of its jobs, 0..9, higher first."""
        return PRIORITY[self.tier]


def local_account(tier: Tier) -> Account:
    """Return the one account of a studio that asks nobody who they are."""
    return Account(id="local", name="local", tier=tier)
