"""What can be asked of the inventory's entries, and what is refused before it reaches the audit.

An entry is named by kind and id, `meters/rathaus-strom`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from config.values import is_slug
from core.texts import Finding
from operations.edge import InvalidRequestError
from operations.keepers import EntryKind
from operations.values import Limit

TAG_FIELDS = ("name", "vehicle", "group", "blocked", "pseudonym", "valid_from", "valid_to")
"""What may be said of a card in the open; its number has a field of its own, which no audit or log shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEntries:
    """Which entries: of a kind, or with a text in id or name. Former ones are among them."""

    kind: EntryKind | None = None
    query: str | None = None
    limit: Limit = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowEntry:
    """One entry by kind and id, such as `meters/rathaus-strom`."""

    id: str

    def __post_init__(self) -> None:
        """Refuse an id that is none."""
        _refuse(id_findings(self.id))


@dataclass(frozen=True, slots=True, kw_only=True)
class AddEntry:
    """A new entry. `values` are written `field=value`, e.g. `site=rathaus` or `feed.topic=tele/rathaus/SENSOR`.

    `uid` is the number of a charging card.
    """

    id: str
    values: tuple[str, ...] = ()
    uid: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Refuse what must not even be written to the audit."""
        _refuse(_request_findings(self.id, self.values, self.uid))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeEntry:
    """Sets fields of an entry, each written `field=value`; `field=` removes one. All others stay."""

    id: str
    values: tuple[str, ...] = ()
    uid: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Refuse what must not even be written to the audit."""
        _refuse(_request_findings(self.id, self.values, self.uid))


@dataclass(frozen=True, slots=True, kw_only=True)
class EndEntry:
    """Ends an entry: `valid_to` is the first day on which it is not valid any more."""

    id: str
    valid_to: date

    def __post_init__(self) -> None:
        """Refuse an id that is none."""
        _refuse(id_findings(self.id))


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoChange:
    """Takes back a change by its number."""

    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListChanges:
    """The changes of all entries, or of one such as `meters/rathaus-strom`."""

    entry: str | None = None
    limit: Limit = 50
    cursor: str | None = None


def parts_of(id: str) -> tuple[EntryKind, str]:  # noqa: A002
    """Return kind and name of an id that was not refused."""
    kind, _, name = id.partition("/")
    return EntryKind(kind), name


def given_in(request: AddEntry | ChangeEntry) -> dict[str, str]:
    """Return what is said of an entry, by field."""
    pairs = [value.partition("=") for value in request.values]
    given = {field.strip(): text.strip() for field, _, text in pairs}
    return given if request.uid is None else {**given, "uid": request.uid}


def _refuse(findings: list[Finding]) -> None:
    if findings:
        raise InvalidRequestError(findings)


def id_findings(id: str) -> list[Finding]:  # noqa: A002
    """Return what is wrong with kind and name of an entry; what was written is not repeated."""
    kind, _, name = id.partition("/")
    if kind in set(EntryKind) and is_slug(name):
        return []
    # What was written is not repeated: it may be the number of a card.
    return [Finding.of("inventory.id_invalid", field="id", expected=", ".join(EntryKind))]


def _request_findings(id: str, values: tuple[str, ...], uid: str | None) -> list[Finding]:  # noqa: A002
    """Return what is wrong with a request as such; what it says is checked with the whole configuration."""
    findings = id_findings(id)
    card = id.startswith(f"{EntryKind.TAGS}/")
    if uid is not None and not card:
        findings.append(Finding.of("inventory.uid_unused", field="uid"))
    seen: set[str] = set()
    for number, value in enumerate(values, start=1):
        name, equals, _ = (part.strip() for part in value.partition("="))
        if not equals or not name:
            findings.append(Finding.of("inventory.value_malformed", field="values", number=number))
        elif card and name not in TAG_FIELDS:
            expected = ", ".join(TAG_FIELDS)
            findings.append(Finding.of("inventory.card_field", field="values", number=number, expected=expected))
        elif name in seen:
            findings.append(Finding.of("inventory.value_twice", field="values", number=number))
        seen.add(name)
    return findings
