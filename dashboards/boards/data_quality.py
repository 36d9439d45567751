"""Which figures stand on readings, and which on less."""

from __future__ import annotations

from typing import Final

from core.published import Fact
from core.quantities import Quantity
from core.readings import SlotShare
from dashboards.choices import BOOKINGS, GAPS, SITE, SITES, TO_METER
from dashboards.model import COUNT, HOURS, INSTANT, PERCENT, Asked, Dashboard, Head, Unit
from dashboards.recurring import open_alarms
from dashboards.shapes import course, table
from store.panels import AUTO, SLOTS, Select, any_of, is_, is_like, mean, share, value_of

_IMPORT: Final = Quantity.ENERGY_IMPORT_WH
_SHARES: Final = tuple(share(_IMPORT, part, part.value) for part in SlotShare)
_BATTERY: Final = Quantity.BATTERY_PERCENT

BOARD: Final = Dashboard(
    uid="kw-data-quality",
    text="data_quality",
    page="/quality",
    variables=(SITES,),
    marks=(BOOKINGS, GAPS),
    panels=(
        table(
            1,
            "shares",
            Select(measurement=SLOTS, columns=_SHARES, where=(SITE,), by=("source",)),
            {
                "source": Head("source", link=TO_METER),
                **{each.value: Head(each.value, PERCENT) for each in SlotShare},
            },
            nothing="no_slots",
            height=10,
            sort="missing",
        ),
        course(
            2,
            "missing",
            PERCENT,
            Asked(
                Select(
                    measurement=SLOTS,
                    columns=(share(_IMPORT, SlotShare.MISSING, "missing"),),
                    where=(SITE,),
                    every=AUTO,
                    by=("source",),
                    fill="null",
                ),
                tag="$tag_source",
            ),
            nothing="no_slots",
            width=24,
        ),
        table(
            3,
            "gaps",
            Select(
                measurement=Fact.EVENT.value,
                columns=(
                    value_of("source", "source"),
                    value_of("quantity", "quantity"),
                    value_of("duration_s", "hours", 3600),
                    value_of("ended", "ended"),
                ),
                where=(SITE, is_("event", "gap")),
                most=200,
            ),
            {
                "Time": Head("begin", INSTANT),
                "source": Head("source"),
                "quantity": Head("quantity"),
                "hours": Head("duration", HOURS),
                "ended": Head("ended", words="truth"),
            },
            nothing="no_gaps",
            width=12,
            sort="Time",
        ),
        table(
            4,
            "bookings",
            Select(
                measurement=Fact.EVENT.value,
                columns=(
                    value_of("event", "event"),
                    value_of("source", "source"),
                    value_of("quantity", "quantity"),
                    value_of("booking", "booking"),
                ),
                where=(
                    SITE,
                    any_of(
                        "event",
                        ("exchange", "manual", "billing", "reset", "rollover", "correction", "interruption"),
                    ),
                ),
                most=200,
            ),
            {
                "Time": Head("at", INSTANT),
                "event": Head("booked", words="booking"),
                "source": Head("source"),
                "quantity": Head("quantity"),
                "booking": Head("booking", COUNT),
            },
            nothing="no_bookings",
            back="400d",
            width=12,
            sort="Time",
        ),
        table(
            5,
            "rewritten",
            Select(
                measurement=Fact.EVENT.value,
                columns=(
                    value_of("source", "source"),
                    value_of("quantity", "quantity"),
                    value_of("former_value", "former"),
                ),
                where=(SITE, is_("event", "rewritten")),
                most=200,
            ),
            {
                "Time": Head("at", INSTANT),
                "source": Head("source"),
                "quantity": Head("quantity"),
                "former": Head("former", Unit("", 3)),
            },
            nothing="none_rewritten",
            width=12,
            sort="Time",
        ),
        open_alarms(6, "alarms", SITE, is_like("kind", "^(meter_|clock_|booking_)"), width=12),
        course(
            7,
            "batteries",
            Unit.of(_BATTERY),
            Asked(
                Select(
                    measurement=SLOTS,
                    columns=(mean(_BATTERY, "%"),),
                    where=(SITE,),
                    every=AUTO,
                    by=("source",),
                    fill="null",
                ),
                tag="$tag_source",
            ),
            nothing="not_told",
            width=24,
        ),
    ),
)
