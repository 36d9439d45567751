"""Which combustion vehicles a scenario replaces: all suitable ones, the first of the ranking, or some by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from core.errors import NotFoundError, RequestError
from fleet.candidates.driven_again import with_outlets
from fleet.candidates.verdicts import Suitability
from operations.candidates.candidates import part_of_id, ranking
from operations.candidates.facts import ReadCandidates, replay_in_worker
from operations.candidates.rows import Candidate
from operations.house import House

TOP: Final = "top:"
VEHICLES_MOST: Final = 200
TOP_DIGITS: Final = 4
POSSIBLE: Final = frozenset({Suitability.SUITABLE, Suitability.WITH_CHARGING})


class SelectionKind(StrEnum):
    """How the vehicles of a scenario are chosen."""

    TODAY = "today"
    """None is replaced."""
    SUITABLE = "suitable"
    TOP = "top"
    ONLY = "only"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which vehicles are replaced: `number` of the ranking, or the `vehicles` named."""

    kind: SelectionKind
    number: int = 0
    vehicles: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Return how it is asked for."""
        if self.kind is SelectionKind.TOP:
            return f"{TOP}{self.number}"
        return ",".join(self.vehicles) if self.kind is SelectionKind.ONLY else self.kind.value

    @property
    def parts(self) -> tuple[str, ...]:
        """Return how figure ids spell it."""
        if self.kind is SelectionKind.TOP:
            return (f"top_{self.number}",)
        return (self.kind.value, *map(part_of_id, self.vehicles))


TODAY: Final = Selection(SelectionKind.TODAY)
SUITABLE: Final = Selection(SelectionKind.SUITABLE)


def selection_of(text: str) -> Selection:
    """Return the selection that `suitable`, `top:3` or `aut-106,aut-107` means. Raises `RequestError` for another."""
    said = text.strip()
    if said in {SelectionKind.SUITABLE, SelectionKind.TODAY}:
        return Selection(SelectionKind(said))
    if said.startswith(TOP):
        return _top(said.removeprefix(TOP), said)
    vehicles = tuple(dict.fromkeys(each.strip() for each in said.split(",") if each.strip()))
    if not vehicles or len(vehicles) > VEHICLES_MOST:
        raise RequestError("scenario.selection_invalid", text=said[:80])
    return Selection(SelectionKind.ONLY, vehicles=vehicles)


def selection_from(parts: Sequence[str], names: Sequence[str]) -> Selection:
    """Return the selection that a figure id spells. Raises `NotFoundError` for none."""
    kind, *rest = parts or ("",)
    if kind in {SelectionKind.SUITABLE, SelectionKind.TODAY} and not rest:
        return Selection(SelectionKind(kind))
    if kind.startswith("top_") and not rest:
        return _top(kind.removeprefix("top_"), kind)
    known = {part_of_id(name): name for name in names}
    if kind != SelectionKind.ONLY or not rest or not set(rest) <= set(known):
        raise NotFoundError("evidence.scope_unknown", scope=".".join(parts)[:80])
    return Selection(SelectionKind.ONLY, vehicles=tuple(known[part] for part in rest))


def _top(number: str, said: str) -> Selection:
    if not (number.isascii() and number.isdigit() and len(number) <= TOP_DIGITS and int(number)):
        raise RequestError("scenario.selection_invalid", text=said[:80])
    return Selection(SelectionKind.TOP, int(number))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """The vehicles in their order, as they stand and, by id, as if everyone had an outlet wherever it stands.

    `read` holds the replays with those outlets.
    """

    read: ReadCandidates
    items: tuple[Candidate, ...]
    with_outlets: Mapping[str, Candidate]


async def rank(house: House, read: ReadCandidates, years: int) -> Ranking:
    """Return the ranking that selections choose from."""
    facts = [with_outlets(each) for each in read.facts.values()]
    found = {each.vehicle: each for each in await replay_in_worker(house, facts, read.models)}
    free = replace(read, replayed=found)
    rows = {row.vehicle: row for row in ranking(house, free, years)}
    return Ranking(read=free, items=ranking(house, read, years), with_outlets=rows)


def choose(ranking: Ranking, selection: Selection) -> tuple[Candidate, ...]:
    """Return the vehicles that a selection replaces, each with its best model first, given outlets for all.

    Raises `NotFoundError` for a vehicle that is no combustion vehicle of the fleet.
    """
    rows = [ranking.with_outlets[each.vehicle] for each in ranking.items if each.models]
    match selection.kind:
        case SelectionKind.TODAY:
            return ()
        case SelectionKind.TOP:
            return tuple(rows[: selection.number])
        case SelectionKind.SUITABLE:
            return tuple(row for row in rows if row.suitability in POSSIBLE)
        case SelectionKind.ONLY:
            return tuple(_named(ranking, name) for name in selection.vehicles)


def _named(ranking: Ranking, name: str) -> Candidate:
    found = ranking.with_outlets.get(name)
    if found is None:
        raise NotFoundError("scenario.no_candidate", id=name[:80])
    return found
