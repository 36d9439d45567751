"""Where, when and how much a tag may charge, whose sessions it may end, and how each version is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chargepoints.decoding import v16, v201
from chargepoints.decoding.events import Arrival, AuthorizeAsked, Decision, TransactionEvidence
from chargepoints.decoding.verdicts import VERDICT_OF, WORDS_2, WORDS_16
from chargepoints.notebook import Notebook
from chargepoints.privacy import Privacy
from chargepoints.registrar import Registrar
from chargepoints.schemas import schemas_of
from chargepoints.tags import Tags
from core.books import SessionFilter
from core.facts import ChargeSession, Protocol, SessionState, TagVerdict
from core.inventory import Calendar, Connector, Inventory, Opening, Site, SiteKind, Station, Tag, UnknownTags, Weekday
from core.ports import Page

PRIVACY = Privacy(bytes(range(32)))
SINCE = date(2020, 1, 1)
WORKDAYS = (Weekday.MONDAY, Weekday.TUESDAY, Weekday.WEDNESDAY, Weekday.THURSDAY, Weekday.FRIDAY)
NOON = datetime(2026, 3, 4, 11, tzinfo=UTC)
"""A Wednesday at noon in Berlin."""
UID = "04A2B3C4D5"
HOSTILE = "'; DROP TABLE <b>&"


def a_site(id_: str, **more: Any) -> Site:
    return Site(id=id_, name=id_, valid_from=SINCE, kind=SiteKind.DEPOT, municipality="m", **more)


def a_station(id_: str, site: str) -> Station:
    outlets = (Connector(number=1, max_power_w=11_000.0, plug="type2"),)
    return Station(id=id_, name=id_, valid_from=SINCE, site=site, maker="M", model="O", connectors=outlets)


def inventory(tag: dict[str, Any] | None = None, **site: Any) -> Inventory:
    office = Calendar(
        id="office",
        name="office",
        valid_from=SINCE,
        state="SN",
        openings=(Opening(days=WORKDAYS, begins=time(7), ends=time(18)),),
    )
    card = Tag(id="card", name="card", valid_from=SINCE, uid=UID, **(tag or {}))
    hostile = Tag(id="hostile", name="hostile", valid_from=SINCE, uid=HOSTILE)
    return Inventory(
        sites={"here": a_site("here", **site), "there": a_site("there")},
        stations={"s-here": a_station("s-here", "here"), "s-there": a_station("s-there", "there")},
        calendars={"office": office},
        tags={"card": card, "hostile": hostile},
    )


def a_session(id_: str, energy_wh: float, *, ended: bool = True, begun: datetime = NOON) -> ChargeSession:
    return ChargeSession(
        id=id_,
        station="s-there",
        connector=1,
        transaction=id_,
        protocol=Protocol.OCPP_16,
        state=SessionState.ENDED if ended else SessionState.OPEN,
        begun_at_utc=begun,
        energy_wh=energy_wh,
        tag=PRIVACY.token(UID),
    )


class Sessions:
    """Sessions as the ledger filters them."""

    def __init__(self, *sessions: ChargeSession) -> None:
        self.kept = sessions

    async def sessions(self, wanted: SessionFilter) -> Page[ChargeSession]:
        found = tuple(
            each
            for each in self.kept
            if wanted.tag in (None, each.tag)
            and wanted.state in (None, each.state.value)
            and (wanted.period is None or each.begun_at_utc in wanted.period)
        )
        return Page(found, len(found), None)

    async def transaction_number(self, _station: str, _natural_key: str) -> int:
        return 7


Decide = Callable[..., Any]


def deciding(whole: Inventory, *sessions: ChargeSession, at_utc: datetime = NOON, accept: bool = False) -> Decide:
    registrar = Registrar(
        tags=Tags(lambda: whole, PRIVACY, accept_unknown=accept),
        book=Sessions(*sessions),  # type: ignore[arg-type]
        notebook=Notebook(),
        clock=lambda: at_utc,
        heartbeat_interval_s=300,
    )
    return registrar.decide


async def asked(decide: Decide, uid: str = UID, station: str = "s-here") -> TagVerdict:
    verdict: TagVerdict = (await decide(station, AuthorizeAsked(tag=PRIVACY.token(uid)))).verdict
    return verdict


def begin(at_utc: datetime = NOON, received_at_utc: datetime = NOON) -> TransactionEvidence:
    payload = {"connectorId": 1, "idTag": PRIVACY.token(UID), "meterStart": 0, "timestamp": at_utc.isoformat()}
    event = v16.decode_start(payload, Arrival("s-here", Protocol.OCPP_16, received_at_utc, 1)).event
    assert isinstance(event, TransactionEvidence)
    return event


async def test_a_tag_of_some_sites_charges_there_only() -> None:
    decide = deciding(inventory({"sites": ("here",)}))
    assert await asked(decide) is TagVerdict.ACCEPTED
    assert await asked(decide, station="s-there") is TagVerdict.NOT_HERE


@pytest.mark.parametrize(
    ("at_utc", "verdict"),
    [
        (datetime(2026, 3, 4, 6, tzinfo=UTC), TagVerdict.ACCEPTED),
        (datetime(2026, 3, 4, 5, 59, tzinfo=UTC), TagVerdict.NOT_NOW),
        (datetime(2026, 3, 7, 11, tzinfo=UTC), TagVerdict.NOT_NOW),
        (datetime(2026, 5, 1, 9, tzinfo=UTC), TagVerdict.NOT_NOW),
        (datetime(2026, 7, 1, 5, tzinfo=UTC), TagVerdict.ACCEPTED),
    ],
    ids=["at seven", "before", "Saturday", "Labour Day", "summer time"],
)
async def test_a_tag_charges_at_the_times_of_its_calendar(at_utc: datetime, verdict: TagVerdict) -> None:
    assert await asked(deciding(inventory({"calendar": "office"}), at_utc=at_utc)) is verdict


async def test_a_session_begun_offline_in_time_is_judged_by_when_it_began() -> None:
    night, never = datetime(2026, 3, 4, 22, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC)
    decide = deciding(inventory({"calendar": "office"}), at_utc=night)
    in_time = await decide("s-here", begin(NOON, night))
    assert (in_time.verdict, in_time.until_utc) == (TagVerdict.ACCEPTED, night + timedelta(hours=1))
    assert (await decide("s-here", begin(never, night))).verdict is TagVerdict.NOT_NOW


async def test_a_session_may_be_ended_at_any_time_by_a_tag_of_its_group() -> None:
    limits = {"calendar": "office", "sites": ("there",), "card_group": "depot-nord"}
    decide = deciding(inventory(limits), at_utc=datetime(2026, 3, 4, 22, tzinfo=UTC))
    end = v16.decode_stop(
        {"transactionId": 7, "idTag": PRIVACY.token(UID), "meterStop": 5, "timestamp": NOON.isoformat()},
        Arrival("s-here", Protocol.OCPP_16, NOON, 2),
    ).event
    decision = await decide("s-here", end)
    assert v16.answer_stop(end, decision)["idTagInfo"]["status"] == "Accepted"
    assert v16.answer_stop(end, decision)["idTagInfo"]["parentIdTag"] == "depot-nord"


async def test_a_tag_that_has_used_its_energy_of_the_month_has_no_credit_until_the_next() -> None:
    spent = [a_session("1", 60_000.0), a_session("2", 40_000.0), a_session("3", 9e9, begun=NOON - timedelta(days=9))]
    limited = inventory({"energy_limit_wh": 100_000.0})
    assert await asked(deciding(limited, *spent)) is TagVerdict.NO_CREDIT
    assert await asked(deciding(limited, spent[0], spent[2])) is TagVerdict.ACCEPTED
    assert await asked(deciding(limited, *spent, at_utc=NOON + timedelta(days=31))) is TagVerdict.ACCEPTED


async def test_a_month_begins_at_local_midnight() -> None:
    begun = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)
    limited = inventory({"energy_limit_wh": 1_000.0})
    april = deciding(limited, a_session("1", 5_000.0, begun=begun), at_utc=begun + timedelta(hours=5))
    assert await asked(april) is TagVerdict.NO_CREDIT


async def test_a_tag_that_charges_elsewhere_gets_no_second_session_where_one_is_all() -> None:
    running = a_session("s-there-1", 0.0, ended=False)
    only_one, any_number = inventory(one_session_per_tag=True), inventory()
    assert (await deciding(only_one, running)("s-here", begin())).verdict is TagVerdict.CONCURRENT
    assert (await deciding(any_number, running)("s-here", begin())).verdict is TagVerdict.ACCEPTED
    again = deciding(only_one, replace(running, id="s-here-7"))
    assert (await again("s-here", begin())).verdict is TagVerdict.ACCEPTED, "a start sent again is the same session"
    assert await asked(deciding(only_one, running)) is TagVerdict.ACCEPTED, "only a transaction can be one too many"


async def test_unknown_tags_are_answered_as_their_site_says_and_else_as_the_setting_does() -> None:
    welcoming, strict = inventory(unknown_tags=UnknownTags.ACCEPT), inventory(unknown_tags=UnknownTags.REFUSE)
    assert await asked(deciding(welcoming), "0499") is TagVerdict.ACCEPTED
    assert await asked(deciding(welcoming), "0499", "s-there") is TagVerdict.INVALID
    assert await asked(deciding(strict, accept=True), "0499") is TagVerdict.INVALID
    assert await asked(deciding(strict, accept=True), "0499", "s-there") is TagVerdict.ACCEPTED


async def test_a_tag_with_markup_and_sql_in_it_is_a_tag_like_any_other() -> None:
    decide = deciding(inventory())
    assert await asked(decide, HOSTILE) is TagVerdict.ACCEPTED
    assert await asked(decide, HOSTILE.lower()) is TagVerdict.ACCEPTED
    assert await asked(decide, HOSTILE + "x") is TagVerdict.INVALID


async def test_a_contract_whose_certificate_nobody_checked_is_refused() -> None:
    payload = {"idToken": {"idToken": UID, "type": "eMAID"}, "certificate": "-----BEGIN"}
    event = v201.decode_authorize(payload, Arrival("s-here", Protocol.OCPP_201, NOON, 1)).event
    assert isinstance(event, AuthorizeAsked)
    known = replace(event, tag=PRIVACY.token(event.tag))
    answer = v201.answer_authorize(known, await deciding(inventory())("s-here", known))
    assert answer == {"idTokenInfo": {"status": "Invalid"}, "certificateStatus": "CertChainError"}
    assert schemas_of(Protocol.OCPP_201).violations("AuthorizeResponse", answer) == ()


async def test_stations_are_told_the_group_and_until_when_they_may_remember() -> None:
    decision = await deciding(inventory({"card_group": "depot-nord", "valid_to": date(2026, 4, 1)}))(
        "s-here", AuthorizeAsked(tag=PRIVACY.token(UID))
    )
    until = "2026-03-31T22:00:00.000Z"
    assert datetime.fromisoformat(until) == datetime(2026, 4, 1, tzinfo=ZoneInfo("Europe/Berlin"))
    asked_16, asked_2 = AuthorizeAsked(tag="t"), AuthorizeAsked(tag="t")
    assert v16.answer_authorize(asked_16, decision) == {
        "idTagInfo": {"status": "Accepted", "expiryDate": until, "parentIdTag": "depot-nord"}
    }
    assert v201.answer_authorize(asked_2, decision) == {
        "idTokenInfo": {
            "status": "Accepted",
            "cacheExpiryDateTime": until,
            "groupIdToken": {"idToken": "depot-nord", "type": "Central"},
        }
    }


async def test_a_limit_of_time_is_not_remembered_for_longer_than_an_hour() -> None:
    decision = await deciding(inventory({"calendar": "office"}))("s-here", AuthorizeAsked(tag=PRIVACY.token(UID)))
    assert decision.until_utc == NOON + timedelta(hours=1)


@pytest.mark.parametrize("verdict", TagVerdict)
def test_every_verdict_has_a_word_in_every_version_that_is_understood_again(verdict: TagVerdict) -> None:
    decision = Decision(NOON, 300, verdict, 7, "depot-nord", NOON)
    for protocol, answer in (
        (Protocol.OCPP_16, v16.answer_start(AuthorizeAsked(tag="t"), decision)),
        (Protocol.OCPP_201, v201.answer_authorize(AuthorizeAsked(tag="t"), decision)),
        (Protocol.OCPP_21, v201.answer_authorize(AuthorizeAsked(tag="t"), decision)),
    ):
        name = "StartTransactionResponse" if protocol is Protocol.OCPP_16 else "AuthorizeResponse"
        assert schemas_of(protocol).violations(name, json.loads(json.dumps(answer))) == ()
    assert VERDICT_OF[WORDS_16[verdict]] in TagVerdict
    assert VERDICT_OF[WORDS_2[verdict]] is (TagVerdict.ACCEPTED if verdict is TagVerdict.NONE else verdict)
