"""The page of OCPP messages says what the tables say, and leaves none out."""

import runpy
from pathlib import Path
from typing import Any

import pytest

from chargepoints.commands.composing import COMMANDS, NOT_SENT
from chargepoints.schemas import schemas_of
from chargepoints.understanding import ROUTES
from core.commands import CommandKind
from core.facts import Protocol
from operations.stations.requests import PLAIN
from operations.table import CAPABILITIES
from tests.chargepoints import (
    asked_201,
    cases_16,
    cases_201,
    cases_201_vehicles,
    cases_admission,
    certificate_cases,
    more_201,
)

ROOT = Path(__file__).parents[2]
V16, V201 = Protocol.OCPP_16, Protocol.OCPP_201


@pytest.fixture(scope="module")
def written() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "docs" / "reference" / "ocpp_messages.py"))


def test_the_page_of_messages_is_generated(written: dict[str, Any]) -> None:
    assert (ROOT / "docs" / "ocpp.md").read_text(encoding="utf-8") == written["page"]()


@pytest.mark.parametrize("version", Protocol)
def test_every_message_is_used_or_says_why_not(written: dict[str, Any], version: Protocol) -> None:
    rows = list(written["rows"](version))
    assert {row.action for row in rows} == schemas_of(version).actions
    assert [row.action for row in rows if row.direction == "–" or row.use == written["GAP"]] == []


@pytest.mark.parametrize("version", Protocol)
def test_no_message_has_two_meanings(version: Protocol) -> None:
    sent = {sending.action for sendings in COMMANDS[version].values() for sending in sendings}
    assert sent & set(ROUTES[version]) == {"DataTransfer"}
    assert set(NOT_SENT[version]) & (sent | set(ROUTES[version])) == set()
    assert sent | set(ROUTES[version]) | set(NOT_SENT[version]) == schemas_of(version).actions


def test_every_kind_of_command_is_asked_by_a_capability(written: dict[str, Any]) -> None:
    assert set(written["ASKED_BY"]) == set(CommandKind)
    for kind, row in written["ASKED_BY"].items():
        assert kind in written["BY_ITSELF"] or PLAIN.get(CAPABILITIES[row].request, kind) is kind, row
    used = {action for routes in ROUTES.values() for action, route in routes.items() if not route.unused}
    assert set(written["SHOWN_BY"]) == used


def test_every_case_that_is_named_is_played_and_names_a_message_of_its_version(written: dict[str, Any]) -> None:
    played = {
        V16: {*cases_16.CASES, *certificate_cases.CASES_16},
        V201: {
            *cases_201.CASES,
            *asked_201.CASES,
            *more_201.CASES,
            *cases_201_vehicles.CASES,
            *certificate_cases.CASES_201,
            *cases_admission.CASES_201,
        },
    }
    for version, cases in played.items():
        named = written["CASES"][version.value]
        assert set(named) - schemas_of(version).actions == set()
        assert {case for each in named.values() for case in each} - cases == set()


def test_our_own_tests_that_are_named_are_there(written: dict[str, Any]) -> None:
    for named in written["OURS"].values():
        file, _, name = named.partition("::")
        assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8")
