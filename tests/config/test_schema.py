"""JSON Schemas for editors say the same as the reader."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from ruamel.yaml import YAML

from config.schema import inventory_schema, schemas, settings_schema
from core.texts import LANGUAGES, Language


def as_an_editor_sees_it(path: Path) -> Any:
    data = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    return json.loads(json.dumps(data, default=str))


def test_the_example_fits_its_schemas(folder: Path) -> None:
    inventory = jsonschema_rs.validator_for(inventory_schema("de"))
    for path in sorted((folder / "inventory").glob("*.yaml")):
        inventory.validate(as_an_editor_sees_it(path))
    jsonschema_rs.validator_for(settings_schema("de")).validate(as_an_editor_sees_it(folder / "kreiswatt.yaml"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"sites": {"x": {"name": "X", "kind": "townhall", "municipality": "m", "valid_from": "2024-01-01"}}},
        {"sites": {"x": {"name": "X", "kind": "pool", "valid_from": "2024-01-01"}}},
        {"sites": {"X Y": {"name": "X", "kind": "pool", "municipality": "m", "valid_from": "2024-01-01"}}},
        {"citys": {}},
    ],
)
def test_an_editor_marks_what_check_refuses(wrong: object) -> None:
    assert not jsonschema_rs.validator_for(inventory_schema("de")).is_valid(wrong)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_is_explained_in_both_languages(language: Language) -> None:
    for schema in schemas(language).values():
        for section in [schema, *schema["$defs"].values()]:
            for key, field in section.get("properties", {}).items():
                assert field.get("description"), key


def test_init_writes_them_beside_the_files(folder: Path) -> None:
    assert json.loads((folder / "schema" / "inventory.json").read_text(encoding="utf-8")) == inventory_schema("de")
    for path in (folder / "inventory").glob("*.yaml"):
        assert "$schema=../schema/inventory.json" in path.read_text(encoding="utf-8")
