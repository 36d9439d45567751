"""Lists of new charge points: entered with passwords, wrong rows left out, profiles joined."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from core.errors import FormatError, RequestError
from tests.district import District

GOOD = "Kennung;Bezeichnung;Liegenschaft;Hersteller;Modell;Ladepunkte;Profil\n"


async def imported(district: District, text: str, **more: Any) -> Any:
    async def chunks() -> AsyncIterator[bytes]:
        yield text.encode()

    inbox = district.gate.house.inbox
    assert inbox is not None
    kept = await inbox.keep("stationen.csv", chunks())
    return await district.ask("adoption.import", upload=kept.digest, **more)


async def profile(district: District, **fields: str) -> None:
    said = {"name": "Hof", "valid_from": "2026-01-01", "stations": "[lis-01]", **fields}
    values = [f"{name}={value}" for name, value in said.items() if value]
    await district.ask("inventory.add", id="profiles/hof", values=values)


async def test_each_row_becomes_a_charge_point_with_a_password_of_its_own(empty_district: District) -> None:
    await profile(empty_district)
    list_ = GOOD + "CP_0042;Hof links;schule;Alfen;Eve;2;hof\nneu-2;Hof rechts;schule;Alfen;Eve;;\n"
    tried = await imported(empty_district, list_, dry_run=True)
    assert (tried.added, tried.left_out) == (2, 0)
    assert "cp-0042" not in empty_district.gate.house.inventory().stations
    taken = await imported(empty_district, list_)
    first, second = taken.stations
    assert (first.id, first.wire_name, first.written, second.id) == ("cp-0042", "CP_0042", True, "neu-2")
    assert first.secret != second.secret
    assert all(re.fullmatch(r".{16,40}", str(row.secret)) for row in taken.stations)
    assert str(first.secret) not in repr(taken)
    made = empty_district.gate.house.inventory().stations["cp-0042"]
    assert (made.identity, made.name, len(made.connectors), made.site) == ("CP_0042", "Hof links", 2, "schule")
    assert empty_district.gate.house.inventory().profiles["hof"].stations == ("lis-01", "cp-0042")


async def test_a_wrong_row_costs_only_itself(empty_district: District) -> None:
    rows = [
        "lis-01;Schon da;schule;A;B;1;",
        ";Namenlos;schule;A;B;1;",
        "neu-1;Nirgends;nirgends;A;B;1;",
        "neu-2;Viele;schule;A;B;99;",
        "neu-3;Profil;schule;A;B;1;gibtsnicht",
        "neu-4;Gut;schule;A;B;1;",
        "neu-4;Zweimal;schule;A;B;1;",
    ]
    taken = await imported(empty_district, GOOD + "\n".join(rows) + "\n")
    assert [row.refused.code if row.refused else "" for row in taken.stations] == [
        "adoption.row_known",
        "adoption.row_without_name",
        "adoption.row_site_unknown",
        "adoption.row_outlets",
        "adoption.profile_unknown",
        "",
        "adoption.row_known",
    ]
    assert (taken.added, taken.left_out) == (1, 6)


async def test_what_is_no_list_of_charge_points_is_refused(empty_district: District) -> None:
    with pytest.raises(FormatError) as caught:
        await imported(empty_district, "Name;Ort\na;b\n")
    assert caught.value.finding.code == "adoption.no_column"
    with pytest.raises(RequestError) as refused:
        await imported(empty_district, GOOD, columns=["farbe=Modell"])
    assert refused.value.finding.code == "adoption.field_unknown"


async def test_who_waits_is_adopted_into_a_profile(empty_district: District) -> None:
    await profile(empty_district)
    made = ("name=Neu", "site=schule", "admission=pending", "maker=Alfen", "model=Eve", "valid_from=2026-11-01")
    outlet = ("connectors[1].number=1", "connectors[1].max_power_w=22000", "connectors[1].plug=type_2")
    await empty_district.ask("inventory.add", id="stations/neu-9", values=[*made, *outlet])
    with pytest.raises(RequestError):
        await empty_district.ask("stations.adopt", id="neu-9", station_profile="gibtsnicht")
    await empty_district.ask("stations.adopt", id="neu-9", station_profile="hof")
    assert "neu-9" in empty_district.gate.house.inventory().profiles["hof"].stations
