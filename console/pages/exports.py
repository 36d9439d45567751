"""Lists as CSV, for spreadsheets: whole, in the filter of the page, numbers as the language writes them."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from fastapi import Response
from fastapi.responses import StreamingResponse

from console.pages import sessions
from console.pages.visit import Visit
from core.errors import NotFoundError
from core.texts import Language
from operations.laws.wording import formula
from renewables.rules import Said

ROWS_AT_ONCE = 500
BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""Tells spreadsheets that the file is UTF-8."""

COLUMNS: dict[str, str] = {
    "sessions": "id station station_name site site_name connector protocol state begun_at_utc ended_at_utc "
    "begun_corrected_at_utc ended_corrected_at_utc skew_s duration_s tag tag_verdict energy_wh peak_power_w samples "
    "quality origin",
    "sites": "id name kind municipality power.power_w power.age_s power.quality meters stations vehicles",
    "meters": "id name site site_name medium role state age_s register.quantity register.value",
    "stations": "id name site site_name maker model state connected age_s protocol",
    "vehicles": "id name site site_name maker model drive group state age_s soc.value "
    "odometer.value charging plugged_in",
    "tags": "id name pseudonym state vehicle vehicle_name group site valid_from valid_to number_known managed "
    "blocked card_group sites calendar energy_limit_wh",
    "rejections": "id channel subject reason.code received_at_utc size_byte preview replayed_at_utc",
    "discoveries": "channel subject hint count first_seen_utc last_seen_utc sample",
    "alarms": "id kind severity state subject subject_name site site_name since_utc raised_at_utc acknowledged_at_utc "
    "acknowledged_by note count finding.code",
    "quality": "kind severity subject subject_name site site_name since_utc age_s finding.code",
    "factors": "id subject value unit boundary reference year status provenance set usual edition source "
    "valid_from valid_to",
    "laws": "id law version kind title provenance states basis computed formula citation valid_from valid_to shipped",
    "plants": "id name kind power_w municipality municipality_name state operator register_number permitted "
    "commissioned laws site",
    "municipalities": "id name key state plants power_w contracts valid_from valid_to",
    "feed_in": "id plant plant_name month fed_in_wh unavailable_wh curtailed_wh other_fictitious_wh negative_wh number "
    "file_import entered_by entered_at_utc withdrawn_at_utc withdrawn_by withdrawn_reason",
    "vouchers": "id kind vehicle vehicle_name at_utc number fuel fuel_l energy_wh place distance_m odometer_m "
    "amount_eur file_import entered_by entered_at_utc withdrawn_at_utc withdrawn_by withdrawn_reason",
    "audit": "number at_utc actor action subject detail digest",
}
"""The columns of each list: attributes of its rows, in the units their names end in."""


async def export(visit: Visit) -> Response:
    """Return a list as CSV."""
    name = visit.part("list")
    if name not in COLUMNS:
        raise NotFoundError("console.no_such_export", name=name[:80])
    given: Mapping[str, Any] = {key: value for key, value in visit.query.items() if key != "cursor"}
    if name == "sessions":
        given = sessions.wanted(visit, await sessions.narrowed(visit))
    first = await visit.ask(f"{name}.list", **given, limit=ROWS_AT_ONCE)
    return StreamingResponse(
        _lines(visit, name, given, first),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="kreiswatt-{name}.csv"'},
    )


async def _lines(visit: Visit, name: str, given: Mapping[str, Any], page: Any) -> AsyncIterator[str]:
    columns = COLUMNS[name].split()
    yield BYTE_ORDER_MARK + _line([column.replace(".", "_") for column in columns], visit.language)
    while True:
        for row in page.items:
            yield _line(
                [_cell(_value(row, column, visit.language), visit.language) for column in columns], visit.language
            )
        if page.next_cursor is None:
            return
        page = await visit.ask(f"{name}.list", **given, limit=ROWS_AT_ONCE, cursor=page.next_cursor)


def _value(row: Any, column: str, language: Language) -> Any:
    """Return what a row says in a column; texts and formulas in a language."""
    value = formula(row, language) if column == "formula" else _attribute(row, column)
    if isinstance(value, tuple):
        return ", ".join(value)
    return value.text(language) if isinstance(value, Said) else value


def _attribute(row: Any, path: str) -> Any:
    for name in path.split("."):
        row = None if row is None else getattr(row, name)
    return row


def _cell(value: Any, language: Language) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".").replace(".", "," if language == "de" else ".")
    if isinstance(value, Decimal):
        return format(value, "f").replace(".", "," if language == "de" else ".")
    text = str(value)
    # A spreadsheet takes these for a formula, and the text may come from anybody's device.
    return f"'{text}" if text[:1] in "=+-@\t\r" and isinstance(value, str) and text else text


def written_line(values: Iterable[Any], language: Language) -> str:
    """Return values as a line of CSV in the form of a language."""
    return _line([_cell(value, language) for value in values], language)


def csv_answer(name: str, lines: Iterable[str]) -> Response:
    """Return lines of CSV as a file to keep, called after what it is of."""
    return Response(
        BYTE_ORDER_MARK + "".join(lines),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="kreiswatt-{name}.csv"'},
    )


def _line(cells: Iterable[str], language: Language) -> str:
    written = io.StringIO()
    csv.writer(written, delimiter=";" if language == "de" else ",", lineterminator="\r\n").writerow(cells)
    return written.getvalue()
