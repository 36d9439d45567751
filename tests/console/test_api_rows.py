"""Reading and changing over REST."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import httpx
import jsonschema_rs
import pytest

from console.openapi import document
from core.ports import Health
from operations.routes import route_of
from operations.table import CAPABILITIES
from tests.console.conftest import Caller
from tests.district import District

PROBLEM = "application/problem+json"


async def test_a_list_comes_in_pages_with_a_link_to_the_next(admin: httpx.AsyncClient) -> None:
    first = await admin.get("/api/v1/sessions", params={"limit": 4, "state": "ended"})
    assert first.status_code == 200
    assert (len(first.json()["items"]), first.json()["total"]) == (4, 5)
    following = first.links["next"]["url"]
    assert "state=ended" in following
    second = await admin.get(following)
    assert len(second.json()["items"]) == 1
    assert "next" not in second.links
    ids = [row["id"] for page in (first, second) for row in page.json()["items"]]
    assert ids == [f"lis-01-{number}" for number in range(5)]


async def test_values_come_in_stored_units_with_instants_in_utc(admin: httpx.AsyncClient) -> None:
    row = (await admin.get("/api/v1/sessions/lis-01-0")).json()["session"]
    assert row["energy_wh"] == 20_000.0
    assert row["begun_at_utc"] == "2026-11-21T10:00:00Z"


async def test_an_unknown_thing_is_a_problem_in_the_language_asked_for(admin: httpx.AsyncClient) -> None:
    german = await admin.get("/api/v1/meters/nichts", headers={"accept-language": "fr, de-AT;q=0.8, en;q=0.5"})
    english = await admin.get("/api/v1/meters/nichts", headers={"accept-language": "en"})
    assert german.status_code == english.status_code == 404
    assert german.headers["content-type"] == PROBLEM
    assert (german.headers["content-language"], english.headers["content-language"]) == ("de", "en")
    said = german.json()
    assert (said["type"], said["status"], said["title"]) == ("about:blank", 404, "Nicht gefunden")
    assert (said["code"], said["params"]) == ("meters.unknown", {"id": "nichts"})
    assert said["detail"].startswith("Einen Zähler „nichts“ gibt es nicht.")
    assert english.json()["detail"].startswith("There is no meter “nichts”.")


async def test_every_wrong_field_is_listed(admin: httpx.AsyncClient) -> None:
    answer = await admin.get("/api/v1/meters", params={"limit": "viele", "farbe": "rot"})
    assert answer.status_code == 422
    assert {error["code"] for error in answer.json()["errors"]} == {
        "request.field_unknown",
        "request.field_not_an_integer",
    }


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"name": "neu", "farbe": "rot"}', "request.invalid"),
        (b"[1, 2]", "request.invalid"),
        (b"{", "error.not_json"),
        (b"\xff", "error.not_json"),
        (b"[" * 100_000, "error.not_json"),
    ],
)
async def test_a_body_that_is_not_the_request_changes_nothing(
    admin: httpx.AsyncClient, api_district: District, body: bytes, code: str
) -> None:
    answer = await admin.post("/api/v1/tokens/add", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert await api_district.stores.ledger.tokens() == ()


async def test_a_form_is_no_json(admin: httpx.AsyncClient) -> None:
    answer = await admin.post("/api/v1/tokens/add", data={"name": "neu"})
    assert (answer.status_code, answer.json()["code"]) == (422, "error.not_json")


async def test_a_body_over_a_megabyte_is_refused(admin: httpx.AsyncClient) -> None:
    async def endless():  # noqa: ANN202
        for _ in range(3):
            yield b" " * 500_000

    headers = {"content-type": "application/json"}
    announced = await admin.post("/api/v1/tokens/add", content=b" " * 1_100_000, headers=headers)
    streamed = await admin.post("/api/v1/tokens/add", content=endless(), headers=headers)
    for answer in (announced, streamed):
        assert (answer.status_code, answer.json()["code"]) == (413, "error.body_too_large")


async def test_the_same_key_and_body_is_done_once_and_answered_the_same(
    admin: httpx.AsyncClient, api_district: District
) -> None:
    headers = {"idempotency-key": "4b7f0f4e-3f0b-4a63-9d63-0c3a1d1f6a55"}
    first = await admin.post("/api/v1/tokens/add", json={"name": "grafana"}, headers=headers)
    again = await admin.post("/api/v1/tokens/add", json={"name": "grafana"}, headers=headers)
    assert first.status_code == again.status_code == 200
    assert first.content == again.content
    entries = (await api_district.ask("audit.list")).items
    assert [entry.action for entry in entries] == ["tokens.add"]


async def test_the_same_key_with_another_body_is_refused(admin: httpx.AsyncClient) -> None:
    headers = {"idempotency-key": "k" * 36}
    await admin.post("/api/v1/tokens/add", json={"name": "grafana"}, headers=headers)
    other = await admin.post("/api/v1/tokens/add", json={"name": "andere"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "error.idempotency_key_reused")


async def test_the_key_of_one_is_nothing_to_another(caller: Caller, admin: httpx.AsyncClient) -> None:
    secret = (await admin.post("/api/v1/tokens/add", json={"name": "zweite", "role": "admin"})).json()["secret"]
    headers = {"idempotency-key": "k" * 36}
    await admin.post("/api/v1/tokens/add", json={"name": "grafana"}, headers=headers)
    answer = await caller(secret).post("/api/v1/tokens/add", json={"name": "grafana"}, headers=headers)
    assert answer.status_code == 409


async def test_an_error_is_not_remembered(admin: httpx.AsyncClient) -> None:
    headers = {"idempotency-key": "k" * 36}
    assert (await admin.post("/api/v1/users/link", json={"name": "vera"}, headers=headers)).status_code == 404
    await admin.post("/api/v1/users/add", json={"name": "vera", "role": "viewer"})
    assert (await admin.post("/api/v1/users/link", json={"name": "vera"}, headers=headers)).status_code == 200


async def test_a_kept_answer_does_not_show_its_secret_in_the_ledger(
    admin: httpx.AsyncClient, api_district: District
) -> None:
    answer = await admin.post(
        "/api/v1/tokens/add", json={"name": "grafana"}, headers={"idempotency-key": "f3b1-ein-schluessel"}
    )
    await api_district.stores.close()
    written = b"".join(file.read_bytes() for file in (api_district.folder / "data").glob("ledger*"))
    assert answer.json()["secret"].encode() not in written
    assert b"f3b1-ein-schluessel" not in written


async def test_a_long_operation_is_watched_until_its_result(admin: httpx.AsyncClient) -> None:
    begun = await admin.post("/api/v1/rejections/replay", json={})
    assert begun.status_code == 202
    location = begun.headers["location"]
    for _ in range(200):
        run = (await admin.get(location)).json()
        if run["state"] != "running":
            break
        await asyncio.sleep(0.01)
    assert (run["state"], run["fraction"]) == ("done", 1.0)
    assert run["result"] == {"tried": 2, "used": 1, "readings": 2}
    assert run["doing"]["code"] == "rejections.replaying"
    assert [item["id"] for item in (await admin.get("/api/v1/operations")).json()["items"]] == [run["id"]]


async def test_a_long_operation_that_fails_says_why(admin: httpx.AsyncClient) -> None:
    begun = await admin.post("/api/v1/rejections/replay", json={"ids": [99]})
    await asyncio.sleep(0.1)
    run = (await admin.get(begun.headers["location"], headers={"accept-language": "de"})).json()
    assert (run["state"], run["error"]["status"]) == ("failed", 404)
    assert run["error"]["detail"] == "Eine abgewiesene Nachricht mit der Nummer 99 gibt es nicht."


async def test_a_long_operation_can_be_cancelled(admin: httpx.AsyncClient, api_district: District) -> None:
    async def never(_batch: object) -> None:
        await asyncio.Event().wait()

    api_district.stores.readings.put = never  # type: ignore[method-assign, assignment]
    begun = await admin.post("/api/v1/rejections/replay", json={})
    await asyncio.sleep(0.05)
    cancelled = await admin.post(f"{begun.headers['location']}/cancel")
    assert cancelled.json()["state"] == "cancelled"
    assert (await admin.get("/api/v1/operations/none-such")).status_code == 404


def test_the_document_is_valid_openapi_and_names_every_row() -> None:
    told = document()
    assert told["openapi"] == "3.1.0"
    operations = {
        operation["operationId"]: (method.upper(), path)
        for path, methods in told["paths"].items()
        for method, operation in methods.items()
    }
    for name, capability in CAPABILITIES.items():
        assert operations[name] == route_of(name, capability)
    assert set(operations) - set(CAPABILITIES) == {
        "files.show",
        "operations.list",
        "operations.show",
        "operations.cancel",
    }


def test_every_schema_of_the_document_is_a_valid_one_and_every_reference_leads_somewhere() -> None:
    told = document()
    schemas = told["components"]["schemas"]
    for schema in schemas.values():
        jsonschema_rs.meta.validate(schema | {"$schema": "https://json-schema.org/draft/2020-12/schema"})
    for reference in _references(told):
        assert reference.removeprefix("#/components/schemas/") in schemas


async def test_answers_are_as_the_document_says(admin: httpx.AsyncClient) -> None:
    told = (await admin.get("/api/v1/openapi.json")).json()
    for name, capability in CAPABILITIES.items():
        method, path = route_of(name, capability)
        if method == "GET" and capability.key is None:
            answer = await admin.get(path)
            (content,) = told["paths"][path]["get"]["responses"][str(answer.status_code)]["content"].values()
            schema = content["schema"] | {"components": told["components"]}
            jsonschema_rs.validator_for(schema).validate(answer.json())


async def test_a_session_with_a_slash_in_its_id_is_found(admin: httpx.AsyncClient, api_district: District) -> None:
    ledger = api_district.stores.ledger
    session = await ledger.session("lis-01-0")
    assert session
    await ledger.save_sessions([replace(session, id="lis-01/7 a")])
    answer = await admin.get("/api/v1/sessions/lis-01%2F7%20a")
    assert answer.json()["session"]["id"] == "lis-01/7 a"


async def test_health_and_figures_are_for_machines(admin: httpx.AsyncClient) -> None:
    assert (await admin.get("/health/live")).json() == {"ok": True}
    assert (await admin.get("/health/ready")).status_code == 200
    figures = (await admin.get("/metrics")).text
    assert 'kreiswatt_stored{part="ingest"} 12.0' in figures
    assert 'kreiswatt_ok{part="ocpp"} 1.0' in figures


async def test_an_unready_part_makes_the_service_unready(admin: httpx.AsyncClient, api_district: District) -> None:
    house = replace(api_district.gate.house, health=lambda: (Health(name="ingest", ok=False),))
    api_district.gate.house = house
    assert (await admin.get("/health/ready")).status_code == 503
    assert (await admin.get("/health/live")).status_code == 200


async def test_a_token_that_has_ended_opens_nothing(
    caller: Caller, admin: httpx.AsyncClient, api_district: District
) -> None:
    made = [
        (await admin.post("/api/v1/tokens/add", json={"name": name, "days": 1})).json()["secret"]
        for name in ("erstes", "zweites")
    ]
    assert (await caller(made[0]).get("/api/v1/sites")).status_code == 200
    await admin.post("/api/v1/tokens/revoke", json={"name": "erstes"})
    revoked = await caller(made[0]).get("/api/v1/sites")
    assert (revoked.status_code, revoked.headers["www-authenticate"]) == (401, "Bearer")
    assert revoked.headers["content-type"] == PROBLEM
    api_district.clock.pass_by(timedelta(days=1, seconds=1))
    assert (await caller(made[1]).get("/api/v1/sites")).status_code == 401


def _references(node: object) -> set[str]:
    if isinstance(node, dict):
        own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return own.union(*(_references(value) for value in node.values()))
    return set().union(*(_references(value) for value in node)) if isinstance(node, list) else set()
