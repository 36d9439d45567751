"""Roles and scopes: who may do what, and where."""

import pytest

from core.people import Actor, Role


@pytest.mark.parametrize("role", Role)
def test_everybody_may_look_and_the_admin_may_do_everything(role: Role) -> None:
    assert Actor("anna", role).may(Role.VIEWER)
    assert Actor("anna", role).may(role)
    assert Actor("root", Role.ADMIN).may(role)


@pytest.mark.parametrize(
    ("has", "asked"),
    [(has, asked) for has in Role for asked in Role if has not in {asked, Role.ADMIN} and asked is not Role.VIEWER],
)
def test_no_role_includes_a_neighbours(has: Role, asked: Role) -> None:
    assert not Actor("anna", has).may(asked)


def test_without_a_scope_everything_is_seen() -> None:
    anna = Actor("anna", Role.VIEWER)
    assert anna.sees("schule-a")
    assert anna.sees(None)


def test_a_scope_hides_other_sites_and_what_has_no_site() -> None:
    anna = Actor("anna", Role.ADMIN, frozenset({"schule-a"}))
    assert anna.sees("schule-a")
    assert not anna.sees("schule-b")
    assert not anna.sees(None)


def test_an_empty_scope_sees_nothing() -> None:
    assert not Actor("anna", Role.VIEWER, frozenset()).sees("schule-a")
