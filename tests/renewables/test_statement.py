"""A plant's year as text and back, why there is another version of it, and what that changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from core.texts import Finding
from renewables.areas import PlantAreas
from renewables.changes import because_of, differences
from renewables.rules import Said
from renewables.settled import Settled
from renewables.statement import PlantShares, RuleLeftOut, body_text, figures_of, settled_plants, shares_of
from tests.renewables.settled_plants import areas_made, base_made, plant_made, rule_made, settled_made, shares_made

OPEN = Finding.of("shares.month_missing", month="2025-03", share=0.25, count=1)


def test_what_was_frozen_is_read_again_to_the_last_digit() -> None:
    shares = replace(
        shares_made(settled_made(Decimal("24072.01"), findings=(OPEN,))),
        left_out=(RuleLeftOut(id="sn", title=Said(de="a", en="b"), reasons=(OPEN,)),),
        findings=(OPEN,),
    )
    read = shares_of(body_text(shares))
    assert read == shares
    assert body_text(read) == body_text(shares)
    assert str(read.settled[0].settled.total_eur) == "24072.01"


def test_a_settlement_that_was_not_computed_is_kept_with_its_reason() -> None:
    not_computed = Settled(
        rule=rule_made(),
        year=2025,
        payment_year=2026,
        refund_year=None,
        owed=True,
        reason=Finding.of("shares.no_radius"),
    )
    read = shares_of(body_text(shares_made(not_computed)))
    assert read.settled[0].settled.reason == Finding.of("shares.no_radius")
    assert read.settled[0].settled.total_eur is None


def test_a_settlement_stands_on_the_areas_of_its_own_radius() -> None:
    wider = replace(areas_made(), radius_m=3000)
    shares = replace(shares_made(), areas=(wider, areas_made()))
    (settled,) = settled_plants(shares, 3)
    assert settled.areas == areas_made()
    assert settled.contract == shares.contracts[0]
    assert (settled.figure, settled.version) == ("shares/2025/plant:wea-1", 3)


def test_anything_open_makes_a_draft() -> None:
    assert not shares_made().draft
    assert replace(shares_made(), findings=(OPEN,)).draft
    assert shares_made(settled_made(findings=(OPEN,))).draft


def test_the_same_again_says_no_cause() -> None:
    assert because_of(shares_made(), shares_made()) == ()
    assert because_of(None, shares_made()) == ()


def test_better_words_of_a_rule_are_no_change() -> None:
    reworded = replace(rule_made(), title=Said(de="Neu", en="New"), uncertain=(), line=12)
    assert because_of(shares_made(), shares_made(settled_made(rule=reworded))) == ()


def _areas(**changed: object) -> tuple[PlantAreas, ...]:
    return (replace(areas_made(), **changed),)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("now", "code"),
    [
        (replace(shares_made(), base=base_made(fed_in_wh=2)), "shares.because_base"),
        (replace(shares_made(), base=replace(base_made(), findings=(OPEN,))), "shares.because_base_checks"),
        (replace(shares_made(), areas=_areas(edition_digest="cd" * 32)), "shares.because_edition"),
        (replace(shares_made(), areas=_areas(uncovered_m2=5)), "shares.because_areas"),
        (replace(shares_made(), contracts=()), "shares.because_contracts"),
        (replace(shares_made(), plant=replace(plant_made(), power_w=1.0)), "shares.because_plant"),
        (replace(shares_made(), parties=()), "shares.because_parties"),
        (shares_made(settled_made(rule=replace(rule_made(), valid_from=date(2024, 1, 1)))), "shares.because_rules"),
        (shares_made(settled_made(Decimal(1))), "shares.because_method"),
        (replace(shares_made(), until="2025-11"), "shares.because_until"),
    ],
)
def test_each_input_that_changed_is_named(now: PlantShares, code: str) -> None:
    assert [finding.code for finding in because_of(shares_made(), now)] == [code]


def test_the_difference_of_two_versions_names_each_figure_that_moved() -> None:
    before, now = shares_made(), shares_made(settled_made(Decimal("24072.01")))
    moved = {name: (then, today) for name, then, today in differences(before, now)}
    assert moved["eeg-6-wind/total_eur"] == (Decimal("24072.00"), Decimal("24072.01"))
    grown = sum(today - then for name, (then, today) in moved.items() if "/part_eur." in name if then and today)
    assert grown == Decimal("0.01")
    assert set(moved) < set(figures_of(now))
