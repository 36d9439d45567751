"""Why there is another version of a plant's year: which of its inputs changed, and what that did to each figure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from core.texts import Finding
from renewables.areas import PlantAreas
from renewables.energy_base import EnergyBase
from renewables.rules import Rule, Said
from renewables.statement import PlantShares, RuleShares, figures_of

_UNSAID = Said(de="", en="")


def because_of(before: PlantShares | None, now: PlantShares) -> tuple[Finding, ...]:
    """Return which inputs changed; nothing for the first version, and where both say the same.

    That the words of a rule were put better, or that its file moved, is no change.
    """
    if before is None or _of_substance(before) == _of_substance(now):
        return ()
    return tuple(_causes(before, now)) or (Finding.of("shares.because_method"),)


def differences(before: PlantShares, now: PlantShares) -> tuple[tuple[str, Decimal | None, Decimal | None], ...]:
    """Return the figures that are other than they were: name, before, after; None: it was or is not there."""
    then, today = figures_of(before), figures_of(now)
    names = dict.fromkeys((*then, *today))
    return tuple((name, then.get(name), today.get(name)) for name in names if then.get(name) != today.get(name))


def _of_substance(shares: PlantShares) -> PlantShares:
    """Return a plant's year without what is only words."""
    return replace(
        shares,
        because=(),
        settled=tuple(
            replace(each, settled=replace(each.settled, rule=_bare(each.settled.rule))) for each in shares.settled
        ),
        left_out=tuple(replace(each, title=_UNSAID) for each in shares.left_out),
    )


def _bare(rule: Rule) -> Rule:
    return replace(
        rule,
        title=_UNSAID,
        not_computed=None,
        due=None,
        uncertain=(),
        file="",
        line=0,
        rounding=replace(rule.rounding, note=None),
    )


def _causes(before: PlantShares, now: PlantShares) -> Iterator[Finding]:
    if before.until != now.until:
        yield Finding.of("shares.because_until", month=now.until)
    if before.plant != now.plant or before.state != now.state:
        yield Finding.of("shares.because_plant", plant=now.plant.id)
    yield from _base(before.base, now.base)
    yield from _areas(before.areas, now.areas)
    changed = _differing({each.id: each for each in before.contracts}, {each.id: each for each in now.contracts})
    if changed:
        yield Finding.of("shares.because_contracts", count=len(changed), ids=", ".join(changed))
    rules = _differing(dict(_rules(before.settled)), dict(_rules(now.settled)))
    rules = sorted({*rules, *_differing(_reasons(before), _reasons(now))})
    if rules:
        yield Finding.of("shares.because_rules", count=len(rules), ids=", ".join(rules))
    if before.parties != now.parties:
        yield Finding.of("shares.because_parties")


def _base(before: EnergyBase | None, now: EnergyBase | None) -> Iterator[Finding]:
    if before == now:
        return
    then = {each.month: each for each in before.months} if before else {}
    today = {each.month: each for each in now.months} if now else {}
    months = _differing(then, today)
    if months:
        yield Finding.of("shares.because_base", count=len(months), months=", ".join(months))
    else:
        yield Finding.of("shares.because_base_checks")


def _areas(before: Iterable[PlantAreas], now: Iterable[PlantAreas]) -> Iterator[Finding]:
    then = {(each.split, each.radius_m): each for each in before}
    today = {(each.split, each.radius_m): each for each in now}
    if then == today:
        return
    editions = sorted({each.edition for each in today.values()})
    if {each.edition_digest for each in then.values()} != {each.edition_digest for each in today.values()}:
        yield Finding.of("shares.because_edition", edition=", ".join(editions) or "–")
    else:
        yield Finding.of("shares.because_areas")


def _rules(settled: Iterable[RuleShares]) -> Iterator[tuple[str, Rule]]:
    return ((each.settled.rule.id, _bare(each.settled.rule)) for each in settled)


def _reasons(shares: PlantShares) -> dict[str, object]:
    return {each.id: each.reasons for each in shares.left_out}


def _differing(before: Mapping[str, object], now: Mapping[str, object]) -> list[str]:
    return sorted(name for name in {*before, *now} if before.get(name) != now.get(name))
