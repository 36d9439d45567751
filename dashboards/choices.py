"""What is chosen above dashboards, which events stand in their charts, and where a click leads."""

from __future__ import annotations

from typing import Final

from core.published import Fact, Span
from dashboards.model import Colour, Link, Marks, Variable
from store.panels import SLOTS, chosen, is_, marks_of, values_of

SITE: Final = chosen("site", "site")
BUILDING: Final = chosen("building", "building")
METER: Final = chosen("source", "meter")
GROUP: Final = chosen("group", "vehicle_group")

SITES: Final = Variable(name="site", ask=values_of(SLOTS, "site"))
BUILDINGS: Final = Variable(name="building", ask=values_of(SLOTS, "building", SITE))
METERS: Final = Variable(name="meter", ask=values_of(SLOTS, "source", is_("kind", "meter"), BUILDING))
GROUPS: Final = Variable(name="vehicle_group", ask=values_of(Fact.VEHICLE_DAY.value, "group"))
VEHICLES: Final = Variable(name="vehicle", ask=values_of(Fact.VEHICLE_DAY.value, "source", GROUP), multi=False)
PERIODS: Final = Variable(name="period", options={"day": Span.DAY.value, "month": Span.MONTH.value})

BOOKINGS: Final = Marks(
    text="bookings",
    ask=marks_of(("exchange", "reset", "rollover", "correction", "interruption"), "booking", SITE),
    colour=Colour.HEAT,
)
GAPS: Final = Marks(text="gaps", ask=marks_of(("gap",), "end_ms", SITE), colour=Colour.PLAIN, until="end_ms")
PRICES: Final = Marks(text="prices", ask=marks_of(("new_price",), "name", SITE), colour=Colour.SUN)
DRIFT: Final = Marks(text="drift", ask=marks_of(("drift",), "ended", SITE), colour=Colour.BAD)
REPORTS: Final = Marks(text="reports", ask=marks_of(("report",), "name"), colour=Colour.CHARGING)

TO_SITE: Final = Link(text="site", board="kw-site-energy", given={"site": "site"})
TO_BUILDINGS: Final = Link(text="building", board="kw-building", given={"site": "site"})
TO_METER: Final = Link(text="meter", board="kw-building", given={"meter": "source"})
TO_VEHICLE: Final = Link(text="vehicle", board="kw-vehicle", given={"vehicle": "source"})
TO_SESSION: Final = Link(
    text="session",
    board="kw-session",
    given={"session": "session", "outlet": "source"},
    during=("begun_ms", "ended_ms"),
)
"""From a session to its course. One that goes on has no end: Grafana then keeps the range."""
