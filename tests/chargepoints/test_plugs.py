"""An outlet with several plugs has one state."""

from datetime import UTC, datetime, timedelta

import pytest

from chargepoints.decoding.events import Stamp, StatusReported
from chargepoints.plugs import Plugs
from core.facts import ConnectorStatus

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
AVAILABLE, OCCUPIED, UNAVAILABLE = ConnectorStatus.AVAILABLE, ConnectorStatus.OCCUPIED, ConnectorStatus.UNAVAILABLE
FAULTED, RESERVED = ConnectorStatus.FAULTED, ConnectorStatus.RESERVED


def said(plug: int, status: ConnectorStatus, minute: int = 0, connector: int = 1) -> StatusReported:
    at_utc = NOW + timedelta(minutes=minute)
    return StatusReported(connector=connector, status=status, stamp=Stamp(at_utc.isoformat(), at_utc), plug=plug)


@pytest.mark.parametrize(
    ("first", "second", "both"),
    [
        (OCCUPIED, UNAVAILABLE, OCCUPIED),
        (UNAVAILABLE, OCCUPIED, OCCUPIED),
        (AVAILABLE, UNAVAILABLE, AVAILABLE),
        (AVAILABLE, FAULTED, FAULTED),
        (RESERVED, AVAILABLE, RESERVED),
        (UNAVAILABLE, UNAVAILABLE, UNAVAILABLE),
    ],
)
def test_two_plugs_are_one_outlet(first: ConnectorStatus, second: ConnectorStatus, both: ConnectorStatus) -> None:
    plugs = Plugs()
    plugs.combined("lra-01", said(1, first))
    assert plugs.combined("lra-01", said(2, second)).status is both


def test_an_outlet_with_one_plug_and_one_of_1_6_have_the_state_that_was_said() -> None:
    plugs = Plugs()
    for plug in (0, 1):
        for status in (OCCUPIED, AVAILABLE, FAULTED):
            assert plugs.combined("lra-01", said(plug, status, connector=plug)) == said(plug, status, connector=plug)


def test_a_late_state_does_not_replace_a_newer_one() -> None:
    plugs = Plugs()
    plugs.combined("lra-01", said(1, AVAILABLE, minute=5))
    assert plugs.combined("lra-01", said(1, OCCUPIED, minute=1)).status is AVAILABLE
    assert plugs.combined("lra-02", said(1, OCCUPIED, minute=1)).status is OCCUPIED
