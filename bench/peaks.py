"""How well peaks are foreseen: `energy.peak_forecast` over 38 weeks of the example district, against a made-up limit.

The limit of each supply is what it exceeds in 0.5 % (and 0.1 %) of its quarter hours. The newest quarter hour is not
known yet when somebody looks, as in the service.
"""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from config.inventory import inventory_of, read_texts
from core.inventory import Medium, MeterRole
from core.periods import Period
from core.quantities import Quantity
from demo.past import Past
from energy.calendars import LocalTime, local_time
from energy.loads import Load
from energy.peak_forecast import expected_peak

PERIOD = Period(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC))
BACK = 29 * 96
SLOT_MS = 900_000
SHARES = (0.995, 0.999)


def main() -> None:
    inventory, _ = inventory_of(read_texts(Path(str(resources.files("config") / "example")))[0], None)
    past = Past(inventory, 7, PERIOD, {})
    told: dict[float, list[tuple[bool, bool, int]]] = {share: [] for share in SHARES}
    for site in sorted(past.scenes):
        for series in past.columns_of(site):
            meter = inventory.meters.get(series.source.removeprefix("meter:"))
            kind = (meter.medium, meter.role) if meter else None
            if kind == (Medium.ELECTRICITY, MeterRole.SUPPLY) and series.quantity is Quantity.ENERGY_IMPORT_WH:
                for share, days in days_of(np.asarray(series.at_ms), np.asarray(series.values)).items():
                    told[share] += days
    for share, days in told.items():
        hit = [lead for over, before, lead in days if over and before]
        over = sum(each[0] for each in days)
        vain = sum(before and not exceeded for exceeded, before, _ in days)
        print(f"{share}: {over} days over the limit, {len(hit)} told before, median {np.median(hit):.0f} min;")
        print(f"       told in vain on {vain} of the {len(days) - over} other days")


def days_of(at_ms: np.ndarray, register_wh: np.ndarray) -> dict[float, list[tuple[bool, bool, int]]]:
    """Return of each day whether the limit was exceeded, whether that was told before, and how many minutes."""
    start_ms = np.arange(int(PERIOD.start_utc.timestamp()), int(PERIOD.end_utc.timestamp()), 900, dtype=np.int64) * 1000
    power_w = np.clip(np.diff(np.interp(start_ms, at_ms, register_wh)) * 4, 0, None)
    start_ms = start_ms[:-1]
    local = local_time(start_ms, ZoneInfo("Europe/Berlin"))
    foreseen = np.zeros(len(power_w))
    for now in range(BACK + 1, len(power_w)):
        known = slice(now - 1 - BACK, now - 1)
        counted = np.round(power_w[known] * 250).astype(np.int64)
        load = Load(start_ms[known], counted, np.ones(BACK, np.bool_), np.zeros((BACK, 5), np.int64))
        peak = expected_peak(load, LocalTime(local.day[known], local.quarter[known], local.weekday[known]))
        foreseen[now] = peak.rate if peak else 0.0
    found: dict[float, list[tuple[bool, bool, int]]] = {}
    for share in SHARES:
        limit_w = np.quantile(power_w, share)
        found[share] = []
        for day in np.unique(local.day[BACK + 96 :]):
            slots = np.flatnonzero(local.day == day)
            over, warned = np.flatnonzero(power_w[slots] > limit_w), np.flatnonzero(foreseen[slots] > limit_w)
            before = bool(len(warned)) and (not len(over) or warned[0] <= over[0])
            lead = int(over[0] - warned[0]) * 15 if len(over) and before else 0
            found[share].append((bool(len(over)), before, lead))
    return found


if __name__ == "__main__":
    main()
