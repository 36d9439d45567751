"""What a list page can be narrowed by, and the addresses of its next page and its exports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal
from urllib.parse import urlencode

from console.pages.words import Words


@dataclass(frozen=True, slots=True)
class Choice:
    """One value to choose, and its name."""

    value: str
    text: str


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the filter: its name in the address, the code of its title, what was given, what can be chosen.

    `nothing` is the code of what is said where nothing is chosen.
    """

    name: str
    title: str
    given: str
    kind: Literal["search", "date", "choice"] = "search"
    choices: tuple[Choice, ...] = ()
    nothing: str = "console.filter.all"


@dataclass(frozen=True, slots=True)
class Filters:
    """The filter of the list at `path`, whose rows come from capability `capability`."""

    path: str
    fields: tuple[Field, ...]
    cursor: str = ""

    @property
    def used(self) -> bool:
        """Return whether the list is narrowed."""
        return any(field.given for field in self.fields)

    @property
    def first_path(self) -> str:
        """Return the address of the list's first page."""
        return self._address(self.path)

    @property
    def csv_path(self) -> str:
        """Return the address of the whole list as CSV."""
        return self._address(f"/export{self.path}.csv")

    @property
    def json_path(self) -> str:
        """Return the address of the list in the REST API."""
        return f"/api/v1{self.path}"

    def next_path(self, cursor: str) -> str:
        """Return the address of the page that begins at `cursor`."""
        return self._address(self.path, cursor=cursor)

    def given(self) -> dict[str, str]:
        """Return what was filled in, by field."""
        return {field.name: field.given for field in self.fields if field.given}

    def _address(self, path: str, **more: str) -> str:
        query = urlencode(self.given() | more)
        return f"{path}?{query}" if query else path


def by_subject(path: str, given: Mapping[str, str]) -> Filters:
    """Return the filter of a list of messages: a text in topic or station."""
    return Filters(path, (search(given, title="console.filter.subject"),), given.get("cursor", ""))


def search(given: Mapping[str, str], name: str = "query", title: str = "console.filter.search") -> Field:
    """Return a field for free text."""
    return Field(name, title, given.get(name, "").strip())


def choice(
    given: Mapping[str, str], name: str, title: str, choices: Iterable[Choice], nothing: str = "console.filter.all"
) -> Field:
    """Return a field to choose from; an unknown choice counts as none, for which the text `nothing` stands."""
    offered = tuple(choices)
    chosen = given.get(name, "")
    return Field(name, title, chosen if any(chosen == one.value for one in offered) else "", "choice", offered, nothing)


def members(kind: type[StrEnum], words: Words) -> list[Choice]:
    """Return the members of an enum as choices."""
    return [Choice(member.value, words.label(member)) for member in kind]
