"""Settings as they are wanted, compared with what a station has by what they mean, not by how they are written.

Stations write `TRUE` for `true`, `60.0` for `60`, lists in another order or case, and keys in another case,
as OCPP takes names of settings without regard to case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum


class SettingKind(StrEnum):
    """What the value of a setting is."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    LIST = "list"
    ANY = "any"
    """Nobody knows which: of a setting that only its maker names."""


class SettingState(StrEnum):
    """How a setting of a station stands to what is wanted."""

    SAME = "same"
    DIFFERS = "differs"
    MISSING = "missing"
    READ_ONLY = "read_only"
    NOT_VERIFIABLE = "not_verifiable"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedSetting:
    """A setting as it should be. The `value` of one that can only be written is never shown."""

    key: str
    value: str = field(repr=False)
    kind: SettingKind = SettingKind.TEXT
    write_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSetting:
    """A setting as the station told it; `value` is None where it keeps it to itself."""

    value: str | None
    read_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How one setting stands. `cut_short` is true where the station kept only the first entries of a list."""

    key: str
    state: SettingState
    cut_short: bool = False


def compare(wanted: Iterable[WantedSetting], live: Mapping[str, LiveSetting] | None) -> tuple[Difference, ...]:
    """Return how each wanted setting stands, by name; all are unknown where the station was never read."""
    told = None if live is None else {plain_key(key): one for key, one in live.items()}
    return tuple(_difference(one, told) for one in sorted(wanted, key=lambda one: one.key.casefold()))


def means_same(kind: SettingKind, one: str, other: str) -> bool:
    """Return whether two values of a setting mean the same. What is no value of its kind is compared as text."""
    return may_mean_same(one, other) if kind is SettingKind.ANY else _meaning(kind, one) == _meaning(kind, other)


def may_mean_same(one: str, other: str) -> bool:
    """Return whether two values mean the same, whatever they are values of."""
    return any(_meaning(kind, one) == _meaning(kind, other) for kind in SettingKind)


def plain_key(key: object) -> str:
    """Return the name of a setting as it is told apart: without case, and without what 2.x takes for granted."""
    return str(key).strip().casefold().removesuffix(":actual")


def _difference(wanted: WantedSetting, told: Mapping[str, LiveSetting] | None) -> Difference:
    if told is None:
        return Difference(key=wanted.key, state=SettingState.UNKNOWN)
    live = told.get(plain_key(wanted.key))
    if wanted.write_only:
        return Difference(key=wanted.key, state=SettingState.NOT_VERIFIABLE)
    if live is None:
        return Difference(key=wanted.key, state=SettingState.MISSING)
    if live.value is None:
        return Difference(key=wanted.key, state=SettingState.NOT_VERIFIABLE)
    if means_same(wanted.kind, wanted.value, live.value):
        return Difference(key=wanted.key, state=SettingState.SAME)
    state = SettingState.READ_ONLY if live.read_only else SettingState.DIFFERS
    return Difference(key=wanted.key, state=state, cut_short=_is_cut_short(wanted, live.value))


def _is_cut_short(wanted: WantedSetting, value: str) -> bool:
    if wanted.kind is not SettingKind.LIST:
        return False
    asked, kept = _entries(wanted.value), _entries(value)
    return 0 < len(kept) < len(asked) and asked[: len(kept)] == kept


def _entries(value: str) -> list[str]:
    return [entry.strip().casefold() for entry in value.split(",") if entry.strip()]


def _meaning(kind: SettingKind, value: str) -> object:
    text = value.strip()
    if kind is SettingKind.LIST:
        return frozenset(_entries(text))
    if kind is SettingKind.BOOLEAN:
        return text.casefold()
    return _number(text) if kind is SettingKind.NUMBER else text


def _number(text: str) -> Decimal | str:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    return number if number.is_finite() else text
