"""Registers of plants, as tables and as XML; the files are written by hand after the register's public columns."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from core.errors import FormatError
from core.inventory import PlantKind
from ingest.files.plants import RegisteredPlant, RegisterMapping, read_register

REGISTERS = Path(__file__).parents[2] / "payloads" / "registers"
SOUTH = RegisteredPlant(
    register_number="SEE990000000099",
    name="WEA Übergabe Süd",
    kind=PlantKind.WIND,
    power_w=Decimal(5_600_500),
    key="99901050",
    operator="Bürgerwind Auental eG",
    commissioned=date(2026, 5, 12),
    latitude_deg=Decimal("50.64"),
    longitude_deg=Decimal("13.02"),
    height_m=Decimal(247),
)


def test_a_table_gives_plants_and_names_what_is_wrong() -> None:
    read = list(read_register(REGISTERS / "mastr-stromerzeuger.csv", RegisterMapping()))
    assert [each.plant for each in read if each.plant][1] == SOUTH
    kinds = [each.plant.kind for each in read if each.plant]
    assert kinds == [
        PlantKind.WIND,
        PlantKind.WIND,
        PlantKind.PV_GROUND,
        PlantKind.PV_ROOF,
        PlantKind.WIND,
        PlantKind.WIND,
    ]
    wrong = [(each.problem.line, each.problem.column, each.problem.finding.code) for each in read if each.problem]
    assert wrong == [
        (8, "Nettonennleistung der Einheit", "plants.row_power"),
        (9, "Inbetriebnahmedatum der Einheit", "plants.row_day"),
    ]
    assert [each.line for each in read if not each.plant and not each.problem] == [6]


def test_xml_says_the_same_with_the_operators_number() -> None:
    (read,) = read_register(REGISTERS / "EinheitenWind.xml", RegisterMapping())
    assert read.plant is not None
    assert (read.line, read.plant.operator, read.plant.power_w) == (3, "ABR990000000001", SOUTH.power_w)
    assert (read.plant.commissioned, read.plant.height_m) == (SOUTH.commissioned, SOUTH.height_m)


def test_utf_16_is_read_as_the_register_writes_it(tmp_path: Path) -> None:
    text = (REGISTERS / "EinheitenWind.xml").read_text("utf-8").replace("UTF-8", "UTF-16")
    (tmp_path / "w.xml").write_bytes(text.encode("utf-16"))
    (read,) = read_register(tmp_path / "w.xml", RegisterMapping())
    assert read.plant is not None
    assert read.plant.name == "WEA Übergabe Süd"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('<!DOCTYPE a [<!ENTITY b "c">]><a><EinheitWind>&b;</EinheitWind></a>', "plants.xml_doctype"),
        ("<EinheitenWind><EinheitWind>", "plants.xml_broken"),
        ("Anlage;Leistung\nx;1\n", "plants.no_column"),
        ("", "imports.no_rows"),
    ],
)
def test_what_is_no_register_is_refused(tmp_path: Path, text: str, code: str) -> None:
    (tmp_path / "file").write_text(text, "utf-8")
    with pytest.raises(FormatError) as refused:
        list(read_register(tmp_path / "file", RegisterMapping()))
    assert refused.value.finding.code == code


def test_columns_may_be_named(tmp_path: Path) -> None:
    text = "Nr;kW;Ort;Seit;Art\nSEE990000000091;3000;1234567;2020-01-01;Wind\n"
    (tmp_path / "own.csv").write_text(text, "utf-8")
    columns = {"register_number": "Nr", "power_kw": "kW", "key": "Ort", "commissioned": "Seit", "carrier": "Art"}
    (read,) = read_register(tmp_path / "own.csv", RegisterMapping(columns=columns))
    assert read.plant is not None
    assert (read.plant.key, read.plant.name) == ("01234567", "SEE990000000091")
