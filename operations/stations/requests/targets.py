"""Of which stations something is asked, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from annotated_types import Ge, Le

Wait = Annotated[float, Ge(0), Le(600)]


@dataclass(frozen=True, kw_only=True)
class Targets:
    """Of which stations, and when.

    `id` is a station, or several parted by commas; all of a site (`site:lra`) or maker (`maker:Alfen`), or of a model
    (`maker:Alfen/Eve`). With `when_idle` or `at_utc` a command waits until `expires_utc`, a day if that is not said;
    else a minute. The answer of a station is waited for `answer_within_s`, what it leads to for at most `wait_s`: then
    it is told how far it is, and goes on.
    """

    id: str
    when_idle: bool = False
    at_utc: datetime | None = None
    expires_utc: datetime | None = None
    answer_within_s: Wait | None = None
    wait_s: Wait = 30.0
