"""The numbers of tags, which stations must be told and nobody else sees."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from collections.abc import Callable

from chargepoints.privacy import Privacy
from core.errors import FormatError
from core.inventory import Inventory


def unknown_number(_pseudonym: str) -> str | None:
    """Return no number."""
    return None


class TagNumbers:
    """Finds the number of a tag of the inventory by its pseudonym."""

    def __init__(self, inventory: Callable[[], Inventory], privacy: Privacy) -> None:
        self._inventory = inventory
        self._privacy = privacy

    def uid_of(self, pseudonym: str) -> str | None:
        """Return the number of a tag, None where the inventory does not have it or it cannot be opened."""
        for tag in self._inventory().tags.values():
            if tag.known_as(self._privacy.token) != pseudonym:
                continue
            if tag.uid:
                return tag.uid
            if tag.uid_sealed:
                return self._opened(tag.uid_sealed)
        return None

    def _opened(self, sealed: str) -> str | None:
        try:
            return self._privacy.open(urlsafe_b64decode(sealed)).decode()
        except (FormatError, ValueError):
            return None
