"""A month's report on the fleet as an auditor reads it: files fetched, figures read off, each explained downwards."""

from __future__ import annotations

import asyncio
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

import httpx
import openpyxl

from core.statements import Statement
from operations.evidence.freezing import of_body
from operations.evidence.rows import told

GROUND = {"reading", "booking", "factor", "rule", "session", "frame", "voucher", "entry"}
"""What nothing lies under."""

SAMPLED = re.compile(r"vehicle_day/\d{4}-\d{2}-\d{2}/|interval/|charge/")
"""Of these there are thousands alike."""

VEHICLES_WALKED = 4
Explained = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """A figure as the workbook has it; `number` None: not computed."""

    section: str
    label: str
    number: Decimal | None
    unit: str
    quality: str
    note: str
    figure: str

    @property
    def name(self) -> str:
        """Return the figure's name with its variant."""
        return self.figure.rpartition("/")[2].partition("@")[0]


async def fetched(rest: httpx.AsyncClient, **wanted: str) -> bytes:
    """Return the file of a report that is asked for by REST."""
    begun = await rest.post("report/fleet", json=wanted)
    assert begun.status_code == 202, begun.text
    async with asyncio.timeout(60):
        while True:
            run = (await rest.get(f"operations/{begun.json()['id']}")).json()
            if run["state"] != "running":
                break
            await asyncio.sleep(0.05)
    assert run["state"] == "done", run
    return (await rest.get(f"files/{run['result']['file']['id']}")).content


def printed_in(workbook: bytes) -> list[Printed]:
    """Return the figures of a workbook in their order."""
    sheet = openpyxl.load_workbook(io.BytesIO(workbook), data_only=True)["Kennzahlen"]
    found = []
    for row in sheet.iter_rows(min_row=2, max_col=7, values_only=True):
        section, label, number, unit, quality, note, figure = row
        texts = [str(each or "") for each in (section, label, unit, quality, note, figure)]
        value = None if number is None else Decimal(repr(number))
        found.append(
            Printed(
                section=texts[0],
                label=texts[1],
                number=value,
                unit=texts[2],
                quality=texts[3],
                note=texts[4],
                figure=texts[5],
            )
        )
    return found


def formulas_in(workbook: bytes) -> Iterator[tuple[float, float]]:
    """Yield of each live sum what it shows and what its rows add up to."""
    live = openpyxl.load_workbook(io.BytesIO(workbook))
    shown = openpyxl.load_workbook(io.BytesIO(workbook), data_only=True)
    for row in live["Kennzahlen"].iter_rows(min_row=2):
        formula = str(row[2].value)
        if found := re.fullmatch(r"=SUM\('(.+)'!([A-Z]+)(\d+):[A-Z]+(\d+)\)", formula):
            sheet, column, first, last = found.groups()
            cells = (shown[sheet][f"{column}{place}"].value for place in range(int(first), int(last) + 1))
            yield shown["Kennzahlen"].cell(row[2].row, 3).value, sum(each for each in cells if each is not None)


def squeezed(text: str) -> str:
    """Return a text without any space and hyphen: lines end anywhere."""
    return re.sub(r"[\s\u200b\u00a0\u202f\u00ad\f\u2010-]", "", text)


@dataclass
class Walk:
    """Explanations, each asked for once by REST."""

    rest: httpx.AsyncClient
    known: dict[str, Explained] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    sampled: Counter[str] = field(default_factory=Counter)
    reached: bool = False

    async def explain(self, figure: str) -> Explained:
        """Return where a figure comes from; one that is refused is noted."""
        if figure not in self.known:
            answer = await self.rest.get(f"explain/{figure}")
            if answer.status_code != 200:
                self.refused[figure] = answer.text
            self.known[figure] = json.loads(answer.text, parse_float=Decimal)
        return self.known[figure]

    async def grounds(self, figure: str, seen: set[str] | None = None) -> set[str]:
        """Return the kinds of things that a figure stands on in the end, through all figures below it."""
        if seen is None:
            seen, self.reached = {figure}, False
        explained = await self.explain(figure)
        found = {part["citation"]["kind"] for part in parts_of(explained) if part.get("citation")}
        self.reached = self.reached or bool(found & GROUND)
        for below in chosen(explained):
            if below not in seen and not self._had_enough(below):
                seen.add(below)
                found |= await self.grounds(below, seen)
        return found & GROUND

    def _had_enough(self, figure: str) -> bool:
        """Return whether figures of such days or quarter hours have been walked for several vehicles already."""
        if figure in self.known or not SAMPLED.match(figure):
            return False
        kind = f"{figure.partition('/')[0]}/{figure.rpartition('/')[2]}"
        self.sampled[kind] += 1
        return self.reached and self.sampled[kind] > VEHICLES_WALKED


def frozen_in(statement: Statement) -> dict[str, Explained]:
    """Return the explanations that a version of a statement froze, by the ids that are printed."""
    key, found = statement.key, {}
    for name, kept in statement.body["figures"].items():
        figure = f"{key.kind}/{key.period}/{key.scope}/{name}@r{statement.version}"
        found[figure] = {**asdict(told(of_body(kept["explanation"]))), "figure": figure}
    return found


def parts_of(explained: Explained) -> Iterator[Explained]:
    """Yield all parts, parts of parts too."""
    for part in explained.get("parts", ()):
        yield part
        yield from parts_of(part)


def chosen(explained: Explained) -> Iterator[str]:
    """Yield the figures that one stands on; of days and quarter hours the first of each kind in which something was."""
    sampled: set[tuple[str, str]] = set()
    for part in parts_of(explained):
        figure = part["figure"]
        if SAMPLED.match(figure):
            kind = figure.split("/")[0], figure.rpartition("/")[2]
            if kind in sampled or not part["value"]:
                continue
            sampled.add(kind)
        if figure:
            yield figure
