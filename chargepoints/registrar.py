"""What the answer to a station's message rests on: verdicts on tags, numbers of transactions."""

from __future__ import annotations

from asyncio import Lock
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from chargepoints.costs import Costs
from chargepoints.decoding.events import (
    AuthorizeAsked,
    Booted,
    CertificateAsked,
    ChargingNeeds,
    Decision,
    Event,
    EvidenceKind,
    TransactionEvidence,
)
from chargepoints.notebook import Notebook
from chargepoints.sessions import session_id
from chargepoints.signing import Signing
from chargepoints.tags import Judgement, Tags, zone_of
from core.books import SessionBook, SessionFilter
from core.erasure import ERASED_TAG
from core.facts import Protocol, TagVerdict
from core.inventory import Admission, Site
from core.periods import Period
from core.ports import Clock
from core.station_events import StationEventKind

_CLOCKS_TRUSTED_FOR: Final = timedelta(days=7)
"""How long ago a station may say that something happened offline for its clock to be believed."""

_OPEN_FOR: Final = timedelta(days=2)
"""After how long a session without an end no longer counts as one that runs."""

_AT_ONCE: Final = 500


def _accepted(_station: str) -> Admission:
    return Admission.ACCEPTED


def _no_plans(_station: str, _needs: ChargingNeeds) -> bool:
    return False


class Registrar:
    """Decides on tags and gives 1.6 transactions their numbers, the same number to a start sent again."""

    def __init__(
        self,
        *,
        tags: Tags,
        book: SessionBook,
        notebook: Notebook,
        clock: Clock,
        heartbeat_interval_s: int,
        signing: Signing | None = None,
        costs: Costs | None = None,
        plans: Callable[[str, ChargingNeeds], bool] = _no_plans,
        admission: Callable[[str], Admission] = _accepted,
    ) -> None:
        self._tags = tags
        self._book = book
        self._notebook = notebook
        self._clock = clock
        self._signing = signing
        self._costs = costs
        self._plans = plans
        self.admission = admission
        self._heartbeat_interval_s = heartbeat_interval_s
        self._locks: defaultdict[str, Lock] = defaultdict(Lock)

    def note(self) -> Decision:
        """Return what a plain acknowledgement rests on: the time."""
        return Decision(self._clock(), self._heartbeat_interval_s)

    async def decide(self, station: str, event: Event) -> Decision:
        """Return what to answer to an event of `station`. Energy is recorded whatever the verdict is."""
        now_utc = self._clock()
        if isinstance(event, CertificateAsked):
            return self._signs(station, event, now_utc)
        if isinstance(event, Booted):
            return Decision(now_utc, self._heartbeat_interval_s, admission=self.admission(station))
        if isinstance(event, ChargingNeeds):
            return Decision(now_utc, self._heartbeat_interval_s, plans=self._plans(station, event))
        number = 0
        if isinstance(event, TransactionEvidence) and event.kind is EvidenceKind.BEGIN and not event.transaction:
            async with self._locks[station]:
                number = await self._book.transaction_number(station, event.natural_key)
        judged = Judgement(TagVerdict.NONE)
        if isinstance(event, (AuthorizeAsked, TransactionEvidence)) and event.tag:
            judged = await self._judged(station, event, event.tag, number, now_utc)
        return Decision(
            now_utc,
            self._heartbeat_interval_s,
            judged.verdict,
            number,
            judged.card_group,
            judged.until_utc,
            cost_eur=await self._cost_eur(event),
        )

    async def _cost_eur(self, event: Event) -> Decimal | None:
        """Return what a session has cost; 1.6 has no words for it."""
        if self._costs is None or not isinstance(event, TransactionEvidence):
            return None
        return None if event.arrival.protocol is Protocol.OCPP_16 else await self._costs.so_far(event)

    def _signs(self, station: str, event: CertificateAsked, now_utc: datetime) -> Decision:
        """Decide on a certificate, and note why it is refused."""
        if self._signing is None:
            return self.note()
        objection = self._signing.objection(station, event, now_utc)
        if objection is not None:
            self._notebook.notice(f"station:{station}", objection, now_utc, kind=StationEventKind.SECURITY)
        return Decision(now_utc, self._heartbeat_interval_s, signs=objection is None)

    async def _judged(
        self, station: str, event: AuthorizeAsked | TransactionEvidence, token: str, number: int, now_utc: datetime
    ) -> Judgement:
        if not self._tags.is_known(token) and token != ERASED_TAG:
            self._notebook.discover("tag", token, now_utc, hint=station)
        if isinstance(event, AuthorizeAsked) and event.certificate:
            return Judgement(TagVerdict.INVALID)
        ends = isinstance(event, TransactionEvidence) and event.kind is EvidenceKind.END
        at_utc = _judged_at_utc(event, now_utc)
        judged = self._tags.judge(token, station, at_utc, now_utc, limits=not ends)
        if judged.verdict is not TagVerdict.ACCEPTED or ends:
            return judged
        own = _own_id(event, number)
        if await self._spent(judged, token, self._tags.site_of(station), at_utc, own):
            return Judgement(TagVerdict.NO_CREDIT, judged.tag)
        if own and await self._charges_elsewhere(token, self._tags.site_of(station), own):
            return Judgement(TagVerdict.CONCURRENT, judged.tag)
        return judged

    async def _spent(self, judged: Judgement, token: str, site: Site | None, at_utc: datetime, own: str) -> bool:
        """Return whether other sessions of the month have used up what the card may charge in it."""
        limit_wh = judged.tag.energy_limit_wh if judged.tag else None
        if limit_wh is None:
            return False
        local = at_utc.astimezone(zone_of(site))
        begin = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        month = Period(begin, (begin + timedelta(days=32)).replace(day=1))
        page = await self._book.sessions(SessionFilter(tag=token, period=month, limit=_AT_ONCE))
        return sum(session.energy_wh or 0.0 for session in page.items if session.id != own) >= limit_wh

    async def _charges_elsewhere(self, token: str, site: Site | None, own: str) -> bool:
        """Return whether the card has a session elsewhere that has not ended, at a site where that matters."""
        if site is None or not site.one_session_per_tag:
            return False
        now_utc = self._clock()
        lately = Period(now_utc - _OPEN_FOR, now_utc + _OPEN_FOR)
        running = await self._book.sessions(SessionFilter(tag=token, state="open", period=lately, limit=_AT_ONCE))
        return any(session.id != own for session in running.items)


def _judged_at_utc(event: AuthorizeAsked | TransactionEvidence, now_utc: datetime) -> datetime:
    """Return when the tag was shown: a begin that waited offline is judged by when it was."""
    if isinstance(event, AuthorizeAsked):
        return now_utc
    said_utc = event.stamp.at_utc
    return said_utc if now_utc - _CLOCKS_TRUSTED_FOR <= said_utc <= now_utc else now_utc


def _own_id(event: AuthorizeAsked | TransactionEvidence, number: int) -> str:
    """Return the id of the session that the event is of, empty where it is of none."""
    if isinstance(event, AuthorizeAsked):
        return ""
    return session_id(event.arrival.station, event.arrival.protocol, event.transaction or str(number))
