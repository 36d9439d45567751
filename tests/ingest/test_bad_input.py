from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.texts import catalogue
from ingest.intake import Intake
from ingest.messages import Message
from tests.ingest.bad_input import BAD_INPUT, BadInput
from tests.ingest.rig import INVENTORY, ZONE

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("case", BAD_INPUT, ids=lambda case: case.name)
def test_bad_input_costs_only_itself_and_is_named(case: BadInput) -> None:
    intake = Intake("main", ZONE, lambda: INVENTORY)
    message = Message("main", case.topic, case.payload, NOW, retained=case.retained)
    good = Message("main", "ovms/fleet/VAN1/metric/v/b/soh", b"97", NOW)
    catch = intake.sort([good, message, good], NOW)
    soh, *between, again = catch.readings
    assert soh.value == again.value == 97.0
    assert [(reading.quantity, reading.value) for reading in between] == list(case.readings)
    said = {
        "rejections": [rejection.reason.code for rejection in catch.rejections],
        "notices": [notice.finding.code for notice in catch.notices],
        "discoveries": [discovery.hint for discovery in catch.discoveries],
    }
    assert said == {place: [case.code] if place == case.shown else [] for place in said}


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_code_of_the_table_has_a_text(language: str) -> None:
    codes = {case.code for case in BAD_INPUT if case.code}
    assert codes <= catalogue("de" if language == "de" else "en").codes()
