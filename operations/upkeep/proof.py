"""Stores that came from a backup proven: figures computed anew, digests followed, rows counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from core.books import SessionFilter
from core.facts import AuditHead
from core.intervals import Resolution, SeriesKey
from core.periods import Period, local_day
from core.quantities import Quantity
from core.statements import Statement, StatementDraft, StatementFilter
from core.texts import Finding
from core.work import DirtySpan
from energy.batch import Kept, Outcome, Spans, Task, compute_all
from energy.register_walk import at_utc, epoch_ms
from energy.series import IntervalStore
from energy.standing import standing_of
from operations.house import Call, House
from operations.intervals.plans import Plan, span_of
from operations.intervals.start import FAR, Start
from operations.values import Told

SERIES_MAX = 50
TOGETHER = 10
AFTERWARDS = timedelta(days=1)
"""Readings behind a day that decide about its end: what is pending, and gaps over midnight."""

SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ProveStores:
    """What a backup says of the stores; what is left out is not compared."""

    file: str = ""
    readings: Mapping[str, int] | None = None
    sessions: int | None = None
    last_frame: int | None = None
    audit_head: str = ""


@dataclass(slots=True, kw_only=True)
class Proof:
    """What was looked at, and what is not as it should be: `wrong` is empty if all is.

    `day` is the local day whose intervals were computed again, None if there is none to compute.
    """

    day: date | None = None
    series: int = 0
    slots: int = 0
    statements: int = 0
    audit_entries: int = 0
    readings: Mapping[str, int] = field(default_factory=dict)
    sessions: int = 0
    wrong: list[Told] = field(default_factory=list)

    def differs(self, finding: Finding) -> None:
        """Note what is wrong, as long as somebody may read it."""
        if len(self.wrong) < SHOWN:
            self.wrong.append(Told.of(finding))


async def prove_stores(house: House, request: ProveStores, call: Call) -> Proof:
    """Compute a day of up to 50 series again, verify audit and statements, count, and tell what differs."""
    proof = Proof()
    await _count(house, request, proof)
    call.progress(0.1, Finding.of("backup.proving_audit"))
    await _follow_audit(house, request, proof)
    call.progress(0.3, Finding.of("backup.proving_statements"))
    await _follow_statements(house, proof)
    call.progress(0.5, Finding.of("backup.proving_intervals"))
    if house.intervals is not None:
        await _Recomputation(house, house.intervals, call, proof).compare()
    return proof


async def _count(house: House, request: ProveStores, proof: Proof) -> None:
    proof.readings = await house.query.count()
    proof.sessions = (await house.ledger.sessions(SessionFilter(limit=1))).total
    if request.readings is not None:
        for kind in sorted({*proof.readings, *request.readings}):
            _compare(proof, f"readings/{kind}", request.readings.get(kind, 0), proof.readings.get(kind, 0))
    if request.sessions is not None:
        _compare(proof, "sessions", request.sessions, proof.sessions)
    if request.last_frame:
        last = 0
        async for frame in house.journal.frames(request.last_frame - 1):
            last = frame.id
        _compare(proof, "journal", request.last_frame, last)


def _compare(proof: Proof, what: str, wanted: int, found: int) -> None:
    if wanted != found:
        proof.differs(Finding.of("backup.count_differs", what=what, wanted=wanted, found=found))


async def _follow_audit(house: House, request: ProveStores, proof: Proof) -> None:
    broken = await house.ledger.broken_entry(_nothing)
    if broken:
        proof.differs(Finding.of("audit.broken", number=broken))
    head = await house.ledger.audit_head()
    proof.audit_entries = head.number if head else 0
    number, _, digest = request.audit_head.partition(":")
    if digest and await house.ledger.audit_head(int(number)) != AuditHead(int(number), digest):
        proof.differs(Finding.of("audit.rewritten", number=int(number)))


def _nothing(_number: int) -> None:
    """Let nobody know: the chain is quickly followed."""


async def _follow_statements(house: House, proof: Proof) -> None:
    wanted = StatementFilter(all_versions=True, limit=500)
    while True:
        page = await house.ledger.statements(wanted)
        for statement in page.items:
            proof.statements += 1
            if _draft(statement).digest != statement.digest:
                key = statement.key
                proof.differs(
                    Finding.of(
                        "backup.statement_differs",
                        statement=f"{key.kind}/{key.period}/{key.scope}",
                        version=statement.version,
                    )
                )
        if page.next_cursor is None:
            return
        wanted = StatementFilter(all_versions=True, limit=500, cursor=page.next_cursor)


def _draft(statement: Statement) -> StatementDraft:
    return StatementDraft(
        key=statement.key,
        body=statement.body,
        inputs_digest=statement.inputs_digest,
        reason=statement.reason,
        made_by=statement.made_by,
        made_at_utc=statement.made_at_utc,
    )


class _Recomputation:
    """One day of some series, from readings, beside what is kept."""

    def __init__(self, house: House, store: IntervalStore, call: Call, proof: Proof) -> None:
        self._house = house
        self._store = store
        self._call = call
        self._proof = proof
        self._seen_ms: dict[SeriesKey, int] = {}

    async def compare(self) -> None:
        """Compute the newest whole day again that has intervals, else what there is of the newest."""
        await self._learn()
        day = await self._day()
        if day is None:
            return
        self._proof.day, zone = day, ZoneInfo(self._house.time_zone)
        spans = [
            DirtySpan(source=key[0], quantity=key[1], period=local_day(day, zone), reason="proof")
            for key in self._seen_ms
        ]
        plans = await Start(self._house, self._store, self._call).plans(spans)
        chosen = await self._chosen([plan for plan in plans if plan.key in self._seen_ms], day)
        for start in range(0, len(chosen), TOGETHER):
            await self._compare_some(chosen[start : start + TOGETHER], day)
            self._call.progress(0.5 + 0.5 * start / len(chosen), Finding.of("backup.proving_intervals"))

    async def _learn(self) -> None:
        """Note up to where each series has been computed; one that waits to be computed again is left out."""
        waiting = {(span.source, span.quantity) for span in await self._house.ledger.dirty_spans(1_000_000)}
        keys = [(value.source, value.quantity) for value in await self._house.query.last()]
        far = self._call.now_utc + FAR
        for key, checkpoint in (await self._house.ledger.checkpoints([(key, far) for key in keys])).items():
            if key not in waiting:
                self._seen_ms[key] = standing_of(checkpoint.state).seen_ms

    async def _day(self) -> date | None:
        if not self._seen_ms:
            return None
        zone = ZoneInfo(self._house.time_zone)
        newest = min(at_utc(max(self._seen_ms.values())), self._call.now_utc).astimezone(zone).date()
        before = newest - timedelta(days=1)
        return before if await self._has_slots(local_day(before, zone)) else newest

    async def _has_slots(self, day: Period) -> bool:
        keys = list(self._seen_ms)
        amounts = await self._store.amounts(Resolution.SLOT, keys, day)
        return bool(amounts) or bool(await self._store.means(Resolution.SLOT, keys, day))

    async def _chosen(self, plans: Sequence[Plan], day: date) -> list[Plan]:
        """Return series with intervals on that day, of every kind and quantity in turn."""
        kinds: dict[tuple[str, str], list[Plan]] = defaultdict(list)
        for plan in sorted(plans, key=lambda plan: plan.key):
            if self._seen_ms[plan.key] >= epoch_ms(local_day(day, plan.zone).start_utc):
                kinds[plan.key[0].partition(":")[0], plan.key[1]].append(plan)
        return list(_in_turn(list(kinds.values())))[:SERIES_MAX]

    async def _compare_some(self, plans: Sequence[Plan], day: date) -> None:
        tasks = [await self._task(plan, local_day(day, plan.zone)) for plan in plans]
        worker = self._house.worker
        outcomes = compute_all(tasks) if worker is None else await worker.run(compute_all, tasks)
        for task, outcome in zip(tasks, outcomes, strict=True):
            self._judge(task, outcome, local_day(day, task.zone))

    async def _task(self, plan: Plan, day: Period) -> Task:
        """Return the series from its checkpoint before the day to a day later, as far as it had been computed."""
        end_ms = min(epoch_ms(day.end_utc + AFTERWARDS), self._seen_ms[plan.key] + 1)
        wanted = Period(span_of([plan]).start_utc, max(at_utc(end_ms), span_of([plan]).start_utc))
        samples = (await self._store.samples([plan.key], wanted))[plan.key]
        amounts = await self._store.amounts(Resolution.SLOT, plan.counted, day) if plan.counted else {}
        means = await self._store.means(Resolution.SLOT, plan.averaged, day) if plan.averaged else {}
        slots: dict[Quantity, Spans] = {key[1]: rows for key, rows in amounts.items()}
        slots |= {key[1]: rows for key, rows in means.items()}
        self._proof.slots += sum(len(rows) for rows in slots.values())
        self._proof.series += 1
        return Task(
            key=plan.key,
            rules=plan.rules,
            samples=samples,
            zone=plan.zone,
            bookings=tuple(one for one in plan.bookings if epoch_ms(one.at_utc) < end_ms),
            standing=plan.standing,
            kept=Kept(slots=slots),
            final=False,
        )

    def _judge(self, task: Task, outcome: Outcome, day: Period) -> None:
        start_ms, end_ms = epoch_ms(day.start_utc), epoch_ms(day.end_utc)
        different = 0
        for change in outcome.slots.values():
            for begins in (change.rows.start_ms, change.removed):
                different += int(((begins >= start_ms) & (begins < end_ms)).sum())
        if different or outcome.failed:
            series = f"{task.key[0]} {task.key[1].value}"
            self._proof.differs(Finding.of("backup.slots_differ", series=series, count=different))


def _in_turn(lists: Sequence[Sequence[Plan]]) -> Iterator[Plan]:
    for place in range(max(map(len, lists), default=0)):
        yield from (plans[place] for plans in lists if place < len(plans))
