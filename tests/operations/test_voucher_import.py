"""Files of fuel cards, charging cards and logbooks through the real stores: once, row by row, without plates."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from chargepoints.privacy import Privacy
from core.errors import ConflictError, ForbiddenError, NotFoundError
from core.imports import ImportState
from core.vouchers import ChargePlace, VoucherFilter, VoucherKind
from ingest.files.inbox import DiskInbox
from operations.arrivals.import_rows import ListImports, PreviewImport, RunImport, WithdrawImport
from operations.arrivals.imports import ImportRefusedError, list_imports, preview_import, run_import, withdraw_import
from operations.edge import InvalidRequestError
from operations.gate import detail
from operations.house import Call
from operations.vouchers.mappings import (
    ListVoucherMappings,
    SaveVoucherMapping,
    ShowVoucherMapping,
    list_voucher_mappings,
    save_voucher_mapping,
    show_voucher_mapping,
)
from tests.operations.places import Place, opened
from tests.operations.test_vouchers import ANNA, ELSEWHERE, NOW, day_of, inventory

PLATE = "ERZ-KW 101"
FUEL = SaveVoucherMapping(
    name="Tankkarte",
    kind=VoucherKind.FUEL,
    date_column="Datum",
    time_column="Uhrzeit",
    vehicle_column="Kennzeichen",
    vehicles=(f"{PLATE}=diesel",),
    number_column="Beleg",
    fuel_column="Sorte",
    fuels=("Diesel B7=diesel",),
    fuel_l_column="Menge",
    amount_eur_column="Betrag",
)
HEAD = "Datum;Uhrzeit;Kennzeichen;Fahrer;Beleg;Sorte;Menge;Betrag"
GOOD = [
    f"16.11.2026;07:31;{PLATE};Erika Muster;A1;Diesel B7;41,50;1.068,40",
    "17.11.2026;07:40;erzkw101;Erika Muster;A2;Diesel B7;12,25;21,90",
    "18.11.2026;07:40;erz kw-101;Erika Muster;A3;Diesel B7;30;48,00",
    *(f"{day:02}.11.2026;17:00;diesel;Max Muster;B{day};Diesel B7;10,00;15,00" for day in range(1, 11)),
]


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with opened(tmp_path / "stores") as here:
        here.now_utc = NOW
        privacy = Privacy(bytes(range(32)))
        inbox = DiskInbox(tmp_path / "inbox", lambda: NOW)
        changes: dict[str, Any] = {"inventory": inventory, "eraser": here.stores.readings, "inbox": inbox}
        here.house = replace(here.house, pseudonym=privacy.token, **changes)
        yield here


def call(actor: Any = ANNA) -> Call:
    return Call(actor, NOW)


async def file_of(place: Place, *lines: str, head: str = HEAD) -> str:
    async def chunks() -> AsyncIterator[bytes]:
        yield "\n".join((head, *lines)).encode()

    assert place.house.inbox is not None
    return (await place.house.inbox.keep("Karte.csv", chunks())).digest


async def run(place: Place, digest: str, mapping: str = "Tankkarte") -> Any:
    return await run_import(place.house, RunImport(upload=digest, mapping=mapping), call())


async def kept(place: Place) -> Any:
    return (await place.stores.ledger.vouchers(VoucherFilter(limit=500))).items


async def test_a_fuel_card_is_imported_once_and_taken_back(place: Place) -> None:
    await save_voucher_mapping(place.house, FUEL, call())
    digest = await file_of(place, *GOOD)
    shown = await preview_import(place.house, PreviewImport(upload=digest, mapping="Tankkarte"), call())
    assert (shown.rows, shown.left_out, shown.refused, len(shown.vouchers)) == (13, 0, (), 13)
    assert await kept(place) == ()
    row = await run(place, digest)
    assert (row.state, row.added, row.left_out) == (ImportState.DONE, 13, 0)
    assert await run(place, digest) == row
    first = next(each for each in await kept(place) if each.number == "A1")
    assert (first.fuel_l, first.amount_eur, first.file_import) == (Decimal("41.50"), Decimal("1068.40"), row.id)
    assert first.at_utc.isoformat() == "2026-11-16T06:31:00+00:00"
    assert (await day_of(place, "diesel")).fuel_l == Decimal("41.50")
    again = await run(place, await file_of(place, *GOOD, "19.11.2026;07:40;diesel;X;A9;Diesel B7;5;8"))
    assert (again.added, again.known) == (1, 13)
    gone = await withdraw_import(place.house, WithdrawImport(id=row.id, reason="falsche Karte"), call())
    assert gone.state is ImportState.WITHDRAWN
    assert [each.number for each in await kept(place)] == ["A9"]
    assert (await day_of(place, "diesel")).fuel_l is None


@pytest.mark.parametrize(
    ("line", "column", "found", "code"),
    [
        ("16.11.2026;07:31;XX-YY 9;E;C1;Diesel B7;41,50;9", "Kennzeichen", "", "vouchers.row_vehicle"),
        ("16.13.2026;07:31;diesel;E;C1;Diesel B7;41,50;9", "Datum", "16.13.2026", "imports.row.instant"),
        ("16.11.2026;07:31;diesel;E;C1;Diesel B7;41.5;9", "Menge", "41.5", "imports.row.number"),
        ("16.11.2026;07:31;diesel;E;C1;Wasser;41,50;9", "Sorte", "Wasser", "vouchers.row_fuel"),
        ("16.11.2026;07:31;diesel;E;C1;Diesel B7;;9", "Menge", "", "vouchers.nothing_said"),
        ("16.11.2026;07:31;diesel;E;C1;Diesel B7;151;9", "Menge", "", "vouchers.beyond_tank"),
        ("16.11.2026;07:31;verkauft;E;C1;Diesel B7;41;9", "Datum", "", "vouchers.not_ours_then"),
        ("16.11.2025;07:31;diesel;E;C1;Diesel B7;41;9", "Datum", "", "vouchers.not_ours_then"),
        ("16.12.2026;07:31;diesel;E;C1;Diesel B7;41;9", "Datum", "", "vouchers.not_ours_then"),
    ],
)
async def test_a_row_that_is_wrong_is_left_out_and_says_where(
    place: Place, line: str, column: str, found: str, code: str
) -> None:
    await save_voucher_mapping(place.house, FUEL, call())
    digest = await file_of(place, *GOOD, line)
    shown = await preview_import(place.house, PreviewImport(upload=digest, mapping="Tankkarte"), call())
    (problem,) = shown.problems
    if line.startswith("16.12."):
        code = "vouchers.ahead"
    assert (problem.line, problem.column, problem.found, problem.message.code) == (15, column, found, code)
    assert (await run(place, digest)).added == 13


async def test_a_file_that_is_mostly_wrong_is_refused_whole(place: Place) -> None:
    await save_voucher_mapping(place.house, FUEL, call())
    with pytest.raises(ImportRefusedError):
        await run(place, await file_of(place, GOOD[0], GOOD[1].replace("erzkw101", "fremd")))
    assert await kept(place) == ()


async def test_no_plate_stands_in_the_audit() -> None:
    assert PLATE not in detail(FUEL)
    assert "Tankkarte" in detail(FUEL)


async def test_no_plate_and_no_driver_is_kept_anywhere(place: Place, tmp_path: Path) -> None:
    saved = await save_voucher_mapping(place.house, FUEL, call())
    assert [each.partition("=")[2] for each in saved.vehicles] == ["diesel"]
    again = await save_voucher_mapping(place.house, replace(FUEL, vehicles=saved.vehicles), call())
    assert (again.vehicles, again.version) == (saved.vehicles, 2)
    wrong = "16.11.2026;07:31;ZZ-ZZ 404;Erika Muster;C1;Diesel B7;41,50;9"
    await run(place, await file_of(place, *GOOD, wrong))
    await place.stores.close()
    kept_bytes = b"".join(each.read_bytes() for each in (tmp_path / "stores").rglob("*") if each.is_file()).upper()
    for said in (PLATE, "ERZKW101", "ZZ-ZZ 404", "ZZZZ404", "Erika", "Muster"):
        assert said.upper().encode() not in kept_bytes, said


async def test_a_logbook_without_numbers_keeps_two_trips_of_a_day(place: Place) -> None:
    mapping = SaveVoucherMapping(
        name="Fahrtenbuch",
        kind=VoucherKind.LOGBOOK,
        date_column="A",
        pattern="d.M.yyyy",
        vehicle="diesel",
        distance_km_column="B",
        odometer_km_column="C",
        header=0,
    )
    await save_voucher_mapping(place.house, mapping, call())
    digest = await file_of(place, "16.11.2026;8;50.020", "17.11.2026;5;50.025", head="16.11.2026;12,5;50.012")
    assert (await run(place, digest, "Fahrtenbuch")).added == 3
    assert (await day_of(place, "diesel")).checked_distance_m == 20_500
    (last,) = await place.stores.readings.last(["vehicle:diesel"])
    assert last.value == 50_025_000


async def test_a_charging_card_counts_as_charged_elsewhere(place: Place) -> None:
    mapping = SaveVoucherMapping(
        name="Ladekarte",
        kind=VoucherKind.CHARGING,
        date_column="Ende",
        vehicle_column="Karte",
        vehicles=("DE-ABC-C00012=strom",),
        energy_kwh_column="kWh",
        place=ChargePlace.PUBLIC,
    )
    await save_voucher_mapping(place.house, mapping, call())
    digest = await file_of(place, "16.11.2026 18:05;DE*ABC*C00012;23,417", head="Ende;Karte;kWh")
    await run(place, digest, "Ladekarte")
    assert (await day_of(place, "strom")).elsewhere_charged_wh == 23_417


async def test_mappings_are_listed_and_what_cannot_be_is_refused(place: Place) -> None:
    await save_voucher_mapping(place.house, FUEL, call())
    assert (await list_voucher_mappings(place.house, ListVoucherMappings(), call())).total == 1
    assert await place.stores.ledger.mappings() == ()
    assert await place.stores.ledger.mapping("Tankkarte") is None
    shown = await show_voucher_mapping(place.house, ShowVoucherMapping(name="Tankkarte"), call())
    assert shown.fuels == ("Diesel B7=diesel",)
    with pytest.raises(NotFoundError):
        await show_voucher_mapping(place.house, ShowVoucherMapping(name="nirgends"), call())
    wrong = replace(FUEL, vehicle="diesel", fuel_l_column="", thousands=",", fuels=("a=b",), pattern="MM")
    with pytest.raises(InvalidRequestError) as caught:
        await save_voucher_mapping(place.house, wrong, call())
    fields = {dict(each.params)["field"] for each in caught.value.findings}
    assert fields == {"vehicle", "fuel_l_column", "thousands", "fuels", "pattern"}
    with pytest.raises(InvalidRequestError):
        await save_voucher_mapping(place.house, replace(FUEL, vehicles=("X=nirgends",)), call())


async def test_whoever_does_not_keep_the_vehicles_imports_nothing(place: Place) -> None:
    with pytest.raises(ForbiddenError):
        await save_voucher_mapping(place.house, FUEL, call(ELSEWHERE))
    await save_voucher_mapping(place.house, FUEL, call())
    digest = await file_of(place, *GOOD)
    with pytest.raises(ImportRefusedError):
        await run_import(place.house, RunImport(upload=digest, mapping="Tankkarte"), call(ELSEWHERE))
    row = await run(place, digest)
    assert (await list_imports(place.house, ListImports(), call(ELSEWHERE))).total == 0
    with pytest.raises((ForbiddenError, ConflictError)):
        await withdraw_import(place.house, WithdrawImport(id=row.id, reason="falsch"), call(ELSEWHERE))
    assert len(await kept(place)) == 13
    assert NOW.date() == date(2026, 11, 22)
