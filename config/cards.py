"""How the numbers of charging cards are kept in what the service writes: by pseudonym, and sealed."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field

from chargepoints.privacy import Privacy
from config.entries import entry_in
from config.splice import change_entry
from core.errors import UnavailableError

TAGS = "tags"


@dataclass(frozen=True, slots=True)
class CardNumbers:
    """Puts pseudonym and seal where a number stands. The same number gets the same seal for as long as this lives."""

    pseudonym: Callable[[str], str]
    seal: Callable[[bytes], bytes]
    _made: dict[str, dict[str, str | None]] = field(default_factory=dict, repr=False)

    @classmethod
    def under(cls, key: bytes) -> CardNumbers:
        """Return how numbers are kept under the service's key."""
        privacy = Privacy(key)
        return cls(privacy.token, privacy.seal)

    def anew(self) -> CardNumbers:
        """Return the same without what it sealed so far."""
        return CardNumbers(self.pseudonym, self.seal)

    @property
    def count(self) -> int:
        """Return how many numbers it has sealed."""
        return len(self._made)

    def sealed(self, uid: str) -> dict[str, str | None]:
        """Return the keys of an entry that stand for its number, and take the number itself away."""
        if uid not in self._made:
            seal = urlsafe_b64encode(self.seal(uid.encode())).decode()
            self._made[uid] = {"uid": None, "pseudonym": self.pseudonym(uid), "uid_sealed": seal}
        return self._made[uid]


def without_number(numbers: CardNumbers | None, entry: str, lines: str | None) -> str | None:
    """Return the lines of a card without its number in the clear.

    Raises `UnavailableError` where nothing seals, and `config.splice.UnwritableError` for lines of unusual layout.
    """
    uid = entry_in(lines).get("uid")
    if lines is None or not isinstance(uid, str):
        return lines
    if numbers is None:
        raise UnavailableError("config.cards_without_key")
    return change_entry(lines, entry, numbers.sealed(uid))
