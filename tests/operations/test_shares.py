"""A district settles a year by three laws: sums equal parts, a correction is a new version, drafts are never paid."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import pytest_asyncio

from core.errors import ConflictError, NotFoundError, RequestError
from core.evidence import CitedKind, FigureId
from core.inventory.renewables import AreaCorrection
from operations.alarms.shares_watch import draft_shares, overdue_shares
from operations.evidence.rows import Explained
from operations.explain import ExplainFigure, explain_figure
from operations.schedule import JobWork
from operations.shares.history import ListShareHistory, list_share_history
from operations.shares.job import SettleShares, settle_shares, work_shares, years_due
from operations.shares.payments import ListSharePayments, list_share_payments
from operations.shares.shares import ListShares, ShowShares, list_shares, show_shares
from operations.shares.uses import (
    BookShareUse,
    ShowShareUses,
    WithdrawShareUse,
    book_share_use,
    show_share_uses,
    withdraw_share_use,
)
from tests.operations.shares_place import MONTHS, SharesPlace, edition, shares_place, squares

NONE = Decimal("0.00")


@pytest_asyncio.fixture
async def place(tmp_path: Path) -> AsyncIterator[SharesPlace]:
    async with shares_place(tmp_path) as opened:
        yield opened


async def settle(place: SharesPlace) -> tuple[int, int]:
    """Settle 2025 and return how many plants and accounts there are new versions of."""
    done = await settle_shares(place.house, SettleShares(year=2025), place.call)
    return done.versions, done.accounts


def leaves(node: Explained) -> list[Explained]:
    own = [node] if node.citation else []
    return own + [leaf for part in node.parts for leaf in leaves(part)]


async def explained(place: SharesPlace, figure: str) -> Explained:
    return await explain_figure(place.house, ExplainFigure(figure=figure), place.call)


async def test_a_year_by_three_laws_adds_up_to_the_cent(place: SharesPlace) -> None:
    assert await settle(place) == (4, 8)
    found = await list_shares(place.house, ListShares(), place.call)
    laws = {row.rule.split(".")[0] for each in found.plants for row in await _owed(place, each.scope)}
    assert laws == {"eeg-6", "sn-eeertrbetg", "bb-bbgeesg"}
    assert found.drafts == 0
    assert found.paid_eur == sum(each.paid_eur for each in found.municipalities)
    assert found.paid_eur == sum(each.paid_eur for each in found.operators)
    for each in found.plants:
        for row in await _owed(place, each.scope):
            assert row.total_eur == sum(part.amount_eur for part in row.parts)
            assert row.paid_eur == sum(part.paid_eur for part in row.parts)
            assert row.terms[0].amount_eur == row.total_exact_eur
    for account in (*found.municipalities, *found.operators):
        shown = await show_shares(place.house, ShowShares(id=account.scope), place.call)
        sums = {each.year: each for each in shown.amounts}
        assert sums[2025].accrued_eur == sums[2026].paid_eur == account.paid_eur
        assert sums[2025].paid_eur == sums[2026].refunded_eur == NONE
        refunded = sums[2027].refunded_eur if 2027 in sums else NONE
        assert refunded == account.reimbursable_eur


async def _owed(place: SharesPlace, scope: str) -> list[object]:
    shown = await show_shares(place.house, ShowShares(id=scope), place.call)
    return [row for row in shown.settlements if row.owed]


async def test_the_same_inputs_make_no_new_version(place: SharesPlace) -> None:
    await settle(place)
    place.now_utc += timedelta(days=1)
    assert await settle(place) == (0, 0)


async def test_a_correction_is_a_new_version_that_says_what_changed_and_why(place: SharesPlace) -> None:
    await settle(place)
    before = await show_shares(place.house, ShowShares(id="operator:buergerwind-hoehe-gmbh-co-kg"), place.call)
    place.now_utc += timedelta(days=1)
    await place.state("wea-1", "2025-03", 1_100_000_000)
    assert await settle(place) == (1, 4)
    newest, first = (
        await list_share_history(place.house, ListShareHistory(id="plant:wea-1", year=2025), place.call)
    ).items
    assert (newest.version, first.version, first.changes) == (2, 1, ())
    assert newest.reason == "Energiemenge geändert: 2025-03."
    total = next(each for each in newest.changes if each.figure.endswith("/total_eur"))
    grown = Decimal(total.after_eur or 0) - Decimal(total.before_eur or 0)
    assert grown == Decimal("199.75")
    account = await list_share_history(place.house, ListShareHistory(id=before.scope, year=2025), place.call)
    assert [each.version for each in account.items] == [2, 1]
    assert account.items[0].reason == "Energiemenge geändert: 2025-03."
    paid = next(each for each in account.items[0].changes if each.figure == f"shares/2025/{before.scope}/paid_eur")
    assert paid.before_eur == before.paid_eur
    untouched = await list_share_history(place.house, ListShareHistory(id="operator:sonne-gmbh"), place.call)
    assert [each.version for each in untouched.items] == [1]


async def test_each_figure_is_followed_down_to_rule_area_month_and_contract(place: SharesPlace) -> None:
    await settle(place)
    account = await explained(place, "shares/2025/municipality:auenstadt/paid_eur@r1")
    assert account.intact
    assert account.value == sum(each.value or 0 for each in account.parts[0].parts)
    part_id = next(each.figure for each in account.parts[0].parts if "wea-1" in each.figure)
    assert FigureId.parse(part_id).variant == ("99901010",)
    part = await explained(place, part_id)
    areas = [leaf for leaf in leaves(part) if leaf.citation and leaf.citation.reference.startswith("boundaries/")]
    assert [leaf.unit for leaf in areas] == ["m²", "m²"]
    assert "sha256:abab" in areas[0].citation.edition if areas[0].citation else False
    total = await explained(place, part.parts[0].figure)
    cited = [leaf.citation for leaf in leaves(total) if leaf.citation]
    kinds = {each.kind for each in cited}
    assert kinds == {CitedKind.RULE, CitedKind.ENTRY}
    references = {each.reference for each in cited}
    assert "contracts/eeg-1" in references
    assert {f"feed_in/wea-1/{month}" for month in MONTHS} <= references
    rate = next(leaf for leaf in leaves(total) if leaf.citation and "rate" in leaf.citation.reference)
    assert (rate.value, rate.details["mark"]) == (Decimal("0.2"), "S")


async def test_an_older_version_is_told_beside_the_newest(place: SharesPlace) -> None:
    await settle(place)
    place.now_utc += timedelta(days=1)
    await place.state("wea-1", "2025-03", 1_100_000_000)
    await settle(place)
    figure = "shares/2025/operator:buergerwind-hoehe-gmbh-co-kg/owed_eur"
    then, today = await explained(place, f"{figure}@r1"), await explained(place, figure)
    assert (then.value, today.value) == (Decimal("24002.96"), Decimal("24202.71"))
    assert [each.code for each in then.findings][:2] == ["evidence.intact", "evidence.today_differs"]


async def test_the_list_of_payments_is_what_operators_owe(place: SharesPlace) -> None:
    await settle(place)
    listed = await list_shares(place.house, ListShares(), place.call)
    found = await list_share_payments(place.house, ListSharePayments(), place.call)
    assert found.sum_eur == listed.paid_eur == sum(each.amount_eur for each in found.items)
    assert found.held_back == ()
    mine = await list_share_payments(place.house, ListSharePayments(party="municipality:weidenbach"), place.call)
    assert {each.key for each in mine.items} == {"99901030"}
    assert all(len(each.purpose) <= 140 for each in found.items)


async def test_a_draft_is_never_paid(place: SharesPlace) -> None:
    await settle(place)
    await place.state("wea-3", "2025-01", 99_000_000_000_000)
    place.now_utc += timedelta(days=1)
    await settle(place)
    found = await list_share_payments(place.house, ListSharePayments(), place.call)
    assert {each.plant for each in found.held_back} == {"wea-3"}
    assert all(each.open for each in found.held_back)
    assert "wea-3" not in {each.plant for each in found.items}
    with pytest.raises(ConflictError):
        await list_share_payments(place.house, ListSharePayments(party="operator:buergerwind-eg"), place.call)
    shown = await show_shares(place.house, ShowShares(id="operator:buergerwind-eg"), place.call)
    assert shown.draft
    assert shown.open


async def test_without_a_contract_there_is_only_an_offer(place: SharesPlace) -> None:
    place.without_contract("eeg-1")
    await settle(place)
    (row,) = (
        each for each in (await list_shares(place.house, ListShares(), place.call)).plants if "wea-1" in each.scope
    )
    assert (row.owed_eur, row.offered_eur) == (NONE, Decimal("24002.96"))


async def test_other_boundaries_and_areas_by_hand_are_named_as_the_reason(place: SharesPlace) -> None:
    await settle(place)
    await place.house.ledger.keep_boundaries(edition("cd" * 32, date(2025, 7, 1)), squares(east_m=100))
    place.now_utc += timedelta(days=1)
    await settle(place)
    by_hand = AreaCorrection(
        id="wea-1-au",
        name="Vermessung",
        valid_from=date(2025, 1, 1),
        plant="wea-1",
        municipality="auenstadt",
        area_m2=Decimal(9_000_000),
        reason="Katasteramt",
    )
    place.inventory = replace(place.inventory, area_corrections={"wea-1-au": by_hand})
    place.now_utc += timedelta(days=1)
    await settle(place)
    items = (await list_share_history(place.house, ListShareHistory(id="plant:wea-1"), place.call)).items
    assert [each.reason for each in items] == [
        "Flächen geändert, bei gleichen Gemeindegrenzen.",
        "Andere Gemeindegrenzen: quadrate-2025.",
        "",
    ]


async def test_a_plant_that_is_gone_owes_nothing_any_more(place: SharesPlace) -> None:
    await settle(place)
    left = {name: each for name, each in place.inventory.plants.items() if name != "wea-bb"}
    place.inventory = replace(place.inventory, plants=left)
    place.now_utc += timedelta(days=1)
    assert (await settle(place))[0] == 1
    found = await list_shares(place.house, ListShares(), place.call)
    assert "operator:grenzwind-ag" not in {each.scope for each in found.operators}
    assert found.paid_eur == sum(each.paid_eur for each in found.municipalities)


async def test_uses_are_entered_taken_back_and_told_to_the_public(place: SharesPlace) -> None:
    await settle(place)
    received = (await show_shares(place.house, ShowShares(id="municipality:weidenbach"), place.call)).paid_eur
    use = BookShareUse(
        municipality="weidenbach",
        year=2025,
        amount_eur=Decimal("1200.50"),
        spent_on=date(2026, 2, 1),
        purpose="Spielplatz",
        district="Oberdorf",
        affected=True,
    )
    booked = await book_share_use(place.house, use, place.call)
    shown = await show_share_uses(place.house, ShowShareUses(municipality="weidenbach"), place.call)
    assert shown.rest_eur == received - Decimal("1200.50")
    assert shown.spent_affected_eur == Decimal("1200.50")
    assert "1.200,50" in shown.report
    assert "Oberdorf: Spielplatz" in shown.report
    await withdraw_share_use(place.house, WithdrawShareUse(id=booked.id, reason="doppelt"), place.call)
    shown = await show_share_uses(place.house, ShowShareUses(municipality="weidenbach"), place.call)
    assert (shown.rest_eur, shown.items[0].withdrawn) == (received, True)
    await withdraw_share_use(place.house, WithdrawShareUse(id=booked.id, undo=True), place.call)
    with pytest.raises(ConflictError):
        await withdraw_share_use(place.house, WithdrawShareUse(id=booked.id, undo=True), place.call)
    with pytest.raises(NotFoundError):
        await book_share_use(place.house, replace(use, municipality="nirgends"), place.call)
    with pytest.raises(RequestError):
        await book_share_use(place.house, replace(use, spent_on=date(2024, 1, 1)), place.call)


async def test_the_night_settles_what_is_due_and_forecasts_the_year(place: SharesPlace) -> None:
    assert await years_due(place.house, date(2026, 2, 28)) == []
    assert (await overdue_shares(place.house, place.call)).sightings
    done = await work_shares(place.house, JobWork(period="2026-03-02"), place.call)
    assert (done.versions, done.forecasts) == (4, 4)
    assert not (await overdue_shares(place.house, place.call)).sightings
    assert not (await draft_shares(place.house, place.call)).sightings
    ahead = await list_shares(place.house, ListShares(forecast=True), place.call)
    settled = await list_shares(place.house, ListShares(), place.call)
    assert (ahead.year, settled.year) == (2026, 2025)
    assert ahead.settled_years == (2026,)
    wind = next(each for each in ahead.plants if each.scope == "plant:wea-1")
    assert wind.owed_eur == Decimal("24002.96")
    again = await work_shares(place.house, JobWork(period="2026-03-02"), place.call)
    assert (again.versions, again.forecasts) == (0, 0)


async def test_only_years_that_are_over_and_plants_that_there_were_are_settled(place: SharesPlace) -> None:
    with pytest.raises(RequestError):
        await settle_shares(place.house, SettleShares(year=2026), place.call)
    with pytest.raises(NotFoundError):
        await settle_shares(place.house, SettleShares(year=2025, only=("nirgends",)), place.call)
    done = await settle_shares(place.house, SettleShares(year=2025, only=("wea-1",)), place.call)
    assert (done.plants, done.versions) == (1, 1)
