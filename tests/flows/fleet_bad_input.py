"""What vehicles, papers, cards, factors and mailboxes get wrong in a month: literal tables, parameters of tests.

Every vehicle drives ten kilometres between 10 and 11 o'clock UTC of each day of October and of some days around it;
what is odd about it begins at noon of a day. `brav` is the one whose figures must not change by all the others.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from core.inventory import Drive, FuelKind

KM_PER_MILE: Final = 1.609344
DAILY_KM: Final = 10
BEGIN_KM: Final = {"brav": 50_000, "geliehen": 12_000}
"""What odometers show first; all others show 20,000 km."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BadMonth:
    """A vehicle's odd October, what its figures come to (a text: the code of the reason), and what people read.

    `odd` are the day, the factor and the summand (km) of what the odometer shows from its noon on. `charges` are the
    day, the energy (kWh) and the card. `finding` is told of a day or of the month, `savings` of what was avoided.
    """

    name: str
    vehicle: dict[str, Any] = field(default_factory=dict)
    odd: tuple[date, float, float] | None = None
    silent: bool = False
    parked: bool = False
    levels: tuple[float, ...] = ()
    charges: tuple[tuple[int, float, str], ...] = ()
    figures: dict[str, Decimal | str]
    finding: str = ""
    savings: str = ""
    negative: bool = False
    says: str


def day(number: int) -> date:
    """Return a day of October."""
    return date(2026, 10, number)


BAD_MONTHS: Final = (
    BadMonth(
        name="faellt",
        odd=(day(10), 1.0, -10_000.0),
        figures={"distance_m": Decimal(310_000)},
        finding="vehicle_days.odometer_fell",
        says="fällt von 20.120 auf 10.120 km",
    ),
    BadMonth(
        name="springt",
        odd=(day(10), 1.0, 90_000.0),
        figures={"distance_m": Decimal(310_000)},
        finding="vehicle_days.odometer_jumped",
        says="springt von 20.120 auf 110.120 km",
    ),
    BadMonth(
        name="meilen",
        odd=(day(10), 1 / KM_PER_MILE, 0.0),
        figures={"distance_m": Decimal(90_000)},
        finding="vehicle_days.unit_km_to_miles",
        says="von Kilometern zu Meilen",
    ),
    BadMonth(
        name="kilometer",
        odd=(day(10), KM_PER_MILE, 0.0),
        figures={"distance_m": Decimal(90_000)},
        finding="vehicle_days.unit_miles_to_km",
        says="von Meilen zu Kilometern",
    ),
    BadMonth(
        name="anderswo",
        odd=(day(10), 1.0, 30_000.0),
        figures={"distance_m": Decimal(310_000)},
        finding="vehicle_days.odometer_of_other",
        says="den Stand von brav: Sitzt der Sender jetzt dort?",
    ),
    BadMonth(
        name="ladestand",
        levels=(70.0, 255.0, 70.0, -1.0, 70.0, 0.0, 70.0, 127.5, 70.0),
        figures={"distance_m": Decimal(310_000), "gross_wh_per_100km": Decimal(0)},
        finding="vehicle_days.soc_dropped",
        says="Ladestände waren keine möglichen Werte",
    ),
    BadMonth(
        name="ohne-vergleich",
        vehicle={"baseline": None},
        figures={"distance_m": Decimal(310_000)},
        savings="emissions.no_baseline",
        says="Ein Vergleichsfahrzeug",
    ),
    BadMonth(
        name="ohne-zaehler",
        silent=True,
        charges=((12, 10.0, "ohne-zaehler"),),
        figures={"distance_m": "figures.no_distance", "own_charged_wh": Decimal(10_000)},
        savings="figures.no_distance",
        says="kein Kilometerstand",
    ),
    BadMonth(
        name="verkauft",
        vehicle={"valid_to": day(16)},
        figures={"distance_m": Decimal(150_000)},
        says="150 km",
    ),
    BadMonth(
        name="geliehen",
        vehicle={"valid_from": day(16), "replaces": "verkauft", "lease_until": date(2027, 3, 31)},
        figures={"distance_m": Decimal(160_000)},
        says="160 km",
    ),
    BadMonth(
        name="steht",
        parked=True,
        charges=((5, 12.0, "steht"),),
        figures={
            "distance_m": Decimal(0),
            "own_charged_wh": Decimal(12_000),
            "gross_wh_per_100km": "figures.no_charge",
        },
        finding="figures.charged_not_driven",
        negative=True,
        says="Geladen wurden 12 kWh, gefahren wurde nicht.",
    ),
    BadMonth(
        name="hybrid",
        vehicle={"drive": Drive.PLUG_IN_HYBRID, "fuel": FuelKind.PETROL},
        charges=((5, 12.0, "hybrid"),),
        figures={"distance_m": Decimal(310_000), "fuel_l": "figures.no_fuel_data"},
        savings="emissions.hybrid_without_fuel",
        says="Tankbelege",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BadFile:
    """A file in the configuration that is refused, with what is said of it."""

    name: str
    file: str
    text: str
    says: tuple[str, ...]


_SET: Final = """\
sets:
  eigen:
    title: "Eigene Werte"
    edition: "2026"
    source: "Stadtwerke"
    provenance: S
    factors:
"""
BAD_FILES: Final = (
    BadFile(
        name="two factors for one year",
        file="factors/eigen.yaml",
        text=_SET
        + "      - {subject: supplier_mix, boundary: wtw, unit: g/kWh, value: 120, valid_from: 2026-01-01}\n"
        + "      - {subject: supplier_mix, boundary: wtw, unit: g/kWh, value: 130, valid_from: 2026-06-01}\n",
        says=("factors/eigen.yaml, Zeile 9", "Zeile 8", "supplier_mix (120", "supplier_mix (130"),
    ),
    BadFile(
        name="fuel with its chain, electricity without",
        file="factors/eigen.yaml",
        text=_SET
        + "      - {subject: diesel, boundary: wtw, unit: kg/l, value: 3.24}\n"
        + "      - {subject: grid, boundary: ttw, unit: g/kWh, value: 344, year: 2026}\n",
        says=("factors/eigen.yaml, Zeile 9", "diesel (3.24", "grid (344"),
    ),
    BadFile(
        name="one card for two vehicles",
        file="inventory/karten.yaml",
        text="""\
tags:
  karte-a:
    name: Karte A
    uid: "04A1B2C3D4E5F6"
    vehicle: aut-e-101
    valid_from: 2026-01-01
  karte-b:
    name: Karte B
    uid: "04a1b2c3d4e5f6"
    vehicle: aut-e-102
    valid_from: 2026-02-01
""",
        says=("inventory/karten.yaml, Zeile 9", "karte-a", "aut-e-101", "aut-e-102"),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BadMailbox:
    """How a mailbox answers a report, and how its way stands then, by REST and on the page."""

    name: str
    at_rcpt: str = ""
    at_data: str = ""
    state: str
    says: str
    given: int = 0


BAD_MAILBOXES: Final = (
    BadMailbox(name="unbekannt", at_rcpt="550 no such mailbox", state="refused", says="550 no such mailbox"),
    BadMailbox(name="voll", at_rcpt="452 mailbox full", state="waiting", says="452 mailbox full"),
    BadMailbox(name="spaeter", at_data="451 try later", state="waiting", says="451 try later", given=1),
    BadMailbox(name="abgelehnt", at_data="554 looks like spam", state="refused", says="554 looks like spam", given=1),
    BadMailbox(name="aufgelegt", at_data="drop", state="uncertain", says="ungewiss", given=1),
)
