"""A file as it would be imported: read whole outside of the loop, then laid beside what stands in the store."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from core.errors import NotFoundError, RequestError, UnavailableError
from core.imports import FileInbox, FileMapping, KeptFile, RowKind, RowProblem
from core.intervals import SeriesKey
from core.periods import Period
from core.texts import Finding
from core.work import MeterEventKind
from energy.register_rules import rules_of
from energy.register_walk import all_thousandths, at_utc, epoch_ms
from energy.series import Samples
from ingest.files.placing import Clash, Placed, Standing
from ingest.files.reading import Reading, progress_of, read_file, rows_packed
from ingest.files.shaping import Gap, Profile, Shaped, as_profile, in_order
from ingest.files.taking import MICRO, Target
from operations.arrivals.file_mappings import known_mapping, named_meters, zone_of_site
from operations.evidence.figures import local_text
from operations.evidence.witnesses import interval_store
from operations.house import Call, House
from operations.intervals.plans import EPOCH_UTC
from operations.keepers import EntryKind, must_keep

T = TypeVar("T")

CLOCK_AHEAD: Final = timedelta(minutes=5)
WRONG_SHARE: Final = 10
"""If more than one row in so many is wrong, the columns are not those that the mapping means."""
FALLING_SHARE: Final = 20
"""If a register falls more often than once in so many steps, it is none."""
GAPS_MAX: Final = 500
_POLL_S: Final = 0.2
_NONE: Final = Samples(np.empty(0, np.int64), np.empty(0, np.float64), np.empty(0, np.uint8))


@dataclass(slots=True, kw_only=True)
class SeriesFound:
    """What a file says about one series: `placed` is to be added, `known` stood there already.

    `total` is the exact sum of intervals in thousandths; `first_ms` and `last_ms` are the ends in time.
    """

    key: SeriesKey
    rows: int
    first_ms: int
    last_ms: int
    known: int = 0
    total: int | None = None
    gaps: tuple[Gap, ...] = ()
    placed: tuple[Placed, ...] = ()
    first_value: int = 0
    last_value: int = 0


@dataclass(slots=True, kw_only=True)
class FileFound:
    """A file as it would be imported; `refused` are the reasons why it must not be."""

    file: KeptFile
    mapping: FileMapping
    reading: Reading
    folder: Path
    names: Mapping[str, str] = field(default_factory=dict)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    problems: list[RowProblem] = field(default_factory=list)
    wrong: int = 0
    notes: list[Finding] = field(default_factory=list)
    refused: list[Finding] = field(default_factory=list)

    def name(self, source: str) -> str:
        """Return what people call a meter."""
        return self.names.get(source, source)

    def local(self, at_ms: int) -> str:
        """Return an instant as findings say it."""
        return local_text(at_utc(at_ms), self.zone)

    @property
    def sources(self) -> tuple[str, ...]:
        """Return the meters in the file."""
        return tuple(sorted({source for source, _ in self.reading.series}))


def inbox_of(house: House) -> FileInbox:
    """Return where files are kept. Raises `UnavailableError` where there is no such place."""
    if house.inbox is None:
        raise UnavailableError("imports.no_inbox")
    return house.inbox


def kept_file(house: House, digest: str) -> KeptFile:
    """Return a file that was handed in. Raises `NotFoundError`."""
    found = inbox_of(house).kept(digest)
    if found is None:
        raise NotFoundError("imports.file_unknown", file=digest[:80])
    return found


@asynccontextmanager
async def file_read(house: House, digest: str, name: str, call: Call) -> AsyncIterator[FileFound]:
    """Give a file as its mapping understands it; what it needed on disk is removed afterwards.

    Raises `NotFoundError`, `ForbiddenError` for a meter that the actor does not keep, `FormatError` for a
    file that is not what the mapping says.
    """
    file, mapping = kept_file(house, digest), await known_mapping(house, name)
    targets = _targets(house, mapping, call)
    folder = inbox_of(house).workplace()
    try:
        path, until_ms = inbox_of(house).path(digest), epoch_ms(call.now_utc + CLOCK_AHEAD)
        told = Finding.of("imports.reading", file=file.name)
        watcher = asyncio.create_task(_watch(folder, lambda part: call.progress(part / 2, told)))
        try:
            reading = await off_loop(house, read_file, path, mapping, targets, folder, until_ms)
        finally:
            watcher.cancel()
        names = {source: house.inventory().name_of(source) for source, _ in reading.series}
        zone = ZoneInfo(house.time_zone)
        found = FileFound(file=file, mapping=mapping, reading=reading, folder=folder, names=names, zone=zone)
        found.problems, found.wrong = list(reading.problems), reading.wrong
        _must_keep_all(house, found, call)
        _doubt_rows(found)
        yield found
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def series_found(house: House, found: FileFound, key: SeriesKey) -> SeriesFound:
    """Return what a file says about one series, laid beside what stands there."""
    # Millions of rows would keep the loop for seconds.
    return await asyncio.to_thread(_laid_beside, found, key, await _standing(house, key))


def _laid_beside(found: FileFound, key: SeriesKey, standing: Standing) -> SeriesFound:
    rows = rows_packed(found.folder, found.reading.series[key])
    if found.mapping.kind is RowKind.REGISTER:
        return _of_register(found, key, in_order(rows), standing)
    return _of_profile(found, key, as_profile(rows, found.mapping.interval_min * 60_000), len(rows), standing)


async def off_loop(house: House, function: Callable[..., T], *arguments: object) -> T:
    """Return what a function returns that would keep the loop."""
    if house.worker is not None:
        return await house.worker.run(function, *arguments)
    return await asyncio.to_thread(function, *arguments)


async def _watch(folder: Path, progress: Callable[[float], None]) -> None:
    while True:
        progress(progress_of(folder))
        await asyncio.sleep(_POLL_S)


def _targets(house: House, mapping: FileMapping, call: Call) -> Mapping[str, Target]:
    inventory = house.inventory()
    named = named_meters(mapping) if mapping.meter or mapping.meters else ()
    wanted = [meter for meter in named if meter in inventory.meters] or list(inventory.meters)
    if mapping.meter and mapping.meter not in inventory.meters:
        raise NotFoundError("meters.unknown", id=mapping.meter)
    targets = {}
    for meter in wanted:
        entry = inventory.meters[meter]
        if entry.terms or not call.actor.sees(entry.site):
            continue
        rate = rules_of(entry, mapping.quantity).max_rate_per_h
        zone = zone_of_site(inventory, meter, house.time_zone)
        targets[meter] = Target(source=entry.source, max_rate_per_h=rate or float("inf"), zone=zone)
    if mapping.meter and mapping.meter not in targets:
        call.must_see(inventory.meters[mapping.meter].site)
        raise RequestError("imports.wrong.meter_virtual", id=mapping.meter)
    return targets


def _must_keep_all(house: House, found: FileFound, call: Call) -> None:
    must_keep(call.actor, EntryKind.METERS, {house.inventory().site_of(source) for source in found.sources})


def _doubt_rows(found: FileFound) -> None:
    rows, wrong = found.reading.rows, found.reading.wrong
    if wrong * WRONG_SHARE > rows:
        found.refused.append(Finding.of("imports.refused_rows", wrong=wrong, rows=rows))


async def _standing(house: House, key: SeriesKey) -> Standing:
    samples = (await interval_store(house).samples([key], Period(EPOCH_UTC, at_utc(_FAR_MS)))).get(key, _NONE)
    booked = [one for one in await house.ledger.bookings([key[0]]) if one.quantity is key[1]]
    ends = {
        epoch_ms(one.at_utc): round(one.end_value * 1000)
        for one in booked
        if one.kind is MeterEventKind.EXCHANGE and one.end_value is not None
    }
    interrupted = {epoch_ms(one.at_utc) for one in booked if one.kind is MeterEventKind.INTERRUPTION}
    return Standing.of(samples, ends, interrupted)


_FAR_MS: Final = 4_102_444_800_000
"""The year 2100: nothing is read after it."""


def _of_register(found: FileFound, key: SeriesKey, shaped: Shaped, standing: Standing) -> SeriesFound:
    thousandths = all_thousandths(shaped.micro / MICRO)
    place = np.minimum(np.searchsorted(standing.at_ms, shaped.at_ms), max(len(standing.at_ms) - 1, 0))
    there = np.zeros(len(shaped.at_ms), np.bool_)
    if len(standing.at_ms):
        there = standing.at_ms[place] == shaped.at_ms
    same = there.copy()
    same[there] = standing.thousandths[place[there]] == thousandths[there]
    add_problems(found, shaped.problems)
    add_problems(found, _differing(found, key, shaped, there & ~same))
    if shaped.falls > 1 and shaped.falls * FALLING_SHARE > len(shaped.at_ms):
        found.refused.append(Finding.of("imports.refused_falls", source=found.name(key[0]), count=shaped.falls))
    elif shaped.falls:
        found.notes.append(Finding.of("imports.note_falls", source=found.name(key[0]), count=shaped.falls))
    new = ~there
    placed = Placed(shaped.at_ms[new], thousandths[new], shaped.quality[new], (), ())
    return SeriesFound(
        key=key,
        rows=len(shaped.at_ms),
        first_ms=int(shaped.at_ms[0]),
        last_ms=int(shaped.at_ms[-1]),
        known=int(same.sum()) + shaped.repeated,
        placed=(placed,) if new.any() else (),
        first_value=int(thousandths[0]),
        last_value=int(thousandths[-1]),
    )


def _differing(found: FileFound, key: SeriesKey, shaped: Shaped, differs: NDArray[np.bool_]) -> tuple[RowProblem, ...]:
    return tuple(
        RowProblem(0, "", "", Finding.of("imports.row.differs", source=found.name(key[0]), at=found.local(at_ms)))
        for at_ms in shaped.at_ms[differs].tolist()
    )


def _of_profile(found: FileFound, key: SeriesKey, profile: Profile, rows: int, standing: Standing) -> SeriesFound:
    add_problems(found, profile.problems)
    source = found.name(key[0])
    if len(profile.gaps) > GAPS_MAX or len(profile.gaps) * 4 > rows:
        found.refused.append(Finding.of("imports.refused_gaps", source=source, count=len(profile.gaps)))
        profile = Profile(profile.stretches[:1], profile.gaps[:GAPS_MAX], profile.problems, profile.repeated)
    placed: list[Placed] = []
    for stretch in profile.stretches:
        parts = standing.place(stretch)
        if isinstance(parts, Clash):
            begin, end = found.local(parts.start_ms), found.local(parts.end_ms)
            found.refused.append(Finding.of("imports.refused_clash", source=source, begin=begin, end=end))
            break
        placed += parts
    found.notes += [
        Finding.of("imports.note_gap", source=source, begin=found.local(gap.start_ms), count=gap.count)
        for gap in profile.gaps
    ]
    ends = profile.stretches
    return SeriesFound(
        key=key,
        rows=rows,
        first_ms=int(ends[0].at_ms[0]) if ends else 0,
        last_ms=int(ends[-1].at_ms[-1]) if ends else 0,
        known=standing.known + profile.repeated,
        total=profile.total,
        gaps=profile.gaps,
        placed=tuple(placed),
    )


def add_problems(found: FileFound, problems: tuple[RowProblem, ...]) -> None:
    """Note rows that are wrong beside others."""
    found.problems += problems
    found.wrong += len(problems)
    with contextlib.suppress(ZeroDivisionError):
        if (
            problems
            and found.wrong * WRONG_SHARE > found.reading.rows
            and not any(one.code == "imports.refused_rows" for one in found.refused)
        ):
            found.refused.append(Finding.of("imports.refused_rows", wrong=found.wrong, rows=found.reading.rows))
