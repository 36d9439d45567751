"""What is asked about charging cards, and how they are shown. No request writes a card's number into the audit."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from core.inventory import Tag
from core.texts import Finding
from operations.edge import InvalidRequestError
from operations.entry_requests import id_findings
from operations.inventory import ChangeRow
from operations.keepers import EntryKind
from operations.values import Limit


class TagState(StrEnum):
    """Whether a card may charge today."""

    VALID = "valid"
    BLOCKED = "blocked"
    NOT_YET = "not_yet"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListTags:
    """Which cards: in a state, of a vehicle, or with a text in id or name. Former ones are among them."""

    state: TagState | None = None
    vehicle: str | None = None
    query: str | None = None
    limit: Limit = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfTag:
    """Something asked about one card."""

    id: str

    def __post_init__(self) -> None:
        """Refuse an id that is none: it might be a card's number."""
        _refuse(self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowTag(_OfTag):
    """One card by its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListUnknownTags:
    """The cards that nobody knows and that were held before a charge point, last seen first."""

    limit: Limit = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddTag:
    """A new card, called `label`, with its number (`uid`) or the `pseudonym` under which an unknown one was seen.

    It belongs to a `vehicle` or to a `group` of people such as a department, from `valid_from` (today) on.
    """

    id: str
    label: str
    uid: str | None = field(default=None, repr=False)
    pseudonym: str | None = None
    vehicle: str | None = None
    group: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    def __post_init__(self) -> None:
        """Refuse what must not even be written to the audit: a number where everybody reads it."""
        _refuse(self.id)
        number = (self.uid or "").strip().casefold()
        said = (self.id, self.label, self.vehicle or "", self.group or "")
        if number and any(number in text.casefold() for text in said):
            raise InvalidRequestError([Finding.of("tags.number_in_the_open", field="label")])


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignTag(_OfTag):
    """Whose a card is from `valid_from` (today) on: a `vehicle`'s or a `group`'s. What was before stays as it was."""

    vehicle: str | None = None
    group: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockTag(_OfTag):
    """A card that may not charge from now on; a session that has begun goes on. The `reason` stands in the audit.

    `clear_caches` has charge points forget the cards they learnt: some let those charge without asking.
    """

    reason: str = ""
    clear_caches: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UnblockTag(_OfTag):
    """A card that may charge again."""

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TagRow:
    """A card and whose it is. `number_known` tells that its number is kept, sealed; `managed` that it can be changed.

    A card that is known by its pseudonym alone is accepted by charge points that ask, and cannot be put on their lists.
    """

    id: str
    name: str
    pseudonym: str
    state: TagState
    vehicle: str | None
    vehicle_name: str | None
    group: str
    site: str | None
    valid_from: date
    valid_to: date | None
    number_known: bool
    managed: bool
    blocked: bool = False
    card_group: str = ""
    sites: tuple[str, ...] = ()
    calendar: str | None = None
    energy_limit_wh: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TagDetail:
    """A card with its other entries (of whom it was before, and will be) and with what was changed of it."""

    tag: TagRow
    file: str | None
    line: int | None
    others: tuple[TagRow, ...]
    changes: tuple[ChangeRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownTagRow:
    """A card that nobody knows: where and how often it was held before a charge point."""

    pseudonym: str
    station: str
    station_name: str
    site: str | None
    count: int
    first_seen_utc: datetime
    last_seen_utc: datetime
    age_s: float | None


def state_of(tag: Tag, day: date) -> TagState:
    """Return whether a card may charge on a day."""
    if tag.valid_to is not None and tag.valid_to <= day:
        return TagState.ENDED
    if tag.blocked:
        return TagState.BLOCKED
    return TagState.VALID if tag.valid_from <= day else TagState.NOT_YET


def entry_of(name: str) -> str:
    """Return a card's id as that of an entry."""
    return f"{EntryKind.TAGS}/{name}"


def _refuse(name: str) -> None:
    if id_findings(entry_of(name)):
        raise InvalidRequestError([Finding.of("tags.id_invalid", field="id")])
