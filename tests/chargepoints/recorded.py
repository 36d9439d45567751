"""Which messages go over the wire in which of the OCA's cases: the page of OCPP messages tells it.

Each case is held to what is recorded. To record them anew: `KREISWATT_RECORD=1 pytest tests/chargepoints -k case`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

PLACE = Path(__file__).parents[2] / "docs" / "reference" / "ocpp_cases.json"
VERSIONS = {"ocpp1.6": "1.6", "ocpp2.0.1": "2.0.1"}

Cases = dict[str, dict[str, list[str]]]


def hold_to_the_record(subprotocol: str, id_: str, spoken: Iterable[str]) -> None:
    """Assert that exactly the recorded messages were spoken in a case; cases of our own are not recorded."""
    said = set(spoken)
    assert said, "a case in which nothing is said shows nothing"
    if not id_.startswith("TC_"):
        return
    version, cases = VERSIONS[subprotocol], json.loads(PLACE.read_bytes())
    if os.environ.get("KREISWATT_RECORD"):
        _record(cases, version, id_, said)
    assert {action for action, ids in cases[version].items() if id_ in ids} == said


def _record(cases: Cases, version: str, id_: str, said: set[str]) -> None:
    others = {action: set(ids) - {id_} for action, ids in cases[version].items()}
    for action in said:
        others.setdefault(action, set()).add(id_)
    cases[version] = {action: sorted(ids) for action, ids in sorted(others.items()) if ids}
    versions = ",\n".join(f" {json.dumps(name)}: {{\n{_lines(messages)}\n }}" for name, messages in cases.items())
    PLACE.write_text(f"{{\n{versions}\n}}\n", encoding="utf-8")


def _lines(messages: dict[str, list[str]]) -> str:
    return ",\n".join(f"  {json.dumps(action)}: {json.dumps(ids)}" for action, ids in messages.items())
