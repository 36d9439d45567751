"""The names of what was computed from points: amounts and means of slots and local days, a row per span.

Amounts (of registers) are integer thousandths of the unit; means (of instant quantities) stand with
the least and greatest value. `ts` is where a span begins, UTC. The five columns of seconds say what
it stands on and sum to its length; `begins` and `ends` are `energy.series.SHARE_NUMBERS`. Like points,
slots come hot, as they are computed, and cold, sorted by series and instant; together they are the
views `slot_amount` and `slot_mean`. Days are few and stand in one table each. One writer keeps
(series, ts) unique.
"""

from __future__ import annotations

from typing import Final

from core.intervals import Resolution
from energy.series import SHARE_NUMBERS

SLOT_AMOUNT: Final = "slot_amount"
SLOT_AMOUNT_HOT: Final = "slot_amount_hot"
SLOT_AMOUNT_COLD: Final = "slot_amount_cold"
SLOT_MEAN: Final = "slot_mean"
SLOT_MEAN_HOT: Final = "slot_mean_hot"
SLOT_MEAN_COLD: Final = "slot_mean_cold"
DAY_AMOUNT: Final = "day_amount"
DAY_MEAN: Final = "day_mean"

AMOUNT: Final = {Resolution.SLOT: SLOT_AMOUNT, Resolution.DAY: DAY_AMOUNT}
"""Where the amounts of a resolution are read."""
MEAN: Final = {Resolution.SLOT: SLOT_MEAN, Resolution.DAY: DAY_MEAN}
"""Where the means of a resolution are read."""

PARTS: Final[dict[str, tuple[str, ...]]] = {
    SLOT_AMOUNT: (SLOT_AMOUNT_HOT, SLOT_AMOUNT_COLD),
    SLOT_MEAN: (SLOT_MEAN_HOT, SLOT_MEAN_COLD),
    DAY_AMOUNT: (DAY_AMOUNT,),
    DAY_MEAN: (DAY_MEAN,),
}
"""The tables behind each name; new rows go into the first."""

SECONDS: Final = tuple(f"{share.value}_s" for share in sorted(SHARE_NUMBERS, key=lambda share: SHARE_NUMBERS[share]))
"""The columns of seconds, in the order of `SHARE_NUMBERS`."""

_SECONDS: Final = ", ".join(f"{column} integer not null" for column in SECONDS)
_SPAN: Final = "series_id integer not null, ts timestamp not null"
_AMOUNT: Final = f"{_SPAN}, thousandths bigint not null, {_SECONDS}, begins utinyint not null, ends utinyint not null"
_MEAN: Final = f"{_SPAN}, mean double not null, minimum double not null, maximum double not null, {_SECONDS}"


def _both(name: str, columns: str) -> tuple[str, ...]:
    hot, cold = PARTS[name]
    return (
        f"create table {hot} ({columns})",
        f"create table {cold} ({columns})",
        f"create view {name} as select * from {hot} union all by name select * from {cold}",
    )


CREATE: Final[tuple[str, ...]] = (
    *_both(SLOT_AMOUNT, _AMOUNT),
    *_both(SLOT_MEAN, _MEAN),
    f"create table {DAY_AMOUNT} ({_AMOUNT})",
    f"create table {DAY_MEAN} ({_MEAN})",
)
"""Makes the tables in a file that has none of them."""
