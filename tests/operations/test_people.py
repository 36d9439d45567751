"""Users, links, passwords, tokens and sessions: who comes in, for how long, and as whom."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.errors import (
    ConflictError,
    NotFoundError,
    RequestError,
)
from core.people import Actor, Role
from operations.people import access
from tests.district import District


async def test_a_new_user_gets_a_link_that_works_once(empty_district: District) -> None:
    added = await empty_district.ask("users.add", name="vera", role="viewer", sites=["schule"])
    secret = added.link.rpartition("/")[2]
    people, now_utc = empty_district.stores.ledger, empty_district.clock()
    user = await access.redeem_link(people, secret, now_utc)
    assert user
    assert user.name == "vera"
    assert await access.redeem_link(people, secret, now_utc) is None
    assert secret not in repr(added)


async def test_a_link_ends_after_a_day(empty_district: District) -> None:
    added = await empty_district.ask("users.add", name="vera", role="viewer")
    empty_district.clock.pass_by(timedelta(hours=25))
    assert (
        await access.redeem_link(empty_district.stores.ledger, added.link.rpartition("/")[2], empty_district.clock())
        is None
    )


async def test_names_of_users_are_never_used_again(empty_district: District) -> None:
    await empty_district.ask("users.add", name="vera", role="viewer")
    await empty_district.ask("users.disable", name="vera")
    with pytest.raises(ConflictError):
        await empty_district.ask("users.add", name="vera", role="admin")


async def test_a_users_name_is_a_plain_word(empty_district: District) -> None:
    for name in ("Vera", "1a", "a b", "", "local:root", "token:x", "a" * 64):
        with pytest.raises(RequestError):
            await empty_district.ask("users.add", name=name, role="viewer")
    assert await empty_district.stores.ledger.users() == ()


async def test_a_scope_names_sites_that_exist(empty_district: District) -> None:
    with pytest.raises(NotFoundError):
        await empty_district.ask("users.add", name="vera", role="viewer", sites=["mond"])
    with pytest.raises(RequestError):
        await empty_district.ask("users.add", name="vera", role="viewer", sites=[])


async def test_the_last_administrator_stays(empty_district: District) -> None:
    await empty_district.ask("users.add", name="anna", role="admin")
    for change in ("disable", "change"):
        given: dict[str, object] = {"role": "viewer"} if change == "change" else {}
        with pytest.raises(ConflictError):
            await empty_district.ask(f"users.{change}", name="anna", **given)
    await empty_district.ask("users.add", name="berta", role="admin")
    assert (await empty_district.ask("users.disable", name="anna")).disabled_at_utc == empty_district.clock()


async def test_changing_a_user_changes_only_what_is_given(empty_district: District) -> None:
    await empty_district.ask("users.add", name="vera", role="viewer", sites=["schule"], language="en")
    changed = await empty_district.ask("users.change", name="vera", role="facility")
    assert (changed.role, changed.sites, changed.language) == (Role.FACILITY, ("schule",), "en")
    assert (await empty_district.ask("users.change", name="vera", all_sites=True)).sites is None


async def test_a_disabled_user_comes_back_only_by_being_enabled(empty_district: District) -> None:
    await empty_district.ask("users.add", name="vera", role="viewer")
    await empty_district.ask("users.disable", name="vera")
    with pytest.raises(ConflictError):
        await empty_district.ask("users.link", name="vera")
    assert (await empty_district.ask("users.change", name="vera", enabled=True)).disabled_at_utc is None


@pytest.mark.usefixtures("quick_passwords")
async def test_ones_own_password_opens_the_door_and_no_other_does(empty_district: District) -> None:
    await empty_district.ask("users.add", name="vera", role="viewer")
    await empty_district.ask("users.password", Actor("vera", Role.VIEWER), password="korrekt pferd batterie")
    people = empty_district.stores.ledger
    assert await access.password_user(people, "vera", "korrekt pferd batterie")
    assert await access.password_user(people, "vera", "falsch") is None
    assert await access.password_user(people, "niemand", "falsch") is None


async def test_a_token_is_shown_once_and_kept_as_digest(empty_district: District) -> None:
    made = await empty_district.ask("tokens.add", name="grafana", role="viewer", sites=["schule"])
    (kept,) = await empty_district.stores.ledger.tokens()
    assert made.secret.startswith("kw_")
    assert made.secret not in repr(made)
    assert kept.digest == access.digest(made.secret)
    actor = await access.token_actor(empty_district.stores.ledger, made.secret, empty_district.clock())
    assert actor == Actor("token:grafana", Role.VIEWER, frozenset({"schule"}))


async def test_a_revoked_or_expired_token_opens_nothing(empty_district: District) -> None:
    first = await empty_district.ask("tokens.add", name="erstes", days=30)
    second = await empty_district.ask("tokens.add", name="zweites", days=30)
    revoked = await empty_district.ask("tokens.revoke", name="erstes")
    assert not revoked.active
    people = empty_district.stores.ledger
    assert await access.token_actor(people, first.secret, empty_district.clock()) is None
    empty_district.clock.pass_by(timedelta(days=31))
    assert await access.token_actor(people, second.secret, empty_district.clock()) is None
    assert [row.active for row in (await empty_district.ask("tokens.list")).items] == [False, False]


async def test_a_session_lives_half_a_day_after_its_last_use_and_a_week_at_most(empty_district: District) -> None:
    await empty_district.ask("users.add", name="vera", role="viewer")
    people, clock = empty_district.stores.ledger, empty_district.clock
    secret = await access.begin_session(people, "vera", clock())
    for _ in range(14):
        clock.pass_by(timedelta(hours=11))
        assert await access.session_user(people, secret, clock())
        await access.keep_session(people, secret, "vera", clock())
    clock.pass_by(timedelta(hours=15))
    assert await access.session_user(people, secret, clock()) is None
