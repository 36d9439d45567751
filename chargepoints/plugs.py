"""Several plugs at one EVSE (OCPP 2.x), told one by one, as the one state of the outlet that sessions know."""

from __future__ import annotations

from dataclasses import replace

from chargepoints.decoding.events import StatusReported
from core.facts import ConnectorStatus

_RANK = (
    ConnectorStatus.OCCUPIED,
    ConnectorStatus.FAULTED,
    ConnectorStatus.RESERVED,
    ConnectorStatus.AVAILABLE,
    ConnectorStatus.UNAVAILABLE,
)
"""Of several plugs the first of these counts: while one charges the others are unavailable, and a fault is shown."""


class Plugs:
    """The newest state of each plug since the start, of outlets that have more than one."""

    def __init__(self) -> None:
        self._states: dict[tuple[str, int], dict[int, StatusReported]] = {}

    def combined(self, station: str, said: StatusReported) -> StatusReported:
        """Return the state of an outlet, all its plugs together; of an outlet with one plug what was said."""
        if not said.plug:
            return said
        plugs = self._states.setdefault((station, said.connector), {})
        known = plugs.get(said.plug)
        if known is None or known.stamp.at_utc <= said.stamp.at_utc:
            plugs[said.plug] = said
        counts = min(plugs.values(), key=lambda each: _rank(each.status))
        return replace(said, status=counts.status, error_code=counts.error_code, info=counts.info)


def _rank(status: ConnectorStatus) -> int:
    return _RANK.index(status) if status in _RANK else 0
