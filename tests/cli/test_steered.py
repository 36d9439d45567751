"""A command to charge points ends with 1 where one of them would not, could not or did not answer."""

from __future__ import annotations

import json

import pytest

from cli.steered import exit_code, went_well
from operations.table import CAPABILITIES


@pytest.mark.parametrize(
    ("states", "well"),
    [
        (["done", "waiting", "accepted", "sent", "cancelled"], True),
        (["done", "rejected"], False),
        (["failed"], False),
        (["timed_out"], False),
        (["not_supported"], False),
    ],
)
def test_the_exit_code_says_whether_it_went_well(states: list[str], well: bool) -> None:  # noqa: FBT001 - a table
    answer = json.dumps({"items": [{"progress": state} for state in states]}).encode()
    assert went_well(CAPABILITIES["stations.reset"], answer) is well
    assert went_well(CAPABILITIES["stations.list"], answer)


def test_a_comparison_that_finds_a_difference_has_a_code_of_its_own() -> None:
    diff, push = CAPABILITIES["dashboards.diff"], CAPABILITIES["dashboards.push"]
    assert exit_code("dashboards.diff", diff, b'{"same":true,"steps":[{"outcome":"same"}]}') == 0
    assert exit_code("dashboards.diff", diff, b'{"same":false,"steps":[{"outcome":"edited"}]}') == 3
    assert exit_code("dashboards.push", push, b'{"same":false,"complete":true}') == 0
    assert exit_code("dashboards.push", push, b'{"same":false,"complete":false}') == 1


@pytest.mark.parametrize("outcome", ["failed", "unsure", "not_reached"])
def test_a_comparison_that_could_not_see_everything_failed(outcome: str) -> None:
    answer = json.dumps({"same": False, "steps": [{"outcome": "created"}, {"outcome": outcome}]}).encode()
    assert exit_code("dashboards.diff", CAPABILITIES["dashboards.diff"], answer) == 1
