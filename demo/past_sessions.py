"""The past of an outlet: its register and its charge sessions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from core.facts import ChargeSession, Origin, Protocol, SessionState, TagVerdict
from core.readings import ReadingQuality
from core.texts import Finding
from demo.chance import FloatArray
from demo.charging import taper
from demo.outlets import Place
from demo.stays import Stay

SLOT_S = 900.0
_SLOTS_PER_H = 3600.0 / SLOT_S
_CLOCK_TOLERANCE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class OutletPast:
    """An outlet with all its stays; `slot_wh` is the energy it gave in each slot."""

    place: Place
    protocol: Protocol
    stays: Sequence[Stay]
    first_wh: float
    slot_wh: FloatArray

    def mean_w(self) -> FloatArray:
        """Return the mean power of each slot."""
        return self.slot_wh * _SLOTS_PER_H

    def register_wh(self) -> FloatArray:
        """Return what the register shows at each slot border, in whole Wh."""
        return np.floor(self.first_wh + np.concatenate([[0.0], np.cumsum(self.slot_wh)]))

    def sessions(self, token_of: Callable[[str], str]) -> Iterator[ChargeSession]:
        """Yield the charge sessions; `token_of` is the pseudonym of a card."""
        register_wh = self.first_wh
        for stay in self.stays:
            start_wh = register_wh
            register_wh += float(stay.energy_wh(np.array([stay.end_s]))[0])
            yield self._session(stay, float(int(start_wh)), float(int(register_wh)), token_of(stay.tag_uid))

    def _session(self, stay: Stay, start_wh: float, stop_wh: float, tag: str) -> ChargeSession:
        begun_at_utc = _instant(stay.begin_s)
        key = f"{begun_at_utc:%Y%m%dT%H%M%S}-{self.place.connector.number}"
        return ChargeSession(
            id=f"{self.place.station.id}-generated-{key}",
            station=self.place.station.id,
            connector=self.place.connector.number,
            protocol=self.protocol,
            transaction=f"generated-{key}",
            state=SessionState.ENDED,
            begun_at_utc=begun_at_utc,
            ended_at_utc=_instant(stay.end_s),
            tag=tag,
            tag_verdict=TagVerdict.ACCEPTED,
            register_start_wh=start_wh,
            register_stop_wh=stop_wh,
            energy_wh=stop_wh - start_wh,
            peak_power_w=round(stay.power_w * taper(stay.soc_percent), 0),
            samples=int((stay.end_s - stay.begin_s) // SLOT_S) + 2,
            stop_reason="Local",
            origin=Origin.GENERATED,
        )


def outlet_past(
    place: Place, protocol: Protocol, stays: Sequence[Stay], borders_s: FloatArray, first_wh: float
) -> OutletPast:
    """Return the past of an outlet over the slots between `borders_s`, its register beginning at `first_wh`."""
    slot_wh = np.zeros(len(borders_s) - 1)
    for stay in stays:
        first = int((stay.begin_s - borders_s[0]) // SLOT_S)
        last = int((stay.end_s - borders_s[0]) // SLOT_S) + 1
        slot_wh[first:last] += np.diff(stay.energy_wh(borders_s[first : last + 1]))
    return OutletPast(place, protocol, stays, first_wh, slot_wh)


def lifetime_for_energy(session: ChargeSession, max_power_w: float) -> ChargeSession:
    """Return a session as it is kept if its station tells the total of its register for the session's energy."""
    ended_at_utc = session.ended_at_utc or session.begun_at_utc
    lasted_h = (ended_at_utc - session.begun_at_utc + _CLOCK_TOLERANCE) / timedelta(hours=1)
    total_wh = session.register_stop_wh or 0.0
    finding = Finding.of(
        "session.energy_implausible", energy_wh=round(total_wh), limit_wh=round(max_power_w * lasted_h)
    )
    return replace(
        session, register_start_wh=0.0, energy_wh=None, quality=ReadingQuality.RECOVERED, findings=(finding,)
    )


def _instant(at_s: float) -> datetime:
    return datetime.fromtimestamp(int(at_s), UTC)
