"""Entries as single fields: what commands, programs and page forms say, and what is written of it."""

from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.entries import entry_in, fields_of, merged
from config.forms import KINDS
from config.inventory import inventory_of, read_texts
from config.splice import write_entry
from core.errors import ConfigError

METER = {"name": "Neu", "feed": {"broker": "main", "topic": "tele/a/SENSOR"}, "digits": "6"}
STATION = {
    "connectors": [
        {"number": "1", "max_power_w": "11000", "plug": "Typ 2"},
        {"number": "2", "max_power_w": "50000", "plug": "CCS"},
    ]
}


def test_each_entry_of_the_example_comes_back_from_its_fields(folder: Path) -> None:
    inventory, _ = inventory_of(read_texts(folder)[0], None)
    lines = []
    for kind in KINDS:
        lines.append(f"{kind}:\n")
        for name, entry in getattr(inventory, kind).items():
            fields = fields_of(entry)
            if kind == "tags":
                fields["uid"] = entry.uid
            lines.append(write_entry(name, merged(kind, {}, fields)))
    again, findings = inventory_of({"inventory/all.yaml": "".join(lines)}, None)
    assert not findings
    assert again == inventory


def test_the_number_of_a_card_is_not_among_its_fields(folder: Path) -> None:
    inventory, _ = inventory_of(read_texts(folder)[0], None)
    tag = next(iter(inventory.tags.values()))
    assert tag.uid not in str(fields_of(tag))
    assert "uid" in fields_of(tag)


def test_numbers_and_days_are_written_as_such_and_texts_as_they_are() -> None:
    values = merged("meters", {}, {"name": "22", "digits": "6", "valid_from": "2026-01-01", "max_power_w": "22,5"})
    assert values == {"name": "22", "digits": Decimal(6), "valid_from": date(2026, 1, 1), "max_power_w": "22,5"}


def test_only_keys_that_were_touched_are_written() -> None:
    assert merged("meters", METER, {"feed.topic": "tele/b/SENSOR"}) == {
        "feed": {"broker": "main", "topic": "tele/b/SENSOR"}
    }
    assert merged("meters", METER, {"digits": ""}) == {"digits": None}


def test_what_is_left_empty_disappears_with_its_section() -> None:
    assert merged("meters", METER, {"feed.topic": "", "feed.broker": ""}) == {"feed": None}


def test_an_outlet_is_changed_added_and_removed_by_its_place() -> None:
    changed = merged("stations", STATION, {"connectors[2].plug": "Typ 2"})["connectors"]
    assert changed[1] == {"number": Decimal(2), "max_power_w": Decimal(50000), "plug": "Typ 2"}  # type: ignore[index]
    gone = {f"connectors[1].{name}": "" for name in ("number", "max_power_w", "plug")}
    left = merged("stations", STATION, gone)["connectors"]
    assert [outlet["number"] for outlet in left] == [Decimal(2)]  # type: ignore[attr-defined]


def test_lists_and_sections_are_read_as_yaml() -> None:
    assert merged("tariffs", {}, {"sites": "[lra, kita]"}) == {"sites": ["lra", "kita"]}
    lines = merged("meters", {}, {"feed.fields": "volume_l: volume_m3 * 0.001\ntemp: temperature_c"})
    assert lines == {"feed": {"fields": {"volume_l": "volume_m3 * 0.001", "temp": "temperature_c"}}}
    assert merged("meters", {}, {"name": "[Keller]"}) == {"name": "[Keller]"}


def test_a_list_that_is_no_yaml_is_refused_by_name() -> None:
    with pytest.raises(ConfigError) as caught:
        merged("tariffs", {}, {"sites": "[lra"})
    assert dict(caught.value.findings[0].params) == {"key": "sites"}


@pytest.mark.parametrize("name", ["site.", ".site", "site]", "[site", "site..", "site[0]", "site[01]", "[1]site"])
def test_a_field_has_one_name_only(name: str) -> None:
    assert merged("meters", {}, {name: "bauhof"}) == {name: "bauhof"}


def test_no_lines_say_nothing() -> None:
    assert entry_in(None) == {}
    assert entry_in("  a:\n") == {}
    assert entry_in("  a:\n    site: lra\n") == {"site": "lra"}


@given(
    kind=st.sampled_from(sorted(KINDS)), fields=st.dictionaries(st.text(max_size=12), st.text(max_size=20), max_size=5)
)
def test_any_fields_give_values_or_a_finding(kind: str, fields: dict[str, str]) -> None:
    with suppress(ConfigError):
        assert len(merged(kind, METER, fields)) <= len(fields)
