"""A dashboard as values. `dashboards.building` makes Grafana's JSON of them.

Words are codes of texts: of a panel `drawn` on the board `home` the title is `boards.home.drawn`, and
`boards.home.drawn_how` says what it shows and how that is computed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from core.quantities import Quantity
from core.units import look_of
from store.panels import Select


class PanelKind(StrEnum):
    """Grafana's own panels that are used."""

    TIMESERIES = "timeseries"
    STAT = "stat"
    TABLE = "table"
    BARS = "barchart"
    BOARDS = "dashlist"


class Colour(StrEnum):
    """What a colour means, everywhere the same; told apart by people who see red and green alike, too."""

    GRID = "#3274d9"
    SUN = "#e0b400"
    HEAT = "#ff780a"
    WATER = "#00838f"
    GAS = "#a352cc"
    CHARGING = "#56a64b"
    BAD = "#e02f44"
    PLAIN = "#8e8e8e"


@dataclass(frozen=True, slots=True)
class Unit:
    """How numbers are written; `decimals` None: a text, or an instant if `suffix` is `instant`."""

    suffix: str
    decimals: int | None

    @classmethod
    def of(cls, quantity: Quantity) -> Unit:
        """Return the shown unit of a quantity."""
        look = look_of(quantity)
        return cls(look.shown_unit, look.decimals)


PERCENT: Final = Unit("%", 1)
COUNT: Final = Unit("", 0)
EUR: Final = Unit("€", 2)
KWH: Final = Unit.of(Quantity.ENERGY_IMPORT_WH)
KW: Final = Unit("kW", 1)
KM: Final = Unit("km", 0)
HOURS: Final = Unit("h", 1)
TONNES: Final = Unit("t CO₂e", 2)
TEXT: Final = Unit("", None)
INSTANT: Final = Unit("instant", None)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a panel, and what its series are called: `$tag_site`, or `series` for `boards.series.<series>`."""

    select: Select
    tag: str = ""
    series: str = ""
    colour: Colour | None = None
    dashed: bool = False
    """For limits, estimates and forecasts."""


@dataclass(frozen=True, slots=True)
class Link:
    """Where a click on a value leads: to the dashboard `board`, or to `page` of the console.

    `given` are its variables by the column (or of a chart the tag) that says them. `during` are the columns of the
    instants that it shows, else the range stays.
    """

    text: str
    board: str = ""
    page: str = ""
    given: Mapping[str, str] = field(default_factory=dict)
    during: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a table's column, `boards.head.<text>`, and how its values are written; `words` names them."""

    text: str
    unit: Unit = TEXT
    link: Link | None = None
    words: str = ""
    """The beginning of codes of texts: the value `faulted` is said as `boards.<words>.faulted`."""

    is_hidden: bool = False
    """For columns that only links need."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One panel: `id` is its number for ever, `text` its code below its board's, `nothing` what is said without data.

    `stacked` series add up. Above `act_from` somebody must act. `back` is how far it looks whatever range is chosen.
    """

    id: int
    kind: PanelKind
    text: str
    asked: Sequence[Asked] = ()
    nothing: str = "nothing"
    unit: Unit = COUNT
    width: int = 12
    height: int = 8
    bars: bool = False
    stacked: bool = False
    points: bool = False
    """Lines with a point for each value, for days and months."""

    colour: Colour | None = None
    act_from: float | None = None
    act_below: float | None = None
    back: str = ""
    links: Sequence[Link] = ()
    heads: Mapping[str, Head] = field(default_factory=dict)
    """Of a table, by column; columns without one are hidden."""

    sort: str = ""
    """The column by which a table is sorted, greatest first; with a minus, least first."""

    total: bool = False
    """Whether a stat is the sum of its series' values, not the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A choice above the dashboard: values of a tag (`ask`), or `options` by code, or nothing that is seen (`hidden`).

    Its label is `boards.variable.<name>`.
    """

    name: str
    ask: str = ""
    multi: bool = True
    options: Mapping[str, str] = field(default_factory=dict)
    hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Events that stand as marks in charts, `boards.marks.<text>`: which question gives them."""

    text: str
    ask: str
    colour: Colour
    until: str = ""
    """The column with the end of what lasted, in milliseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """A dashboard: `uid` for ever, `text` its code, panels in their order, and the console's `page` on its subject."""

    uid: str
    text: str
    panels: Sequence[Panel]
    page: str
    variables: Sequence[Variable] = ()
    marks: Sequence[Marks] = ()
    since: str = "now-7d"
    until: str = "now"
    refresh: str = "5m"
