"""A push over a bad line: silence, redirects, pages of proxies, refusals to wait for, and what is told of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cli.client import REPORT_S
from core.errors import ServiceError, UnavailableError
from dashboards.pushing.answers import WAIT_MAX_S, TokenError
from dashboards.pushing.outcomes import Outcome, Part
from dashboards.pushing.push import push
from dashboards.pushing.server import TIME_MAX_S
from dashboards.pushing.server import Grafana as Client
from tests.dashboards.grafana_stand_in import TOKEN, Grafana, Trouble, running
from tests.dashboards.pushing import CONTENT, code_of, outcomes, settings
from tests.self_signed import self_signed

WRITES = [
    ("POST /api/folders", Part.FOLDER),
    ("POST /api/datasources", Part.DATA_SOURCE),
    ("POST /api/dashboards/db", "kw-home"),
    ("POST .*/contact-points", Part.CONTACT_POINT),
    ("PUT .*/rule-groups", Part.RULE_GROUP),
]
LOGIN = {"Location": "https://sso.example/login?next=secret"}


@pytest.fixture
def grafana() -> Iterator[Grafana]:
    with running(Grafana()) as server:
        yield server


@pytest.mark.parametrize("last", range(1, 15))
def test_wherever_grafana_stops_the_report_is_whole_and_the_next_push_ends_it(grafana: Grafana, last: int) -> None:
    """Two requests come before the first step; from there on every one may be the last that is answered."""
    grafana.dies_after = last + 1
    pushed = push(settings(grafana), CONTENT)
    assert [step.uid for step in pushed.steps] == [
        "kw-folder",
        "kw-influx",
        "kw-home",
        "kw-water",
        "kw-mail",
        "kw-alarms",
    ]
    found = [step.outcome for step in pushed.steps]
    stopped = found.index(next(each for each in found if each is not Outcome.CREATED))
    assert found[stopped] in (Outcome.FAILED, Outcome.UNSURE, Outcome.NOT_REACHED)
    assert set(found[stopped + 1 :]) <= {Outcome.NOT_REACHED}
    assert all(step.finding for step in pushed.steps[stopped:])
    grafana.dies_after = None
    assert push(settings(grafana), CONTENT).complete


@pytest.mark.parametrize(("request_line", "what"), WRITES)
@pytest.mark.parametrize("done", [True, False])
def test_a_write_without_an_answer_is_uncertain_until_the_next_push(
    grafana: Grafana, request_line: str, what: str | Part, *, done: bool
) -> None:
    grafana.troubles = [Trouble(request_line, 0, times=1, done=done)]
    pushed = push(settings(grafana, timeout_s=0.15), CONTENT)
    assert code_of(pushed, what) == (Outcome.UNSURE, "grafana.unsure")
    rest = [step for step in pushed.steps if step.outcome is Outcome.NOT_REACHED]
    assert {step.finding.code for step in rest if step.finding} <= {"grafana.not_sent"}
    assert not pushed.complete
    again = push(settings(grafana), CONTENT)
    assert again.complete
    assert code_of(again, what)[0] is (Outcome.SAME if done else Outcome.CREATED)


def test_a_slow_read_is_a_time_out_and_not_uncertain(grafana: Grafana) -> None:
    grafana.troubles = [Trouble("GET /api/dashboards", 0, times=1)]
    pushed = push(settings(grafana, timeout_s=0.15), CONTENT)
    assert code_of(pushed, "kw-home") == (Outcome.FAILED, "grafana.timed_out")
    assert code_of(pushed, "kw-water") == (Outcome.NOT_REACHED, "grafana.timed_out")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize(("request_line", "what"), WRITES)
def test_a_redirected_write_is_never_taken_for_done(
    grafana: Grafana, request_line: str, what: str | Part, status: int
) -> None:
    grafana.troubles = [Trouble(request_line, status, headers=LOGIN)]
    pushed = push(settings(grafana), CONTENT)
    assert code_of(pushed, what) == (Outcome.FAILED, "grafana.redirected")


def test_a_redirect_of_everything_names_where_to_without_its_secrets(grafana: Grafana) -> None:
    grafana.troubles = [Trouble("", 302, headers=LOGIN)]
    with pytest.raises(UnavailableError, match=r"grafana\.redirected") as caught:
        push(settings(grafana), CONTENT)
    assert dict(caught.value.finding.params)["to"] == "https://sso.example/login"
    assert not grafana.asked


@pytest.mark.parametrize(("request_line", "what"), WRITES)
def test_a_page_in_answer_to_a_write_is_never_taken_for_done(
    grafana: Grafana, request_line: str, what: str | Part
) -> None:
    grafana.troubles = [Trouble(request_line, 200)]
    assert code_of(push(settings(grafana), CONTENT), what) == (Outcome.FAILED, "grafana.answer_strange")


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (200, "<html>Sign in</html>", "grafana.answer_strange"),
        (200, "[]", "grafana.answer_strange"),
        (200, "not json", "grafana.answer_strange"),
        (401, "<html>Basic</html>", "grafana.refused_between"),
        (403, "<html>WAF</html>", "grafana.refused_between"),
        (404, "<html>nginx</html>", "grafana.refused_between"),
        (404, '{"detail": "Not Found"}', "grafana.answer_strange"),
        (503, '{"database": "failing"}', "grafana.broken"),
        (502, "<html>Bad gateway</html>", "grafana.broken"),
    ],
)
def test_what_is_not_grafana_is_told_before_anything_is_asked(
    grafana: Grafana, status: int, body: str, code: str
) -> None:
    kind = {"Content-Type": "application/json"} if body[0] in "{[n" else {}
    grafana.troubles = [Trouble("GET /api/health", status, body, kind)]
    with pytest.raises(ServiceError) as caught:
        push(settings(grafana), CONTENT)
    assert caught.value.finding.code == code


@pytest.mark.parametrize(
    ("status", "body", "outcome", "code", "others"),
    [
        (413, "<html>too large</html>", Outcome.FAILED, "grafana.too_large", Outcome.CREATED),
        (403, "<html>rule 942100</html>", Outcome.FAILED, "grafana.refused_between", Outcome.CREATED),
        (500, '{"message": "disk full"}', Outcome.FAILED, "grafana.fault", Outcome.CREATED),
        (400, '{"message": {"odd": 1}}', Outcome.FAILED, "grafana.refused", Outcome.CREATED),
        (503, "<html>down</html>", Outcome.FAILED, "grafana.broken", Outcome.NOT_REACHED),
        (502, "<html>bad gateway</html>", Outcome.UNSURE, "grafana.unsure", Outcome.NOT_REACHED),
        (504, "<html>time-out</html>", Outcome.UNSURE, "grafana.unsure", Outcome.NOT_REACHED),
        (401, '{"message": "Expired API key"}', Outcome.FAILED, "grafana.token_refused", Outcome.NOT_REACHED),
    ],
)
def test_what_one_dashboard_costs(
    grafana: Grafana, status: int, body: str, outcome: Outcome, code: str, others: Outcome
) -> None:
    kind = {"Content-Type": "application/json"} if body[0] == "{" else {}
    grafana.troubles = [Trouble("POST /api/dashboards/db", status, body, kind, times=1)]
    pushed = push(settings(grafana), CONTENT)
    assert code_of(pushed, "kw-home") == (outcome, code)
    assert outcomes(pushed)["kw-water"] is others
    assert outcomes(pushed)["kw-alarms"] is others


@pytest.mark.parametrize("body", ["{}", "[]", "null", "7", '"x"', "[7]", '{"dashboard": 7}', '{"rules": [7]}'])
@pytest.mark.parametrize(
    "request_line",
    [
        "GET /api/folders/",
        "GET /api/datasources/uid/[^/]+$",
        "GET /api/datasources/uid/[^/]+/health",
        "GET /api/dashboards",
        "GET .*/contact-points",
        "GET .*/rule-groups",
        "POST /api/folders",
        "POST /api/datasources",
        "POST /api/dashboards",
        "POST .*/contact-points",
        "PUT .*/rule-groups",
    ],
)
def test_no_answer_is_so_odd_that_there_is_no_report(grafana: Grafana, request_line: str, body: str) -> None:
    grafana.troubles = [Trouble(request_line, 200, body, {"Content-Type": "application/json"})]
    assert len(push(settings(grafana), CONTENT).steps) == 6
    grafana.troubles = []
    assert push(settings(grafana), CONTENT, overwrite=True).complete


@pytest.mark.parametrize("body", ["{}", "null", "[7]"])
def test_odd_folders_end_a_push_before_it_writes(grafana: Grafana, body: str) -> None:
    grafana.troubles = [Trouble("GET /api/folders$", 200, body, {"Content-Type": "application/json"})]
    with pytest.raises(UnavailableError, match=r"grafana\.answer_strange"):
        push(settings(grafana), CONTENT)
    assert not grafana.writes


def test_a_page_that_says_404_is_no_missing_dashboard(grafana: Grafana) -> None:
    push(settings(grafana), CONTENT)
    grafana.troubles = [Trouble("GET /api/dashboards", 404)]
    looked = push(settings(grafana), CONTENT, write=False)
    assert code_of(looked, "kw-home") == (Outcome.FAILED, "grafana.refused_between")


@pytest.mark.parametrize(
    ("status", "headers", "waits"),
    [
        (429, {"Retry-After": "7"}, [7.0, 7.0]),
        (429, {}, [2.0, 2.0]),
        (503, {"Retry-After": "1"}, [1.0, 1.0]),
        (429, {"Date": "Mon, 23 Nov 2026 21:00:00 GMT", "Retry-After": "Mon, 23 Nov 2026 21:00:05 GMT"}, [5.0, 5.0]),
        (429, {"Retry-After": "soon"}, [2.0, 2.0]),
    ],
)
def test_grafana_is_given_the_time_that_it_asks_for(
    grafana: Grafana, status: int, headers: dict[str, str], waits: list[float]
) -> None:
    grafana.troubles = [Trouble("POST /api/dashboards/db", status, "{}", headers, times=2)]
    slept: list[float] = []
    assert push(settings(grafana), CONTENT, wait=slept.append).complete
    assert slept == waits


@pytest.mark.parametrize("seconds", [25, 3600])
def test_patience_ends_and_the_rest_is_told(grafana: Grafana, seconds: int) -> None:
    grafana.troubles = [Trouble("POST /api/dashboards/db", 429, "{}", {"Retry-After": str(seconds)})]
    slept: list[float] = []
    pushed = push(settings(grafana), CONTENT, wait=slept.append)
    assert sum(slept) <= WAIT_MAX_S
    assert code_of(pushed, "kw-home") == (Outcome.FAILED, "grafana.busy")
    assert code_of(pushed, "kw-alarms") == (Outcome.NOT_REACHED, "grafana.busy")
    grafana.troubles = []
    assert push(settings(grafana), CONTENT).complete


def test_a_push_through_treacle_ends_while_somebody_still_waits_for_its_report(grafana: Grafana) -> None:
    now = [0.0]
    client = Client(grafana.url, TOKEN, clock=lambda: now[0])
    assert client.version()
    now[0] = TIME_MAX_S + 1.0
    with pytest.raises(UnavailableError, match=r"grafana\.out_of_time"):
        client.folders()
    assert REPORT_S["dashboards.push"] > WAIT_MAX_S + TIME_MAX_S


def test_below_a_path_of_a_proxy() -> None:
    with running(Grafana(prefix="/board/grafana")) as grafana:
        assert push(settings(grafana), CONTENT).complete
        assert push(replace(settings(grafana), url=f"{grafana.url}/"), CONTENT).same
        root = grafana.url.removesuffix("/board/grafana")
        with pytest.raises(ServiceError, match=r"grafana\.refused_between"):
            push(replace(settings(grafana), url=root), CONTENT)


@pytest.mark.parametrize("token", ["glsa_schlüssel€", "glsa_x\nX-Grafana-Org-Id: 2", "glsa x"])
def test_a_token_that_can_be_none_is_told_without_being_sent(grafana: Grafana, token: str) -> None:
    with pytest.raises(UnavailableError, match=r"grafana\.token_unusable"):
        push(replace(settings(grafana), token=token), CONTENT)
    assert not grafana.asked


def test_a_token_that_ends_in_the_midst_stops_the_push(grafana: Grafana) -> None:
    said = '{"message": "Token expired"}'
    grafana.troubles = [Trouble("dashboards", 401, said, {"Content-Type": "application/json"})]
    pushed = push(settings(grafana), CONTENT)
    assert code_of(pushed, "kw-influx")[0] is Outcome.CREATED
    assert code_of(pushed, "kw-home") == (Outcome.FAILED, "grafana.token_refused")
    assert code_of(pushed, "kw-alarms") == (Outcome.NOT_REACHED, "grafana.token_refused")
    with pytest.raises(TokenError):
        push(replace(settings(grafana), token="glsa_ended"), CONTENT)


def test_a_certificate_of_ones_own_is_trusted_once_its_authority_is_named(tmp_path: Path) -> None:
    certificate = self_signed(tmp_path)
    with running(Grafana(), certificate) as grafana:
        with pytest.raises(UnavailableError, match=r"grafana\.certificate reason=self-signed certificate") as caught:
            push(settings(grafana), CONTENT)
        assert dict(caught.value.finding.params)["url"] == grafana.url
        assert push(settings(grafana, authority=certificate.file), CONTENT).complete
        for file in ("none.pem", "key.pem"):
            with pytest.raises(UnavailableError, match=r"grafana\.authority_unusable"):
                push(settings(grafana, authority=tmp_path / file), CONTENT)


def test_who_speaks_no_https_is_told_apart_from_a_bad_certificate(grafana: Grafana) -> None:
    with pytest.raises(UnavailableError, match=r"grafana\.not_encrypted"):
        push(replace(settings(grafana), url=grafana.url.replace("http:", "https:")), CONTENT)


def test_an_address_of_ipv6_is_understood() -> None:
    with pytest.raises(UnavailableError, match=r"grafana\.unreachable reason=(?!InvalidURL)"):
        Client("http://[::1]:9", "glsa_x", 1.0).version()


def test_why_nobody_answers_is_said_as_the_system_says_it() -> None:
    with pytest.raises(UnavailableError, match=r"reason=Connection refused"):
        Client("http://127.0.0.1:9", "glsa_x", 1.0).version()
