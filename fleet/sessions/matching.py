"""Whose session it was: what speaks for and against each vehicle, how surely, and nobody's where that is not clear.

The rule (own, no law): each hint that speaks for a vehicle leaves its doubt (1 - weight) of what doubt there
was; each that speaks against it leaves its own (1 - weight) of the confidence:

    confidence = (1 - product of (1 - FOR)) x product of (1 - AGAINST)

A session is the vehicle's with the highest confidence, if that is at least `SURE` and at least `AHEAD` of
every other's; else it is nobody's, and the candidates are named. What a person said holds. No vehicle charges at
two outlets at once: the surer session keeps it, of two that are about as sure none does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from math import prod
from typing import Final

from core.fleet import MatchBasis
from core.texts import Finding

FOR: Final[Mapping[MatchBasis, Decimal]] = {
    MatchBasis.TAG: Decimal("0.90"),
    MatchBasis.PLUG: Decimal("0.70"),
    MatchBasis.SOC: Decimal("0.60"),
    MatchBasis.SITE: Decimal("0.30"),
}
"""How much each hint says: the session's card is the vehicle's; it was plugged in as the session began; its charge rose
as much as the energy explains; it stood at the site."""

AGAINST: Final[Mapping[MatchBasis, Decimal]] = {
    MatchBasis.PLUG: Decimal("0.80"),
    MatchBasis.SOC: Decimal("0.70"),
    MatchBasis.SITE: Decimal("0.90"),
}
"""How much each hint says against: it was not plugged in; its charge did not rise; it was elsewhere, or drove."""

SURE: Final = Decimal("0.50")
AHEAD: Final = Decimal("0.20")
OVERLAP_MAX: Final = timedelta(minutes=2)
"""So long two sessions of a vehicle may overlap: the clocks of stations differ."""

ONE: Final = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A vehicle that a session may be of: what speaks for it and what against."""

    vehicle: str
    hints: frozenset[MatchBasis] = frozenset()
    counter: frozenset[MatchBasis] = frozenset()

    @property
    def confidence(self) -> Decimal:
        """Return how sure it is, from 0 to 1, with two decimals."""
        doubt = prod((ONE - FOR[hint] for hint in self.hints), start=ONE)
        left = prod((ONE - AGAINST[hint] for hint in self.counter), start=ONE)
        return ((ONE - doubt) * left).quantize(Decimal("0.01"))

    @property
    def basis(self) -> MatchBasis:
        """Return the surest hint."""
        return next((basis for basis in MatchBasis if basis in self.hints), MatchBasis.NONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A session whose vehicle is asked for. `tag_vehicles` are all that its card is of on that day.

    `by_hand`: a person has said whose it is, `hand` (None: of none of ours).
    """

    session: str
    outlet: str
    begun_at_utc: datetime
    ended_at_utc: datetime
    claims: tuple[Claim, ...] = ()
    tag_vehicles: tuple[str, ...] = ()
    by_hand: bool = False
    hand: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Whose session it was (None: not known, or of none of ours), by what, how surely, and what is odd about it."""

    session: str
    vehicle: str | None
    basis: MatchBasis
    confidence: Decimal
    findings: tuple[Finding, ...] = ()


@dataclass(slots=True)
class _Standing:
    """How a session stands while it is compared with others: vehicles it has lost to them, and why."""

    ask: Ask
    lost: dict[str, Finding] = field(default_factory=dict)
    match: Match = field(init=False)

    def __post_init__(self) -> None:
        self.match = _alone(self.ask, frozenset())

    def lose(self, vehicle: str, why: Finding) -> None:
        self.lost[vehicle] = why
        match = _alone(self.ask, self.lost.keys())
        self.match = replace(match, findings=(*match.findings, *self.lost.values()))


def match_sessions(asks: Sequence[Ask]) -> dict[str, Match]:
    """Return whose each session was, by session."""
    standings = [_Standing(ask) for ask in asks]
    while conflicts := list(_conflicts(standings)):
        for one, other in conflicts:
            if one.match.vehicle == other.match.vehicle is not None:  # neither has lost it to a third one since
                _settle(one, other)
    for one, other in _doubled_by_hand(standings):
        for each, rival in ((one, other), (other, one)):
            why = _two_places(each, rival)
            each.match = replace(each.match, findings=(*each.match.findings, why))
    return {standing.ask.session: standing.match for standing in standings}


def _alone(ask: Ask, without: Collection[str]) -> Match:
    """Return whose a session is, all others aside."""
    if ask.by_hand:
        return Match(session=ask.session, vehicle=ask.hand, basis=MatchBasis.HAND, confidence=ONE)
    claims = sorted(
        (claim for claim in ask.claims if claim.vehicle not in without and claim.hints),
        key=lambda claim: (-claim.confidence, claim.vehicle),
    )
    said = tuple(_tag_findings(ask, claims))
    if not claims or claims[0].confidence < SURE:
        return _nobody(ask, claims, said)
    best = claims[0]
    rivals = [claim for claim in claims[1:] if best.confidence - claim.confidence < AHEAD]
    if rivals:
        named = ", ".join(sorted(claim.vehicle for claim in (best, *rivals)))
        return _nobody(ask, (), (*said, Finding.of("matching.ambiguous", vehicles=named)))
    return Match(session=ask.session, vehicle=best.vehicle, basis=best.basis, confidence=best.confidence, findings=said)


def _nobody(ask: Ask, claims: Sequence[Claim], said: tuple[Finding, ...]) -> Match:
    possible = ", ".join(claim.vehicle for claim in claims if claim.confidence > 0)
    unsure = (Finding.of("matching.unsure", vehicles=possible),) if possible else ()
    nothing = (Finding.of("matching.nobody"),) if not possible and not said else ()
    return Match(
        session=ask.session,
        vehicle=None,
        basis=MatchBasis.NONE,
        confidence=Decimal(0),
        findings=(*said, *unsure, *nothing),
    )


def _tag_findings(ask: Ask, claims: Sequence[Claim]) -> Iterator[Finding]:
    if len(ask.tag_vehicles) > 1:
        yield Finding.of("matching.tag_shared", vehicles=", ".join(ask.tag_vehicles))
    for claim in claims:
        if MatchBasis.TAG in claim.hints and MatchBasis.SITE in claim.counter:
            yield Finding.of("matching.tag_elsewhere", vehicle=claim.vehicle)
        elif MatchBasis.TAG in claim.hints and MatchBasis.PLUG in claim.counter:
            yield Finding.of("matching.tag_unplugged", vehicle=claim.vehicle)


def _conflicts(standings: Sequence[_Standing]) -> Iterator[tuple[_Standing, _Standing]]:
    """Yield two sessions that one vehicle cannot both have had, unless a person said so of both."""
    for one, other in _at_once(standings):
        if not (one.ask.by_hand and other.ask.by_hand):
            yield one, other


def _doubled_by_hand(standings: Sequence[_Standing]) -> list[tuple[_Standing, _Standing]]:
    return [(one, other) for one, other in _at_once(standings) if one.ask.by_hand and other.ask.by_hand]


def _at_once(standings: Sequence[_Standing]) -> Iterator[tuple[_Standing, _Standing]]:
    """Yield pairs of sessions at different outlets at the same time that are one vehicle's."""
    by_vehicle: dict[str, list[_Standing]] = {}
    for standing in standings:
        if standing.match.vehicle is not None:
            by_vehicle.setdefault(standing.match.vehicle, []).append(standing)
    for rivals in by_vehicle.values():
        rivals.sort(key=lambda standing: standing.ask.begun_at_utc)
        for place, one in enumerate(rivals, 1):
            for other in rivals[place:]:
                if other.ask.begun_at_utc >= one.ask.ended_at_utc:
                    break
                if one.ask.outlet != other.ask.outlet and _overlap(one.ask, other.ask) > OVERLAP_MAX:
                    yield one, other


def _overlap(one: Ask, other: Ask) -> timedelta:
    return min(one.ended_at_utc, other.ended_at_utc) - max(one.begun_at_utc, other.begun_at_utc)


def _settle(one: _Standing, other: _Standing) -> None:
    """Let the surer session keep the vehicle; where neither is, none does."""
    vehicle = one.match.vehicle
    assert vehicle is not None  # noqa: S101 - sessions of nobody are in no conflict
    lead = one.match.confidence - other.match.confidence
    reasons = _two_places(one, other), _two_places(other, one)
    if not one.ask.by_hand and (other.ask.by_hand or lead < AHEAD):
        one.lose(vehicle, reasons[0])
    if not other.ask.by_hand and (one.ask.by_hand or -lead < AHEAD):
        other.lose(vehicle, reasons[1])


def _two_places(one: _Standing, other: _Standing) -> Finding:
    return Finding.of("matching.two_places", vehicle=one.match.vehicle, session=other.ask.session)
