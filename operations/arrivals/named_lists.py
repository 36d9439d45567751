"""Lists from other systems whose columns are found by name: what is said of how they are to be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal

from annotated_types import Ge, Le

from core.errors import RequestError
from ingest.files.named import NamedMapping


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedList:
    """A list that was handed in, by its digest; the command line takes its path.

    `columns` say which column holds what, as `field=column`; those that are not named are found by known names. With
    `dry_run` nothing is written.
    """

    upload: str = field(metadata={"upload": True})
    dry_run: bool = False
    columns: tuple[str, ...] = ()
    header: Annotated[int, Ge(0), Le(200)] = 1
    encoding: Literal["", "utf-8", "utf-8-sig", "utf-16", "cp1252"] = ""
    delimiter: Literal["", ";", ",", "\t", "|"] = ""


def mapping_of(request: NamedList, known: Sequence[str], unknown: str) -> NamedMapping:
    """Return how a request wants its file understood. Raises `RequestError` (`unknown`) for a column of no field."""
    columns = dict(each.partition("=")[::2] for each in request.columns if each.strip())
    for name in columns:
        if name not in known:
            raise RequestError(unknown, field=name[:60], known=", ".join(known))
    return NamedMapping(columns=columns, header=request.header, encoding=request.encoding, delimiter=request.delimiter)
