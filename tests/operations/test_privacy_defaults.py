"""What is in force without anybody doing anything: periods, and what has no place to stand in."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.create import create
from config.load import load
from core.quantities import Quantity
from core.retention import RetentionClass
from operations.schedule import JOBS
from store.ledger.metadata import METADATA

DEFAULTS = {
    # vehicle telemetry, raw: a month
    "vehicle_registers": "P30D",
    "vehicle_values": "P30D",
    "presences": "P30D",
    # meters, charge points and plants, raw; the journal
    "meter_registers": "P400D",
    "meter_values": "P400D",
    "station_registers": "P400D",
    "station_values": "P400D",
    "plant_registers": "P400D",
    "plant_values": "P400D",
    "frames": "P400D",
    "station_events": "P400D",
    "commands": "P400D",
    "certificates": "P400D",
    "rollouts": "P400D",
    "invitations": "P400D",
    "drift": "P400D",
    # may name cards and sessions
    "station_logs": "P30D",
    # quarter hours of meters and plants tell of no person, those of sessions and vehicles do
    "meter_slots": "P10Y",
    "station_slots": "P1Y",
    "vehicle_slots": "P1Y",
    "vehicle_days": "P1Y",
    # whose a session was, and papers
    "valuations": "P400D",
    "vouchers": "P3Y",
    "sendings": "P3Y",
    # what went wrong
    "rejections": "P90D",
    "discoveries": "P90D",
    "notices": "P400D",
    "job_runs": "P400D",
}
NO_PLACE = ("driver", "fahrer", "latitude", "longitude", "position", "speed", "vin", "plate", "uid")


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a configuration as it is made for a new service."""
    folder = tmp_path_factory.mktemp("fresh") / "config"
    create(folder, example=False, data_dir=folder.parent / "data")
    return folder


@pytest.mark.parametrize("name", DEFAULTS)
def test_each_class_is_kept_as_long_as_documented_from_the_first_day_on(fresh: Path, name: str) -> None:
    assert str(load(fresh, {}).retention[RetentionClass(name)].keep) == DEFAULTS[name]


def test_deletion_is_a_job_of_every_night() -> None:
    assert JOBS["retention"].cadence.value == "day"


def test_no_table_has_a_column_for_who_drives_where_and_how_fast() -> None:
    columns = [f"{table.name}.{column.name}" for table in METADATA.sorted_tables for column in table.columns]
    assert len(columns) > 100
    assert [name for name in columns if set(NO_PLACE) & set(name.partition(".")[2].split("_"))] == []


def test_no_quantity_is_a_position_or_the_speed_of_a_vehicle() -> None:
    assert [each.value for each in Quantity if set(NO_PLACE) & set(each.value.split("_"))] == []
