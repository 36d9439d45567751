"""What every book of people and audit must do."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from core.errors import StoreError
from core.facts import ApiToken, AuditHead, GeneratedSpan, User
from core.people import Role

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
DAY = timedelta(days=1)


def user(name: str, **more: Any) -> User:
    return User(name=name, role=Role.FLEET, created_at_utc=NOW, **more)


def token(name: str, digest: str, **more: Any) -> ApiToken:
    return ApiToken(
        name=name,
        digest=digest,
        role=Role.VIEWER,
        created_by="anna",
        created_at_utc=NOW,
        expires_at_utc=NOW + DAY,
        **more,
    )


async def test_users_are_kept_whole_by_name(ledger: Any) -> None:
    anna = user("anna", sites=frozenset({"lra", "schule"}), language="en", password_hash="$argon2id$x")
    bert = user("bert", disabled_at_utc=NOW)
    await ledger.save_user(bert)
    await ledger.save_user(user("anna"))
    await ledger.save_user(anna)
    assert await ledger.users() == (anna, bert)
    assert (await ledger.user("anna"), await ledger.user("nobody")) == (anna, None)


async def test_a_user_of_no_site_is_not_a_user_of_all_sites(ledger: Any) -> None:
    await ledger.save_user(user("none", sites=frozenset()))
    await ledger.save_user(user("all", sites=None))
    assert [each.sites for each in await ledger.users()] == [None, frozenset()]


async def test_tokens_are_found_by_digest_and_listed_when_revoked(ledger: Any) -> None:
    revoked = token("a", "d1", revoked_at_utc=NOW, sites=frozenset({"lra"}))
    await ledger.save_token(token("b", "d2"))
    await ledger.save_token(revoked)
    assert await ledger.tokens() == (revoked, token("b", "d2"))
    assert await ledger.token_by_digest("d1") == revoked
    assert await ledger.token_by_digest("d3") is None


async def test_two_tokens_never_share_a_secret(ledger: Any) -> None:
    await ledger.save_token(token("a", "same"))
    with pytest.raises(StoreError):
        await ledger.save_token(token("b", "same"))


async def test_a_secret_is_known_until_it_expires(ledger: Any) -> None:
    await ledger.save_secret("link", "d", "anna", NOW + DAY)
    assert await ledger.secret_subject("link", "d", NOW) == "anna"
    assert await ledger.secret_subject("session", "d", NOW) is None
    assert await ledger.secret_subject("link", "d", NOW + DAY) is None
    assert await ledger.drop_secret("link", "d") is False


async def test_a_one_time_link_works_once_even_when_followed_twice_at_once(ledger: Any) -> None:
    await ledger.save_secret("link", "d", "anna", NOW + DAY)
    dropped = await asyncio.gather(*(ledger.drop_secret("link", "d") for _ in range(5)))
    assert sorted(dropped) == [False] * 4 + [True]


async def test_all_secrets_of_a_user_go_together(ledger: Any) -> None:
    await ledger.save_secret("link", "1", "anna", NOW + DAY)
    await ledger.save_secret("session", "2", "anna", NOW + DAY)
    await ledger.save_secret("session", "3", "bert", NOW + DAY)
    await ledger.drop_secrets_of("anna")
    subjects = [await ledger.secret_subject(kind, digest, NOW) for kind, digest in (("link", "1"), ("session", "2"))]
    assert subjects == [None, None]
    assert await ledger.secret_subject("session", "3", NOW) == "bert"


async def test_an_answer_is_remembered_per_actor_and_key_for_a_day(ledger: Any) -> None:
    await ledger.remember_answer("anna", "k", "digest", '{"ok": true}', NOW)
    assert await ledger.remembered_answer("anna", "k") == ("digest", '{"ok": true}')
    assert await ledger.remembered_answer("bert", "k") is None
    await ledger.remember_answer("bert", "k2", "other", "{}", NOW + DAY + timedelta(seconds=1))
    assert await ledger.remembered_answer("anna", "k") is None


async def test_concurrent_audits_make_one_whole_chain(ledger: Any) -> None:
    entries = await asyncio.gather(
        *(ledger.audit("anna", "meters.exchange", f"meter:{number}", "ü" * number, NOW) for number in range(30))
    )
    assert sorted(entry.number for entry in entries) == list(range(1, 31))
    assert len({entry.digest for entry in entries}) == 30
    assert await ledger.broken_entry() is None


async def test_pages_of_the_audit_tile_it_newest_first(ledger: Any) -> None:
    for number in range(7):
        await ledger.audit("anna", "a", str(number), "", NOW)
    page = await ledger.audit_entries(limit=3)
    numbers = [entry.number for entry in page.items]
    while page.next_cursor is not None:
        page = await ledger.audit_entries(limit=3, cursor=page.next_cursor)
        numbers += [entry.number for entry in page.items]
    assert numbers == [7, 6, 5, 4, 3, 2, 1]
    assert page.total == 7


@pytest.mark.parametrize(
    ("tampering", "broken"),
    [
        ("update audit_entry set detail = 'other' where number = 3", 3),
        ("update audit_entry set at_utc = '2020-01-01 00:00:00.000000' where number = 1", 1),
        ("delete from audit_entry where number = 2", 2),
        ("delete from audit_entry where number = 5", 5),
        ("delete from audit_entry", 1),
    ],
)
async def test_tampering_shows_at_the_first_broken_entry(ledger: Any, tampering: str, broken: int) -> None:
    for number in range(5):
        await ledger.audit("anna", "a", str(number), "detail", NOW)
    async with ledger._database.writing() as connection:
        await connection.execute(text(tampering))
    assert await ledger.broken_entry() == broken


async def test_the_head_is_the_newest_entry_or_that_of_a_number(ledger: Any) -> None:
    assert await ledger.audit_head() is None
    entries = [await ledger.audit("anna", "a", str(number), "", NOW) for number in range(3)]
    assert await ledger.audit_head() == AuditHead(3, entries[2].digest)
    assert await ledger.audit_head(1) == AuditHead(1, entries[0].digest)
    assert await ledger.audit_head(4) is None


async def test_what_is_appended_while_the_chain_is_verified_breaks_nothing(ledger: Any) -> None:
    for number in range(5):
        await ledger.audit("anna", "a", str(number), "", NOW)
    appended: list[asyncio.Task[Any]] = []
    reached: list[int] = []

    def append(number: int) -> None:
        reached.append(number)
        if len(appended) < 20:
            appended.append(asyncio.create_task(ledger.audit("bert", "a", "meanwhile", "", NOW)))

    assert await ledger.broken_entry(append) is None
    assert reached == sorted(reached)
    await asyncio.gather(*appended)
    assert await ledger.broken_entry() is None
    assert (await ledger.audit_head()).number == 5 + len(appended)


async def test_an_entry_with_text_that_no_database_keeps_stays_whole(ledger: Any) -> None:
    entry = await ledger.audit("anna", "a", "null\x00byte", "half \ud800 a pair, 😀", NOW)
    assert (entry.subject, entry.detail) == ("null\ufffdbyte", "half \ufffd a pair, 😀")
    assert (await ledger.audit_entries()).items == (entry,)
    assert await ledger.broken_entry() is None


async def test_the_chain_goes_on_after_a_restart(ledger_place: Path | str, ledger: Any) -> None:
    await ledger.audit("anna", "a", "s", "", NOW)
    await ledger.close()
    again = await type(ledger).open(ledger_place)
    try:
        entry = await again.audit("anna", "a", "s", "", NOW)
        assert entry.number == 2
        assert await again.broken_entry() is None
    finally:
        await again.close()


async def test_generated_spans_are_remembered_once(ledger: Any) -> None:
    span = GeneratedSpan(source="meter:a", start_utc=NOW, end_utc=NOW + DAY, seed=7)
    await ledger.mark_generated([span])
    await ledger.mark_generated([span, GeneratedSpan(source="meter:a", start_utc=NOW + DAY, end_utc=NOW, seed=7)])
    assert (await ledger.generated_spans())[0] == span
    assert len(await ledger.generated_spans()) == 2
