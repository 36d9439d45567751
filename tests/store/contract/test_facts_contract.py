"""What every time series must do with published facts. `published` says how a store's rows are read back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.errors import StoreError
from core.periods import Period
from core.ports import FactPoint

AT = datetime(2026, 10, 3, 8, 30, tzinfo=UTC)
TAG = 'Rät haus, "Süd" = 🚗'
"""Line protocol has no way to write a line feed into a tag, nor a backslash before what it escapes."""
ODD = 'Rät haus, "Süd" = \\ \n🚗'


def session(minute: int = 0, source: str = "station:lra-01/1", **fields: float | str | bool) -> FactPoint:
    at_utc = AT + timedelta(minutes=minute)
    tags = {"source": source, "site": "lra"}
    return FactPoint(measurement="session", tags=tags, at_utc=at_utc, fields=fields or {"energy_wh": 12.5})


async def test_a_fact_is_read_back_as_it_was_published(spans: Any, published: Any) -> None:
    fields: dict[str, float | str | bool] = {"energy_wh": 12_000.5, "matched": True, "id": ODD, "open": False}
    await spans.publish([session(**fields), session(1, "station:lra-01/2", energy_wh=3.0)])
    assert await published("session") == [
        (AT, {"source": "station:lra-01/1", "site": "lra"}, fields),
        (AT + timedelta(minutes=1), {"source": "station:lra-01/2", "site": "lra"}, {"energy_wh": 3.0}),
    ]


async def test_the_same_place_again_replaces_all_fields(spans: Any, published: Any) -> None:
    await spans.publish([session(energy_wh=1.0, note="alt"), session(5, energy_wh=5.0)])
    await spans.publish([session(energy_wh=2.0)])
    assert [fields for _, _, fields in await published("session")] == [{"energy_wh": 2.0}, {"energy_wh": 5.0}]


async def test_of_equal_places_in_one_call_the_last_stays(spans: Any, published: Any) -> None:
    await spans.publish([session(energy_wh=float(number)) for number in range(1300)])
    assert [fields for _, _, fields in await published("session")] == [{"energy_wh": 1299.0}]


async def test_many_facts_are_all_there(spans: Any, published: Any) -> None:
    await spans.publish([session(number, energy_wh=float(number), id=f"s{number}") for number in range(1200)])
    assert [fields["id"] for _, _, fields in await published("session")] == [f"s{number}" for number in range(1200)]


async def test_tags_may_hold_any_text_and_empty_ones_are_none(spans: Any, published: Any) -> None:
    tags = {"source": "vehicle:erz-e-101", "group": TAG, "site": ""}
    await spans.publish([FactPoint(measurement="vehicle_day", tags=tags, at_utc=AT, fields={"distance_m": 1.0})])
    ((_, found, _),) = await published("vehicle_day")
    assert found == {"source": "vehicle:erz-e-101", "group": TAG}


async def test_all_but_some_places_are_withdrawn(spans: Any, published: Any) -> None:
    await spans.publish([session(number, energy_wh=float(number), id="x") for number in range(4)])
    await spans.publish([session(1, "station:lra-01/2", energy_wh=9.0)])
    kept = [session(1), session(3), session(0, "station:lra-01/2")]
    await spans.withdraw_facts("session", Period(AT, AT + timedelta(minutes=3)), kept)
    assert [(at, tags["source"]) for at, tags, _ in await published("session")] == [
        (AT + timedelta(minutes=1), "station:lra-01/1"),
        (AT + timedelta(minutes=3), "station:lra-01/1"),
    ]


async def test_facts_are_withdrawn_by_measurement_and_period(spans: Any, published: Any) -> None:
    await spans.publish([session(number) for number in range(4)])
    await spans.publish([FactPoint(measurement="other", tags={"source": "x"}, at_utc=AT, fields={"energy_wh": 1.0})])
    await spans.withdraw_facts("session", Period(AT + timedelta(minutes=1), AT + timedelta(minutes=3)))
    assert [at for at, _, _ in await published("session")] == [AT, AT + timedelta(minutes=3)]
    await spans.withdraw_facts("session", Period(AT, AT + timedelta(days=1)))
    assert await published("session") == []
    assert len(await published("other")) == 1
    await spans.publish([session(energy_wh=9.0)])
    assert [fields for _, _, fields in await published("session")] == [{"energy_wh": 9.0}]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
async def test_what_is_no_number_is_refused_and_nothing_of_it_kept(spans: Any, published: Any, value: float) -> None:
    with pytest.raises(StoreError) as raised:
        await spans.publish([session(), session(1, energy_wh=value)])
    assert raised.value.finding.code == "store.fact_not_finite"
    assert await published("session") == []


async def test_nothing_to_publish_is_nothing(spans: Any, published: Any) -> None:
    await spans.publish([])
    await spans.withdraw_facts("session", Period(AT, AT + timedelta(days=1)))
    assert await published("session") == []
