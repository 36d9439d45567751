"""Who is let in: roles and scope over REST, browser sessions, CSRF, guessing, host names, headers."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import httpx
import pytest

from config.settings import ConsoleSettings
from console.signin import csrf_of
from operations.routes import route_of
from operations.table import CAPABILITIES
from tests.console.conftest import Caller
from tests.district import District

JSON = {"content-type": "application/json"}
HTTPS = ConsoleSettings(public_url="https://laden.landkreis.example")


async def _user(admin: httpx.AsyncClient, name: str, role: str) -> str:
    """Return the path of a new user's sign-in link."""
    added = await admin.post("/api/v1/users/add", json={"name": name, "role": role})
    return urlsplit(added.json()["link"]).path


async def _browser(caller: Caller, admin: httpx.AsyncClient, role: str = "viewer") -> httpx.AsyncClient:
    browser = caller()
    answer = await browser.post(await _user(admin, "vera", role))
    assert answer.status_code == 303
    return browser


async def test_without_proof_nothing_is_told(caller: Caller) -> None:
    stranger = caller()
    for name, capability in CAPABILITIES.items():
        method, path = route_of(name, capability)
        answer = await stranger.request(method, path.replace("{", "").replace("}", ""), headers=JSON)
        assert answer.status_code == 401, name
        assert answer.headers["content-type"] == "application/problem+json"
    assert (await caller("kw_falsch").get("/api/v1/sites")).json()["code"] == "error.token_invalid"


async def test_a_viewers_token_is_refused_what_operators_and_administrators_do(
    caller: Caller, admin: httpx.AsyncClient
) -> None:
    secret = (await admin.post("/api/v1/tokens/add", json={"name": "lesend"})).json()["secret"]
    viewer = caller(secret)
    for name, capability in CAPABILITIES.items():
        if capability.role == "viewer":
            continue
        method, path = route_of(name, capability)
        body = {} if method == "GET" else {"json": {}}
        answer = await viewer.request(method, path.replace("{", "").replace("}", ""), **body)
        assert (answer.status_code, answer.json()["code"]) == (403, "error.role_missing"), name
        assert answer.headers["content-type"] == "application/problem+json"


async def test_a_token_for_one_site_sees_only_that_site(caller: Caller, admin: httpx.AsyncClient) -> None:
    made = await admin.post("/api/v1/tokens/add", json={"name": "bauhof", "sites": ["bauhof"]})
    depot = caller(made.json()["secret"])
    assert [row["id"] for row in (await depot.get("/api/v1/sites")).json()["items"]] == ["bauhof"]
    refused = await depot.get("/api/v1/meters/schule-strom")
    assert (refused.status_code, refused.json()["code"]) == (403, "error.site_out_of_scope")
    assert (await depot.get("/api/v1/health")).json()["code"] == "error.scope_too_narrow"


async def test_a_sign_in_link_works_once_and_looking_at_it_does_not_use_it_up(
    caller: Caller, admin: httpx.AsyncClient
) -> None:
    link = await _user(admin, "vera", "viewer")
    assert (await caller().get(link)).status_code == 200
    first, second = caller(), caller()
    assert (await first.post(link)).status_code == 303
    assert (await first.get("/api/v1/sites")).status_code == 200
    assert (await second.post(link)).status_code == 401
    assert (await second.get("/api/v1/sites")).status_code == 401


async def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(
    caller: Caller, admin: httpx.AsyncClient
) -> None:
    plain = (await caller().post(await _user(admin, "vera", "viewer"))).headers["set-cookie"]
    assert plain.startswith("kreiswatt=")
    assert {"httponly", "samesite=lax", "path=/"} <= {part.strip().lower() for part in plain.split(";")}
    link = urlsplit((await admin.post("/api/v1/users/link", json={"name": "vera"})).json()["link"]).path
    safe = (await caller(settings=HTTPS).post(link)).headers["set-cookie"]
    assert safe.startswith("__Host-kreiswatt=")
    assert "secure" in safe.lower()


async def test_a_change_by_cookie_needs_the_token_of_the_page(
    caller: Caller, admin: httpx.AsyncClient, api_district: District
) -> None:
    browser = await _browser(caller, admin, "admin")
    without = await browser.post("/api/v1/tokens/add", json={"name": "neu"})
    assert (without.status_code, without.json()["code"]) == (403, "error.csrf")
    wrong = await browser.post("/api/v1/tokens/add", json={"name": "neu"}, headers={"x-csrf-token": "0" * 64})
    assert wrong.status_code == 403
    headers = {"x-csrf-token": csrf_of(browser.cookies["kreiswatt"])}
    for foreign in ({"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}):
        assert (
            await browser.post("/api/v1/tokens/add", json={"name": "neu"}, headers=headers | foreign)
        ).status_code == 403
    assert await api_district.stores.ledger.tokens() == ()
    right = await browser.post("/api/v1/tokens/add", json={"name": "neu"}, headers=headers)
    assert right.status_code == 200


async def test_another_site_cannot_sign_a_visitor_in(caller: Caller, admin: httpx.AsyncClient) -> None:
    link = await _user(admin, "vera", "viewer")
    assert (await caller().post(link, headers={"origin": "http://evil.example"})).status_code == 403
    assert (await caller().post(link, headers={"origin": "http://localhost"})).status_code == 303


async def test_an_idle_session_ends_after_half_a_day(
    caller: Caller, admin: httpx.AsyncClient, api_district: District
) -> None:
    browser = await _browser(caller, admin)
    api_district.clock.pass_by(timedelta(hours=12, seconds=1))
    assert (await browser.get("/api/v1/sites")).status_code == 401


async def test_a_disabled_user_is_out_at_once(caller: Caller, admin: httpx.AsyncClient) -> None:
    browser = await _browser(caller, admin)
    assert (await browser.get("/api/v1/sites")).status_code == 200
    await admin.post("/api/v1/users/disable", json={"name": "vera"})
    assert (await browser.get("/api/v1/sites")).status_code == 401


@pytest.mark.usefixtures("quick_passwords")
async def test_guessing_a_password_is_slowed_down(caller: Caller, admin: httpx.AsyncClient) -> None:
    await _user(admin, "vera", "viewer")
    await admin.post("/api/v1/users/change", json={"name": "vera", "password": "korrekt pferd batterie"})
    for name in ("vera", "niemand"):
        guesses = [
            (await caller().post("/signin", data={"name": name, "password": "falsch"})).status_code for _ in range(6)
        ]
        assert guesses == [401] * 5 + [429]
    late = await caller().post("/signin", data={"name": "vera", "password": "korrekt pferd batterie"})
    assert late.status_code == 429
    assert int(late.headers["retry-after"]) > 0


@pytest.mark.parametrize(
    ("host", "settings", "status"),
    [
        ("localhost:8080", ConsoleSettings(), 200),
        ("127.0.0.1", ConsoleSettings(), 200),
        ("[::1]:8080", ConsoleSettings(), 200),
        ("laden.landkreis.example", HTTPS, 200),
        ("evil.example", ConsoleSettings(), 421),
        ("localhost.evil.example", ConsoleSettings(), 421),
        ("", ConsoleSettings(), 421),
    ],
)
async def test_only_our_own_host_names_are_answered(
    caller: Caller, host: str, settings: ConsoleSettings, status: int
) -> None:
    answer = await caller(settings=settings).get("/health/live", headers={"host": host})
    assert answer.status_code == status


async def test_every_answer_carries_the_security_headers(caller: Caller, admin: httpx.AsyncClient) -> None:
    paths = ("/api/v1/sites", "/api/v1/meters/nichts", "/signin", "/nirgends", "/health/live")
    for path in paths:
        headers = (await admin.get(path)).headers
        assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self';"), path
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "strict-transport-security" not in headers
    safe = await caller(settings=HTTPS).get("/signin", headers={"host": "laden.landkreis.example"})
    assert "strict-transport-security" in safe.headers


async def test_behind_a_proxy_figures_need_a_token(caller: Caller, admin: httpx.AsyncClient) -> None:
    secret = (await admin.post("/api/v1/tokens/add", json={"name": "prometheus"})).json()["secret"]
    assert (await caller(settings=HTTPS).get("/metrics")).status_code == 401
    assert (await caller(secret, settings=HTTPS).get("/metrics")).status_code == 200
    assert (await caller().get("/metrics")).status_code == 200
