"""Role, scope and audit: what every way in passes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.errors import ConflictError, ForbiddenError, NotFoundError, ServiceError
from core.facts import AuditEntry
from core.people import Actor, Role
from operations import routes
from operations.edge import InvalidRequestError, read_request
from operations.gate import admitted
from operations.table import CAPABILITIES
from tests import asked_of_stations
from tests.district import District, yesterday

CHANGES: dict[str, dict[str, object]] = {
    "totals.freeze": {"id": "meter:schule-strom", "period": "2026-11-21"},
    "balance.freeze": {"id": "site:schule", "period": "2026-11-21"},
    "intervals.recompute": {"sources": ["meter:schule-strom"]},
    "stations.sync_list": {"id": "lis-01"},
    "tags.add": {"id": "karte-9", "label": "Karte 9", "uid": "04A1B2C3D4E580"},
    "tags.assign": {"id": "karte-9", "vehicle": "lk-e-101"},
    "tags.block": {"id": "karte-9", "reason": "verloren"},
    "tags.unblock": {"id": "karte-9"},
    "inventory.add": {"id": "buildings/neubau", "values": ["name=Neubau", "site=schule", "valid_from=2026-01-01"]},
    "inventory.change": {"id": "buildings/neubau", "values": ["name=Anbau"]},
    "inventory.end": {"id": "buildings/neubau", "valid_to": "2030-01-01"},
    "inventory.undo": {"id": 7},
    "rejections.replay": {},
    "jobs.run": {"name": "publication"},
    "jobs.cancel": {"id": 1},
    "users.add": {"name": "neu", "role": "viewer"},
    "users.change": {"name": "vera", "language": "en"},
    "users.disable": {"name": "vera"},
    "users.link": {"name": "vera"},
    "users.password": {"password": "korrekt pferd batterie"},
    "tokens.add": {"name": "neu"},
    "tokens.revoke": {"name": "grafana"},
    "meters.exchange": {
        "id": "schule-strom",
        "at_utc": "2026-11-21T12:00:00Z",
        "end_value": 1_213_100.0,
        "start_value": 0.0,
    },
    "meters.reset": {"id": "schule-strom", "at_utc": "2026-11-21T13:00:00Z", "confirm": True},
    "meters.correct": {
        "id": "schule-strom",
        "at_utc": "2026-11-21T08:00:00Z",
        "until_utc": "2026-11-21T09:00:00Z",
        "amount": 10.0,
        "reason": "Wandlerfaktor",
    },
    "meters.link": {"id": "schule-strom"},
    "vehicles.read": {"id": "lk-e-101", "odometer_m": 90_000_000.0, "confirm": True},
    "vehicles.link": {"id": "lk-e-101"},
    "meters.sheet": {"id": "schule"},
    "notify.test": {"name": "anna"},
    "mappings.save": {"name": "netz", "date_column": "Datum", "value_column": "kWh", "meter": "schule-strom"},
    "feed_in.add": {"plant": "wea-au", "month": "2026-09", "fed_in_wh": 400_000_000},
    "report.energy": {"id": "site:schule", "period": "2026", "format": "xlsx"},
    "report.carriers": {"period": "2026", "format": "csv"},
    "shares.settle": {"year": 2025},
    "report.fleet": {"month": "2026-10", "format": "xlsx"},
    "maintenance.add": {
        "site": "schule",
        "begins_utc": "2026-12-01T08:00:00Z",
        "ends_utc": "2026-12-01T12:00:00Z",
        "reason": "Prüfung",
    },
    **asked_of_stations.ASKED,
    "adoption.open": {"site": "schule"},
    "adoption.password": {"site": "schule"},
    "rollouts.start": {"id": "lis-01", "firmware": "9.9", "file_url": "https://firmware.example/9.9.bin"},
    "rollouts.pause": {"id": 1},
    "rollouts.resume": {"id": 1},
    "rollouts.cancel": {"id": 1},
}
REFUSED: dict[str, dict[str, object]] = {
    "rollouts.reverse": {"id": 1},
    "adoption.import": {"upload": "0" * 64},
    "stations.apply": {"id": "lis-01", "plan": "0" * 64},
    "profiles.adopt": {"id": 77},
    "profiles.import": {"id": "lis-01"},
    "adoption.close": {"id": 77},
    "stations.adopt": {"id": "lis-01"},
    "stations.refuse": {"id": "lis-01"},
    "stations.fetch_log": {"id": "0" * 32},
    "stations.delete_log": {"id": "0" * 32},
    "firmware.add": {"upload": "0" * 64, "maker": "Alfen", "firmware": "2.1.0"},
    "dashboards.push": {},
    "firmware.remove": {"id": 77},
    "maintenance.cancel": {"id": 77},
    "shares.book_use": {
        "municipality": "nirgends",
        "year": 2025,
        "amount_eur": "1",
        "spent_on": "2026-01-01",
        "purpose": "x",
    },
    "shares.withdraw_use": {"id": "77", "reason": "doppelt erfasst"},
    "privacy.export": {"tag": "nirgends"},
    "privacy.erase": {"tag": "nirgends"},
    "privacy.customer": {"id": 77},
    "privacy.forget_customer": {"id": 77},
    "actions.add": {"text": ""},
    "actions.change": {"id": 77},
    "sendings.resend": {"id": 77},
    "sendings.settle": {"id": 77},
    "bills.add": {"meter": "nirgends", "first_day": "2026-10-01", "last_day": "2026-10-31", "net_eur": "1"},
    "imports.run": {"upload": "0" * 64, "mapping": "nirgends"},
    "imports.withdraw": {"id": 77, "reason": "falsche Datei"},
    "vouchers.add": {"vehicle": "nirgends", "kind": "fuel", "at_utc": "2026-11-20T10:00:00Z", "fuel_l": "40"},
    "vouchers.withdraw": {"id": 77, "reason": "doppelt erfasst"},
    "voucher_mappings.save": {"name": "Karte", "kind": "fuel", "date_column": "Datum", "vehicle": "nirgends"},
    "bills.withdraw": {"id": 77, "reason": "doppelt erfasst"},
    "sessions.correct": {"id": "nirgends", "energy_wh": 1000, "reason": "abgelesen"},
    "sessions.split": {"id": "nirgends", "at_utc": "2026-11-17T10:00:00Z", "reason": "zwei Wagen"},
    "sessions.merge": {"id": "nirgends", "others": ["nirgendwo"], "reason": "Stromausfall"},
    "sessions.void": {"id": "nirgends", "reason": "Probe des Monteurs"},
    "stations.rebuild": {"id": "nirgends"},
    "sessions.import": {"upload": "0" * 64},
    "sessions.undo": {"id": 77, "reason": "doch nicht"},
    "sessions.assign": {"id": "nirgends", "vehicle": "nirgends", "reason": "gesehen"},
    "weather.import": {"id": "nirgends", "upload": "0" * 64},
    "intensity.import": {"upload": "0" * 64},
    "boundaries.import": {"upload": "0" * 64, "valid_on": "2025-12-31", "source": "Amt"},
    "boundaries.withdraw": {"id": 77, "reason": "falsche Datei"},
    "feed_in.import": {"upload": "0" * 64},
    "plants.import": {"upload": "0" * 64},
    "tags.import": {"upload": "0" * 64},
    "feed_in.withdraw": {"id": 77, "reason": "falscher Monat"},
    "prices.import": {"upload": "0" * 64},
    "meters.read": {"id": "nirgends", "start_value": 1.0},
    "meters.rollover": {"id": "nirgends", "at_utc": "2026-11-21T13:00:00Z"},
    "meters.withdraw": {"id": 77, "reason": "falscher Zähler"},
    "meters.accept": {"id": "77"},
    "meters.dismiss": {"id": "77", "reason": "kein Tausch"},
    "meters.unlink": {"id": "nirgends"},
    "vehicles.exchange": {"id": "nirgends", "odometer_m": 1.0},
    "vehicles.withdraw": {"id": 77, "reason": "falsches Fahrzeug"},
    "vehicles.unlink": {"id": "nirgends"},
    "alarms.acknowledge": {"id": "77"},
    "notify.test": {"name": "nirgends"},
}
"""What this district has nothing for: that it was tried is in the audit all the same."""
CALCULATED = {"savings", "shares", "thg", "clean_vehicles"}
FILES = {"readings", "intervals", "export"}
LOOKED_AT = {"list", "show", "candidates", "decode", "verify", "kinds", "discover", "look", "publish", "build", *FILES}
ASKED = LOOKED_AT | CALCULATED | routes.ASKED


async def _with_people(district: District) -> None:
    await district.ask("users.add", name="vera", role="viewer")
    await district.ask("users.add", name="anna", role="admin")
    await district.ask("tokens.add", name="grafana")


def _subject(given: dict[str, Any]) -> str:
    named = (given.get(field) for field in ("id", "name", "meter", "upload"))
    return str(next(filter(None, named), None) or ",".join(given.get("sources", ["anna"])))


async def _entries(district: District) -> tuple[AuditEntry, ...]:
    entries: tuple[AuditEntry, ...] = (await district.ask("audit.list")).items
    return entries


@pytest.mark.usefixtures("quick_passwords")
async def test_every_change_is_in_the_audit_with_who_what_and_subject(district: District) -> None:
    await _with_people(district)
    await yesterday(district)
    changing = [name for name, row in CAPABILITIES.items() if row.changes]
    assert set(changing) == CHANGES.keys() | REFUSED.keys()
    for name in (name for name in changing if name in CHANGES):
        if name == "users.link":  # a disabled user gets none, and they have been disabled by now
            await district.ask("users.change", name="vera", enabled=True)
        await district.ask(name, **CHANGES[name])
        entry = (await _entries(district))[0]
        assert (entry.actor, entry.action, entry.at_utc) == ("anna", name, district.clock())
        assert entry.subject == _subject(CHANGES[name])


@pytest.mark.parametrize("name", REFUSED)
async def test_a_change_that_was_refused_is_in_the_audit_too(district: District, name: str) -> None:
    with pytest.raises(ServiceError):
        await district.ask(name, **REFUSED[name])
    entry = (await _entries(district))[0]
    assert (entry.actor, entry.action, entry.subject) == ("anna", f"{name}.failed", _subject(REFUSED[name]))


@pytest.mark.parametrize("name", [name for name, row in CAPABILITIES.items() if not row.changes])
def test_a_row_that_changes_nothing_is_a_list_a_show_or_a_trial(name: str) -> None:
    assert name.partition(".")[2] in ASKED


@pytest.mark.usefixtures("quick_passwords")
async def test_no_secret_is_in_the_audit(district: District) -> None:
    await _with_people(district)
    await yesterday(district)
    secrets = ["korrekt pferd batterie", "04A1B2C3D4E580"]
    for name, given in CHANGES.items():
        if name == "users.link":  # a disabled user gets none, and they have been disabled by now
            await district.ask("users.change", name="vera", enabled=True)
        result = await district.ask(name, **given)
        for made in (result, *getattr(result, "items", ())):
            secrets += [value for value in (getattr(made, "link", ""), getattr(made, "secret", "")) if value]
    written = json.dumps([str(entry) for entry in await _entries(district)])
    assert len(secrets) == 10
    for secret in secrets:
        assert secret.rpartition("/")[2] not in written


async def test_a_change_that_fails_leaves_two_entries(district: District) -> None:
    with pytest.raises(NotFoundError):
        await district.ask("users.disable", name="niemand")
    failed, asked = await _entries(district)
    assert (asked.action, failed.action, failed.subject) == ("users.disable", "users.disable.failed", "niemand")
    assert "users.unknown" in failed.detail


async def test_looking_leaves_no_entry(district: District) -> None:
    for name in ("overview.show", "meters.list", "users.list", "audit.list", "health.show"):
        await district.ask(name)
    assert await _entries(district) == ()


@pytest.mark.parametrize("name", CAPABILITIES)
@pytest.mark.parametrize("role", Role)
def test_a_row_is_open_to_the_roles_that_include_its_own_and_to_no_other(name: str, role: Role) -> None:
    actor = Actor("x", role)
    if any(actor.may(known) for known in CAPABILITIES[name].roles):
        assert admitted(name, actor) is CAPABILITIES[name]
        return
    with pytest.raises(ForbiddenError) as caught:
        admitted(name, actor)
    assert caught.value.finding.code == "error.role_missing"


@pytest.mark.parametrize("name", [name for name, row in CAPABILITIES.items() if row.whole])
def test_a_row_about_the_whole_district_needs_the_whole_scope(name: str) -> None:
    with pytest.raises(ForbiddenError) as caught:
        admitted(name, Actor("x", Role.ADMIN, frozenset({"schule"})))
    assert caught.value.finding.code == "error.scope_too_narrow"


async def test_a_refused_change_is_not_made_and_leaves_no_entry(empty_district: District, viewer: Actor) -> None:
    with pytest.raises(ForbiddenError):
        await empty_district.ask("users.add", viewer, name="neu", role="admin")
    assert await empty_district.stores.ledger.users() == ()
    assert await _entries(empty_district) == ()


async def test_an_unknown_row_is_not_found(empty_district: District) -> None:
    with pytest.raises(NotFoundError):
        await empty_district.ask("meters.explode")


def test_every_wrong_field_is_named_at_once() -> None:
    with pytest.raises(InvalidRequestError) as caught:
        read_request(CAPABILITIES["meters.list"], {"limit": "viele", "medium": "strom", "farbe": "rot"})
    named = {(finding.code, dict(finding.params)["field"]) for finding in caught.value.findings}
    assert named == {
        ("request.field_unknown", "farbe"),
        ("request.field_not_an_integer", "limit"),
        ("request.field_not_one_of", "medium"),
    }


@pytest.mark.parametrize(
    ("row", "given", "code"),
    [
        ("meters.show", {}, "request.field_missing"),
        ("meters.list", {"limit": 0}, "request.field_too_small"),
        ("meters.list", {"limit": 501}, "request.field_too_large"),
        ("meters.list", {"site": 5}, "request.field_not_text"),
        ("users.password", {"password": "kurz"}, "request.field_too_short"),
        ("users.password", {"password": "x" * 1025}, "request.field_too_long"),
        ("users.change", {"name": "a", "enabled": "vielleicht"}, "request.field_not_a_boolean"),
        ("users.change", {"name": "a", "sites": 5}, "request.field_not_a_list"),
        ("sessions.list", {"since_utc": "gestern"}, "request.field_not_an_instant"),
        ("tokens.add", {"name": "a", "days": 1831}, "request.field_too_large"),
    ],
)
def test_each_kind_of_mistake_has_its_own_text(row: str, given: dict[str, object], code: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        read_request(CAPABILITIES[row], given)
    assert [finding.code for finding in caught.value.findings] == [code]


async def test_two_who_add_the_same_name_do_not_both_succeed(empty_district: District) -> None:
    await empty_district.ask("tokens.add", name="grafana")
    with pytest.raises(ConflictError):
        await empty_district.ask("tokens.add", name="grafana")
