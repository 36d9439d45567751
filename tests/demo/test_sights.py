from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from core.inventory import Inventory
from core.periods import Period
from core.texts import Language, catalogue
from demo.sights import sights
from demo.stories import stories_of

DAY = date(2026, 7, 1)
YEAR = Period(datetime(2025, 7, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC))


@pytest.mark.parametrize("language", ["de", "en"])
def test_what_to_look_at_is_said_in_both_languages(depot: Inventory, language: Language) -> None:
    found = sights(depot, DAY, stories_of(depot, YEAR))
    assert [finding.code for finding in found] == [
        "demo.lively_outlet",
        "demo.lively_outlet",
        "demo.silent_meter",
        "demo.faulty_outlet",
        "demo.past_silence",
        "demo.past_exchange",
        "demo.past_odometer",
        "demo.past_lifetime",
        "demo.past_elsewhere",
    ]
    for finding in found:
        text = catalogue(language).tell(finding)
        assert text != finding.code
        assert "{" not in text


def test_an_empty_inventory_has_nothing_to_show() -> None:
    assert sights(Inventory(), DAY, stories_of(Inventory(), YEAR)) == ()
