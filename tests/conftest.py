"""What a test needs beside Python marks it, so that `make test WITHOUT=...` can leave it out by name."""

from __future__ import annotations

import pytest

BY_FIXTURE = {"mosquitto": "mosquitto", "service": "mosquitto", "browser": "browser"}
BY_NAME = {"Mosquitto": "mosquitto"}
"""Which marker a fixture brings, and which a name that the test's module uses."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        fixtures, module = getattr(item, "fixturenames", ()), getattr(item, "module", None)
        for marker in {
            *(marker for fixture, marker in BY_FIXTURE.items() if fixture in fixtures),
            *(marker for name, marker in BY_NAME.items() if hasattr(module, name)),
        }:
            item.add_marker(marker)
