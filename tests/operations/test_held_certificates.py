"""Certificates of the service and of charge points: listed by their end, given out, warned of."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chargepoints.authority import new_authority
from core.certificates import CertificatePurpose, CertificateState, ExpiryDays, Urgency
from core.errors import NotFoundError, RequestError
from core.people import Actor, Role
from operations.alarms.watches import WATCHES
from operations.house import Call
from tests.district import NOW, District
from tests.held_certificates import PEM, held

STATION = "lis-01"
PROOF, ROOT = CertificatePurpose.STATION, CertificatePurpose.CENTRAL_ROOT
LOCAL = Actor("lena", Role.OPERATOR, frozenset({"schule"}))


async def filled(district: District) -> District:
    await district.stores.ledger.save_certificates(
        [
            held(NOW),
            held(NOW, purpose=CertificatePurpose.SERVER, days=29.5),
            held(NOW, STATION, PROOF, days=6.5),
            held(NOW, STATION, PROOF, CertificateState.SUPERSEDED, days=1),
            held(NOW, STATION, ROOT, days=90),
            held(NOW, "gone-01", PROOF, days=3),
        ]
    )
    return district


async def seen(district: District, kind: str) -> dict[str, str]:
    found = await WATCHES[kind](district.gate.house, Call(district.admin, district.clock()))
    return {sighting.subject: sighting.finding.code for sighting in found.sightings}


async def test_certificates_stand_by_their_end_and_past_ones_only_where_asked_for(empty_district: District) -> None:
    district = await filled(empty_district)
    rows = (await district.ask("certificates.list")).items
    assert [(row.station, row.kind, row.left_days, row.urgency) for row in rows] == [
        ("gone-01", PROOF, 3, Urgency.URGENT),
        (STATION, PROOF, 6, Urgency.URGENT),
        (None, CertificatePurpose.SERVER, 29, Urgency.SOON),
        (STATION, ROOT, 90, Urgency.FINE),
        (None, CertificatePurpose.AUTHORITY, 400, Urgency.FINE),
    ]
    past = (await district.ask("certificates.list", station=STATION, past=True)).items
    assert [row.state for row in past] == [
        CertificateState.SUPERSEDED,
        CertificateState.IN_USE,
        CertificateState.IN_USE,
    ]
    assert (past[0].name, past[0].urgency) == ("Parkplatz", Urgency.FINE)


async def test_who_sees_a_site_sees_its_stations_certificates_and_no_others(empty_district: District) -> None:
    district = await filled(empty_district)
    page = await district.ask("certificates.list", LOCAL)
    assert {row.station for row in page.items} == {STATION}


async def test_our_authority_is_given_out_once_there_is_one(empty_district: District) -> None:
    with pytest.raises(NotFoundError) as none:
        await empty_district.ask("certificates.authority")
    assert none.value.finding.code == "certificates.no_authority"
    found = await (await filled(empty_district)).ask("certificates.authority")
    assert (found.pem, found.holder, found.file) == (PEM, "CN=Ladestationen", "kreiswatt-charge-points-ca.pem")


async def test_an_alarm_comes_thirty_days_before_the_end_and_a_louder_one_at_seven(empty_district: District) -> None:
    district = await filled(empty_district)
    ending, over = "alarms.certificate_ending", "alarms.certificate_over"
    assert await seen(district, "certificate_expiring") == {
        f"station:{STATION}": ending,
        "service:certificates": ending,
    }
    assert await seen(district, "certificate_urgent") == {f"station:{STATION}": ending}
    district.clock.pass_by(timedelta(days=40))
    assert await seen(district, "certificate_urgent") == {f"station:{STATION}": over, "service:certificates": over}


def test_how_soon_is_a_setting() -> None:
    days = ExpiryDays(soon=60, urgent=14)
    said = [days.urgency(NOW + timedelta(days=left), NOW) for left in (61, 60, 14, 0)]
    assert said == [Urgency.FINE, Urgency.SOON, Urgency.URGENT, Urgency.OVER]


async def test_nothing_but_certificates_is_sent_to_stations_whatever_the_file_holds(
    empty_district: District,
) -> None:
    key, certificate = (text.decode() for text in new_authority("Landkreis", NOW))
    given = {"id": STATION, "use": "central_root", "wait_s": 0}
    filed = f"Zur Ablage\n{key}{certificate}"
    asked = await empty_district.ask("stations.install_certificate", **given, certificate=filed)
    command = await empty_district.stores.ledger.command(asked.items[0].id)
    assert command.request["certificate"] == certificate
    with pytest.raises(RequestError) as unreadable:
        await empty_district.ask("stations.install_certificate", **given, certificate=key)
    assert unreadable.value.finding.code == "commands.certificate_unreadable"
