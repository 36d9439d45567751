"""`/query` and `/ping` as Grafana calls them: every form of request, who is let in, how errors are said."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.console.conftest import LOCAL_TOKEN, Caller
from tests.district import District
from tests.store.influxql import grafana

FORM = {"content-type": "application/x-www-form-urlencoded"}
URL = {"db": "kreiswatt", "epoch": "ms"}
LAST = 'SELECT last("energy_import_wh") AS "x" FROM "reading" WHERE ("site" =~ /^(schule|bauhof)$/) GROUP BY "source"'


def basic(user: str, password: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


async def _viewer(admin: httpx.AsyncClient, **more: Any) -> str:
    made = await admin.post("/api/v1/tokens/add", json={"name": "grafana", **more})
    secret: str = made.json()["secret"]
    return secret


BUILT = (
    'SELECT mean("energy_import_wh") AS "x" FROM "autogen"."reading" WHERE ("site" =~ /^schule$/ AND '
    "\"medium\"::tag = 'electricity') AND time >= 1700000000000ms and time <= 1900000000000ms "
    "GROUP BY time(365d), \"site\"::tag fill(null) ORDER BY time ASC limit 10 slimit 5 tz('Europe/Berlin')"
)
SHIFTED = (
    'SELECT mean("energy_import_wh") FROM "reading" WHERE time >= 1700000000000ms and time <= 1900000000000ms '
    "GROUP BY time(52w, 1h) fill(none)"
)
FORMS = (
    "SHOW measurements",
    'SHOW RETENTION POLICIES on "kreiswatt"',
    "SHOW MEASUREMENTS LIMIT 100",
    "SHOW MEASUREMENTS WITH MEASUREMENT =~ /(?i)READ/ LIMIT 100",
    "SHOW MEASUREMENTS WHERE \"site\" = 'schule' LIMIT 100",
    "SHOW FIELD KEYS",
    'SHOW FIELD KEYS FROM "autogen"."reading"',
    'SHOW TAG KEYS FROM "reading"',
    "SHOW TAG KEYS",
    'SHOW TAG VALUES FROM "reading" WITH KEY = "site"',
    'SHOW TAG VALUES FROM /^read/ WITH KEY = "site"',
    'SELECT last("power_w") / 1000 FROM "reading" WHERE time >= now() - 6h and time <= now() GROUP BY "source"',
    BUILT,
    SHIFTED,
    LAST,
)


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_every_form_that_grafana_sends_is_answered(admin: httpx.AsyncClient, method: str) -> None:
    for text in FORMS:
        if method == "GET":
            answer = await admin.get("/query", params={**URL, "q": text})
        else:
            answer = await admin.post("/query", params=URL, data={"q": text}, headers=FORM)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json"), text
        assert "error" not in answer.json()["results"][0], text
        grafana.check_shape(answer.json())
        grafana.time_series(answer.content)
        grafana.streamed(answer.content)


async def test_a_panels_answer_becomes_frames(admin: httpx.AsyncClient) -> None:
    answer = await admin.post("/query", params=URL, data={"q": LAST})
    frames = grafana.time_series(answer.content)
    assert frames
    assert {frame.name for frame in frames} == {"x"}
    assert all(isinstance(frame.fields["Value"][0], float) for frame in frames)
    assert set(grafana.table(answer.content).fields) == {"Time", "source", "x"}


async def test_targets_joined_in_one_query_are_answered_one_by_one(admin: httpx.AsyncClient) -> None:
    answer = await admin.get("/query", params={**URL, "q": f"{LAST};SHOW MEASUREMENTS; SELECT nothing FROM reading"})
    grafana.check_shape(answer.json(), 3)


async def test_nothing_found_is_one_empty_result(admin: httpx.AsyncClient) -> None:
    answer = await admin.get("/query", params={**URL, "q": "SELECT nothing FROM reading"})
    assert answer.json() == {"results": [{"statement_id": 0}]}


async def test_a_wrong_database_fails_the_data_sources_test(admin: httpx.AsyncClient) -> None:
    answer = await admin.get("/query", params={"db": "x", "q": "SHOW measurements"})
    with pytest.raises(grafana.InfluxError, match="database not found: x"):
        grafana.time_series(answer.content)


async def test_each_way_of_signing_in_that_clients_have_is_known(caller: Caller, admin: httpx.AsyncClient) -> None:
    secret = await _viewer(admin)
    stranger = caller()
    wanted = {**URL, "q": "SHOW MEASUREMENTS"}
    for headers, params in (
        (basic("grafana", secret), {}),
        ({"authorization": f"Token {secret}"}, {}),
        ({"authorization": f"Bearer {secret}"}, {}),
        ({}, {"u": "grafana", "p": secret}),
        (basic("", ""), {"u": "grafana", "p": secret}),
    ):
        answer = await stranger.get("/query", params={**wanted, **params}, headers=headers)
        assert answer.status_code == 200, headers


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({}, "unable to parse authentication credentials"),
        (basic("", ""), "unable to parse authentication credentials"),
        (basic("admin", "admin"), "authorization failed"),
        ({"authorization": "Token kw_x"}, "authorization failed"),
        ({"authorization": "Basic %%%"}, "authorization failed"),
        ({"authorization": "Digest x"}, "authorization failed"),
    ],
)
async def test_who_has_no_token_is_told_so_in_json(caller: Caller, headers: dict[str, str], said: str) -> None:
    answer = await caller().get("/query", params={**URL, "q": "SHOW MEASUREMENTS"}, headers=headers)
    assert (answer.status_code, answer.json()) == (401, {"error": said})


async def test_a_browsers_session_means_nothing_here(caller: Caller, admin: httpx.AsyncClient) -> None:
    added = await admin.post("/api/v1/users/add", json={"name": "vera", "role": "viewer"})
    browser = caller()
    await browser.post(urlsplit(added.json()["link"]).path)
    assert (await browser.get("/api/v1/sites")).status_code == 200
    assert (await browser.get("/query", params={**URL, "q": "SHOW MEASUREMENTS"})).status_code == 401


async def test_a_token_for_one_site_sees_only_that_site(caller: Caller, admin: httpx.AsyncClient) -> None:
    scoped = caller(await _viewer(admin, sites=["bauhof"]))
    answer = await scoped.get("/query", params={**URL, "q": 'SHOW TAG VALUES WITH KEY = "site"'})
    found = {row[1] for series in answer.json()["results"][0].get("series", []) for row in series["values"]}
    assert found <= {"bauhof"}
    hidden = await scoped.get("/query", params={**URL, "q": "SELECT * FROM /.*/ WHERE site = 'schule'"})
    assert hidden.json() == {"results": [{"statement_id": 0}]}


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({}, 'missing required parameter "q"'),
        ({"q": "  "}, 'missing required parameter "q"'),
        ({"q": "selec"}, "error parsing query: found selec, expected SELECT, SHOW at line 1, char 1"),
        ({"q": "SHOW MEASUREMENTS", "params": "{"}, "error parsing query parameters"),
        ({"q": "SHOW MEASUREMENTS", "params": "[]"}, "error parsing query parameters"),
    ],
)
async def test_a_bad_request_is_said_in_json(admin: httpx.AsyncClient, params: dict[str, str], said: str) -> None:
    answer = await admin.get("/query", params={**URL, **params})
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(said)


async def test_errors_before_and_behind_the_door_have_an_error_too(admin: httpx.AsyncClient) -> None:
    too_large = await admin.post("/query", params=URL, data={"q": "x" * 1_100_000})
    assert (too_large.status_code, bool(too_large.json()["error"])) == (413, True)
    foreign = await admin.get("/query", params=URL, headers={"host": "evil.example"})
    assert (foreign.status_code, bool(foreign.json()["error"])) == (421, True)
    method = await admin.delete("/query")
    assert (method.status_code, bool(method.json()["error"])) == (405, True)


async def test_the_retention_policy_of_a_target_is_checked(admin: httpx.AsyncClient) -> None:
    wanted = {**URL, "q": "SHOW MEASUREMENTS"}
    assert "series" in (await admin.get("/query", params={**wanted, "rp": "autogen"})).json()["results"][0]
    other = await admin.get("/query", params={**wanted, "rp": "year"})
    assert other.json()["results"][0]["error"] == "retention policy not found: year"


async def test_ping_tells_the_version_without_a_token(caller: Caller) -> None:
    for answer in (await caller().get("/ping"), await caller().head("/ping")):
        assert (answer.status_code, answer.content) == (204, b"")
        assert answer.headers["x-influxdb-version"].startswith("1.")


async def test_long_answers_are_zipped_for_who_can_read_them(admin: httpx.AsyncClient) -> None:
    wanted = {**URL, "q": ";".join(["SHOW FIELD KEYS; SHOW SERIES; SHOW TAG KEYS"] * 20)}
    zipped = await admin.get("/query", params=wanted, headers={"accept-encoding": "gzip"})
    plain = await admin.get("/query", params=wanted, headers={"accept-encoding": "identity"})
    assert zipped.headers["content-encoding"] == "gzip"
    assert zipped.json() == plain.json()


async def test_without_the_embedded_store_it_says_where_to_go(caller: Caller, api_district: District) -> None:
    object.__setattr__(api_district.gate.house, "influxql", None)
    answer = await caller(LOCAL_TOKEN).get("/query", params={**URL, "q": "SHOW MEASUREMENTS"})
    assert (answer.status_code, answer.json()["code"]) == (503, "influxql.not_served")
    assert answer.json()["error"]
