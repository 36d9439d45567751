"""Plants with the rules that hold for them, and registers of plants compared with the inventory and written into it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from core.errors import FormatError, NotFoundError, RequestError
from operations.plants.rows import PlantsImported, RegisterState
from tests.district import District

HEAD = "MaStR-Nr. der Einheit;Anzeige-Name der Einheit;Energieträger;Nettonennleistung der Einheit;Gemeindeschlüssel;"
HEAD += "Inbetriebnahmedatum der Einheit;MaStR-Nr. des Anlagenbetreibers;Name des Anlagenbetreibers (nur Org.)\n"
NEW = "SEE990000000071;Windrad Übergabe;Wind;4.200,5;00000001;01.03.2025;ABR990000000001;Wind GmbH\n"
PRIVATE = "SEE990000000072;Hofrad;Wind;12;1;01.03.2025;ABR990000000002;\n"
ELSEWHERE = "SEE990000000073;Fern;Wind;12;14521110;01.03.2025;ABR990000000002;\n"


async def taken(district: District, content: str, **more: Any) -> PlantsImported:
    async def chunks() -> AsyncIterator[bytes]:
        yield content.encode()

    inbox = district.gate.house.inbox
    assert inbox
    kept = await inbox.keep("register.csv", chunks())
    found: PlantsImported = await district.ask("plants.import", upload=kept.digest, **more)
    return found


def counts(found: PlantsImported) -> tuple[int, int, int, int, int]:
    return found.added, found.changed, found.same, found.left_out, found.elsewhere


async def test_what_is_new_is_written_and_each_plant_can_be_undone(empty_district: District) -> None:
    tried = await taken(empty_district, HEAD + NEW + PRIVATE + ELSEWHERE, dry_run=True)
    assert counts(tried) == (2, 0, 0, 0, 1)
    assert (await empty_district.ask("inventory.list", kind="plants", query="uebergabe")).total == 0
    made = await taken(empty_district, HEAD + NEW + PRIVATE + ELSEWHERE)
    assert [(row.written, row.refused) for row in made.plants] == [(True, None), (True, None)]
    shown = await empty_district.ask("plants.show", id="windrad-uebergabe")
    assert (shown.plant.power_w, shown.plant.operator, shown.plant.municipality) == (4_200_500, "Wind GmbH", "au")
    assert (await empty_district.ask("plants.show", id="hofrad")).plant.operator == "ABR990000000002"
    assert counts(await taken(empty_district, HEAD + NEW + PRIVATE)) == (0, 0, 2, 0, 0)
    change = (await empty_district.ask("inventory.history", entry="plants/hofrad")).items[0]
    await empty_district.ask("inventory.undo", id=change.id)
    with pytest.raises(NotFoundError):
        await empty_district.ask("plants.show", id="hofrad")


async def test_the_same_number_is_the_same_plant_and_differences_are_written(empty_district: District) -> None:
    await taken(empty_district, HEAD + NEW)
    other = NEW.replace("4.200,5", "4.300").replace("Wind GmbH", "")
    found = await taken(empty_district, HEAD + other)
    (row,) = found.plants
    assert (row.state, row.id, row.written) == (RegisterState.CHANGED, "windrad-uebergabe", True)
    assert [(each.field, each.register) for each in row.differences] == [("power_w", "4300000")]
    plant = (await empty_district.ask("plants.show", id="windrad-uebergabe")).plant
    assert (plant.power_w, plant.operator) == (4_300_000, "Wind GmbH")


async def test_bad_rows_cost_only_themselves(empty_district: District) -> None:
    bad = NEW.replace("4.200,5", "viel").replace("0071", "0074") + NEW.replace("01.03.2025", "bald").replace(
        "71;", "75;"
    )
    found = await taken(empty_district, HEAD + bad + NEW + NEW)
    assert counts(found) == (1, 0, 0, 3, 0)
    assert [each.line for each in found.problems] == [2, 3, 5]


async def test_what_is_no_register_or_no_column_is_refused(empty_district: District) -> None:
    with pytest.raises(FormatError):
        await taken(empty_district, "Datum;Wert\n1;2\n")
    with pytest.raises(RequestError):
        await taken(empty_district, HEAD + NEW, columns=["farbe=Nr"])


async def test_plants_are_shown_with_rules_and_their_municipality(empty_district: District) -> None:
    (row,) = (await empty_district.ask("plants.list", kind="wind", query="au")).items
    assert (row.id, row.municipality_name) == ("wea-au", "Musterau")
    shown = await empty_district.ask("plants.show", id="wea-au", year=2025)
    assert (shown.last_fed_in_at_utc, {each.rule.partition(".")[0] for each in shown.rules} >= {"eeg-6"}) == (
        None,
        True,
    )
    assert (await empty_district.ask("municipalities.show", id="au")).municipality.plants == 1
    assert (await empty_district.ask("municipalities.list", land="SN")).total == 0


async def test_what_people_write_by_hand_is_left_to_them(empty_district: District) -> None:
    by_hand = NEW.replace("SEE990000000071;Windrad Übergabe", "SEE990000000101;Windrad Au")
    (row,) = (await taken(empty_district, HEAD + by_hand)).plants
    assert row.refused
    assert (row.id, row.written, row.refused.code) == ("wea-au", False, "plants.by_hand")
    assert (await empty_district.ask("plants.show", id="wea-au")).plant.power_w == 3_000_000
