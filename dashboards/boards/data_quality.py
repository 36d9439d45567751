"""Which figures stand on readings, and which on less."""

from __future__ import annotations

from typing import Final

from core.quantities import Quantity
from core.readings import SlotShare
from dashboards.model import PERCENT, Dashboard, Panel, PanelKind, Variable
from store.panels import AUTO, SLOTS, Select, chosen, share, values_of

_SITE: Final = chosen("site", "site")
_IMPORT: Final = Quantity.ENERGY_IMPORT_WH
_SHARES: Final = tuple(share(_IMPORT, part, part.value) for part in SlotShare)

BOARD: Final = Dashboard(
    uid="kw-data-quality",
    title="boards.data_quality.title",
    purpose="boards.data_quality.purpose",
    variables=(Variable(name="site", label="boards.variable.site", ask=values_of(SLOTS, "site")),),
    panels=(
        Panel(
            id=1,
            kind=PanelKind.TABLE,
            title="boards.data_quality.shares",
            purpose="boards.data_quality.shares_how",
            nothing="boards.no_slots",
            ask=Select(measurement=SLOTS, columns=_SHARES, where=(_SITE,), by=("source",)),
            unit=PERCENT,
            heads={"source": "boards.head.source", **{each.value: f"boards.share.{each.value}" for each in SlotShare}},
            width=24,
            height=10,
        ),
        Panel(
            id=2,
            kind=PanelKind.TIMESERIES,
            title="boards.data_quality.missing",
            purpose="boards.data_quality.missing_how",
            nothing="boards.no_slots",
            ask=Select(
                measurement=SLOTS,
                columns=(share(_IMPORT, SlotShare.MISSING, "missing"),),
                where=(_SITE,),
                every=AUTO,
                by=("source",),
                fill="null",
            ),
            unit=PERCENT,
            alias="$tag_source",
            width=24,
        ),
    ),
)
