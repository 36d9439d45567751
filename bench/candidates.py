"""How long (CPU) replaying 200 combustion vehicles takes, whether it grows with the days, and what sites need for all.

Each vehicle has days of its own at one of twenty sites and is driven again with four models. The baseline replays each
day on its own, from the first one up to it, as one would who asks a simulation for the state of each morning; it is
measured for a few vehicles over thirty days in the same run, and counted up to all.
"""

from __future__ import annotations

import argparse
import sys
import time
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from bench.result import Result, report
from core.fleet import VehicleDay
from core.inventory import Drive, Vehicle
from core.inventory.mobility import ElectricModel, VehicleClass
from fleet.candidates.driven_again import CandidateFacts, Outlet, driven_again
from fleet.candidates.site_needs import SiteFacts, site_needs
from fleet.candidates.verdicts import replay_all

VEHICLES: Final = 200
SITES: Final = 20
FIRST: Final = date(2025, 1, 1)
DAYS: Final = (90, 365)
NAIVE_VEHICLES, NAIVE_DAYS = 20, 30
GOAL_S: Final = 10.0
LINEAR_WITHIN: Final = 1.3
"""A year may take so many times as much longer than ninety days as it is longer."""


def main() -> int:
    """Print the figures; return 0 if the goals are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    short_s, year_s = (_replayed_s(days) for days in DAYS)
    growth = year_s / short_s / (DAYS[1] / DAYS[0])
    naive_s, same_s = _naive_s(), _few_s()
    results = [
        Result("replay_of_90_days", short_s, "s"),
        Result("replay_of_a_year", year_s, "s", None, None, GOAL_S, year_s <= GOAL_S),
        Result("replay_of_30_days_of_20_vehicles", same_s, "s", naive_s, naive_s / same_s),
        Result("growth_over_linear_90_to_365", growth, "", None, None, LINEAR_WITHIN, growth <= LINEAR_WITHIN),
        Result("site_needs_of_a_year", _needs_s(), "s"),
    ]
    return report(results, as_json=options.json)


def _replayed_s(days: int) -> float:
    facts, models = [_facts(number, days) for number in range(VEHICLES)], _models()
    began_s = time.process_time()
    found = replay_all(facts, models)
    took_s = time.process_time() - began_s
    assert sum(len(each.replays) for each in found) == VEHICLES * len(models), "a bench that does nothing would be fast"
    return took_s


def _few_s() -> float:
    facts, models = [_facts(number, NAIVE_DAYS) for number in range(NAIVE_VEHICLES)], _models()
    began_s = time.process_time()
    for each in facts:
        for model in models:
            list(driven_again(each, each.days, model))
    return time.process_time() - began_s


def _naive_s() -> float:
    facts, models = [_facts(number, NAIVE_DAYS) for number in range(NAIVE_VEHICLES)], _models()
    began_s = time.process_time()
    for each in facts:
        for model in models:
            for end in range(len(each.days)):
                list(driven_again(each, each.days[: end + 1], model))
    return time.process_time() - began_s


def _needs_s() -> float:
    model = _models()[-1]
    chosen = [(_facts(number, DAYS[1]), model) for number in range(VEHICLES)]
    sites = SiteFacts(connectors={f"ort-{number}": 4 for number in range(SITES)}, held={}, came={})
    began_s = time.process_time()
    found = site_needs(chosen, sites)
    took_s = time.process_time() - began_s
    assert sum(len(need.newcomers) for need in found) == VEHICLES, "a bench that does nothing would be fast"
    return took_s


def _facts(number: int, count: int) -> CandidateFacts:
    site = f"ort-{number % SITES}"
    vehicle = Vehicle(
        id=f"wagen-{number}",
        name=f"Wagen {number}",
        valid_from=FIRST,
        site=site,
        maker="A",
        model="B",
        drive=Drive.DIESEL,
        group="Amt",
    )
    days = [
        VehicleDay(
            vehicle=vehicle.id,
            day=FIRST + timedelta(days=day),
            distance_m=Decimal(1000 * ((number * 37 + day * 53) % 230)),
            dwell_s={site: 3600 * (9 + (number + day) % 8)},
        )
        for day in range(count)
    ]
    return CandidateFacts(vehicle=vehicle, days=days, outlets={site: [Outlet(Decimal(11_000))]})


def _models() -> list[ElectricModel]:
    return [
        ElectricModel(
            id=f"modell-{number}",
            name=f"Modell {number}",
            valid_from=FIRST,
            vehicle_class=VehicleClass.M1,
            battery_wh=40_000.0 + 10_000 * number,
            winter_range_m=160_000.0 + 40_000 * number,
            energy_wh_per_100km=Decimal(16_000),
            winter_energy_wh_per_100km=Decimal(20_000),
            ac_power_w=11_000.0,
            source="bench",
        )
        for number in range(4)
    ]


if __name__ == "__main__":
    sys.exit(main())
