"""Whether a tag may charge. Tags are known by their pseudonyms only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from chargepoints.privacy import Privacy
from core.facts import TagVerdict
from core.inventory import Inventory, Tag


class Tags:
    """The inventory's tags by pseudonym; made anew when the inventory is another."""

    def __init__(self, inventory: Callable[[], Inventory], privacy: Privacy, *, accept_unknown: bool) -> None:
        self._inventory = inventory
        self._privacy = privacy
        self._accept_unknown = accept_unknown
        self._indexed: Inventory | None = None
        self._by_token: dict[str, list[Tag]] = {}

    def is_known(self, token: str) -> bool:
        """Return whether the inventory has the tag, valid or not."""
        return token in self._index()

    def verdict(self, token: str, day: date) -> TagVerdict:
        """Return whether the tag may charge on `day`.

        A card handed on has several entries; one valid entry is enough. One that is not valid
        yet is blocked, as is one that people blocked; an unknown one is invalid, unless the settings accept it.
        """
        tags = self._index().get(token)
        if tags is None:
            return TagVerdict.ACCEPTED if self._accept_unknown else TagVerdict.INVALID
        in_force = [tag for tag in tags if tag.valid_on(day)]
        if in_force:
            return TagVerdict.BLOCKED if any(tag.blocked for tag in in_force) else TagVerdict.ACCEPTED
        expired = any(tag.valid_to is not None and tag.valid_to <= day for tag in tags)
        return TagVerdict.EXPIRED if expired else TagVerdict.BLOCKED

    def _index(self) -> dict[str, list[Tag]]:
        inventory = self._inventory()
        if inventory is not self._indexed:
            by_token: dict[str, list[Tag]] = {}
            for tag in inventory.tags.values():
                by_token.setdefault(tag.known_as(self._privacy.token), []).append(tag)
            self._indexed, self._by_token = inventory, by_token
        return self._by_token
