"""What the days of a site cost, one by one: for forecasts, which want hundreds of them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import numpy as np

from energy.charges import daily_costs
from energy.loads import ENOUGH_KNOWN
from energy.series import SHARE_NUMBERS
from energy.slots import MISSING
from operations.costs.reading import ReadCosts

_DAY: Final = timedelta(days=1)


def costs_by_day(read: ReadCosts, first: date, end: date) -> dict[date, Decimal]:
    """Return what each day from `first` until before `end` costs of which enough is known, before it is rounded.

    It is what the bill of that day (`ReadCosts.bill`) comes to.
    """
    count = max((end - first).days, 0)
    seconds = np.zeros((count, len(SHARE_NUMBERS)), np.int64)
    costs: list[Decimal | None] = [None] * count
    for account in read.accounts:
        rows = account.rows(first, end)
        begin = (account.first - first).days + rows.start
        seconds[begin : begin + rows.stop - rows.start] += account.seconds[rows]
        for number, cost in enumerate(daily_costs(account, first, end), begin):
            if cost is not None:
                costs[number] = (costs[number] or Decimal(0)) + cost
    span_s = seconds.sum(axis=1)
    known = (span_s - seconds[:, MISSING] >= ENOUGH_KNOWN * span_s) & (span_s > 0)
    days = zip(known.tolist(), costs, strict=True)
    return {first + number * _DAY: cost for number, (enough, cost) in enumerate(days) if enough and cost is not None}
