"""The table: light to import, complete in both languages, in order."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_type_hints

import pytest

from cli.generated import ARGUMENTS
from core.texts import LANGUAGES, Language, catalogue
from operations.edge import request_adapter, result_adapter
from operations.routes import route_of
from operations.table import CAPABILITIES

ROWS = pytest.mark.parametrize("name", CAPABILITIES)
TAKEN = {"json", "config", "url", "token"}
"""Options every command has."""


@ROWS
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_row_its_subject_and_its_fields_have_texts(name: str, language: Language) -> None:
    known = catalogue(language).codes()
    wanted = {f"capability.{name}", f"subject.{name.partition('.')[0]}"}
    wanted |= {f"option.{field.name}" for field in CAPABILITIES[name].fields}
    assert wanted <= known


@ROWS
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_column_of_a_result_has_a_text(name: str, language: Language) -> None:
    known = catalogue(language).codes()
    assert {f"column.{key}" for key in _keys(CAPABILITIES[name].result)} <= known


@ROWS
def test_requests_and_results_are_frozen_dataclasses_with_docstrings(name: str) -> None:
    request = CAPABILITIES[name].request
    assert request.__dataclass_params__.frozen
    assert request.__doc__
    assert request_adapter(CAPABILITIES[name])
    assert result_adapter(CAPABILITIES[name])


@ROWS
def test_no_field_takes_the_name_of_a_common_option(name: str) -> None:
    assert not {field.name for field in CAPABILITIES[name].fields} & TAKEN


def test_no_two_rows_share_an_address() -> None:
    routes = [route_of(name, row) for name, row in CAPABILITIES.items()]
    assert len(set(routes)) == len(routes)


def test_a_command_has_at_most_one_argument_beside_a_file() -> None:
    for name, row in CAPABILITIES.items():
        plain = [field for field in row.fields if not field.metadata.get("upload")]
        assert len([field for field in plain if field.name in ARGUMENTS]) <= 1, name


def test_importing_the_table_imports_no_capability() -> None:
    code = "import sys, operations.table; print(*sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    loaded = {name for name in out.split() if name.startswith(("operations.", "pydantic", "ingest", "argon2"))}
    assert loaded == {"operations.table"}


def _keys(kind: Any, above: frozenset[Any] = frozenset()) -> set[str]:
    found: set[str] = set()
    for part in get_args(kind):
        found |= _keys(part, above)
    if kind in above:  # a tree
        return found
    above |= {kind}
    if is_dataclass(kind) and kind.__module__.startswith("operations") and kind.__name__ not in ("Told", "Value"):
        hints = get_type_hints(kind)
        for field in fields(kind):
            found |= {field.name} | _keys(hints[field.name], above)
    return found
