"""Keeping the inventory: entries, where they stand, changing them, and taking changes back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Response

from console.pages.discover import back_to, proposed
from console.pages.entry_forms import Section, given_in, rows_in, sections_of, shown_of, values_of
from console.pages.errors import Problem, can_be_mended, problems_of
from console.pages.filters import Choice, Filters, choice, search
from console.pages.visit import Visit
from core.errors import ConfigError, ForbiddenError, NotFoundError, ServiceError
from core.texts import Finding
from operations.keepers import KEEPERS, EntryKind, kinds_of

LAST_CHANGES = 10


async def show_all(visit: Visit) -> Response:
    """Return the entries that the visitor keeps."""
    kinds = kinds_of(visit.actor)
    choices = [Choice(kind, visit.words.t(f"field.inventory.{kind}")) for kind in kinds]
    filters = Filters(
        "/inventory",
        (search(visit.query), choice(visit.query, "kind", "console.kind", choices)),
        visit.query.get("cursor", ""),
    )
    page = await visit.ask("inventory.list", **filters.given(), cursor=filters.cursor)
    heading = visit.words.t("console.entries.title")
    return visit.page("entries/list.html", heading, page=page, filters=filters, kinds=kinds)


async def show_changes(visit: Visit) -> Response:
    """Return all changes, newest first."""
    filters = Filters(
        "/inventory/history", (search(visit.query, "entry", "console.entry"),), visit.query.get("cursor", "")
    )
    page = await visit.ask("inventory.history", **filters.given(), cursor=filters.cursor)
    return visit.page("entries/history.html", visit.words.t("console.entries.history"), page=page, filters=filters)


async def show_new(visit: Visit) -> Response:
    """Return the form of a kind: empty, or filled in with what was heard of a device."""
    kind = _kind_kept(visit, visit.part("kind"))
    return await _new(visit, kind, proposed(visit), heard=visit.query.get("heard", ""))


async def add(visit: Visit) -> Response:
    """Add an entry; a new station's password is shown, once."""
    form = await visit.form()
    kind, name = _kind_kept(visit, str(form.get("kind", ""))), str(form.get("id", "")).strip()
    sections = await sections_of(visit, kind, rows_in(form))
    given = given_in(form, sections)
    try:
        made = await visit.ask(
            "inventory.add", id=f"{kind}/{name}", values=tuple(values_of(given, {})), uid=given.get("uid")
        )
    except ServiceError as error:
        problems = _problems(visit, error, f"{kind}.{name}.", sections)
        heard = str(form.get("heard", ""))
        return await _new(visit, kind, {**given, "id": name}, status=422, problems=problems, heard=heard)
    back = back_to(visit, form)
    if back and not (made.secret or made.password_missing):
        return visit.go(back, "console.done_entry_added")
    return await _written(visit, f"{kind}/{name}", made, "console.done_entry_added")


async def show(visit: Visit) -> Response:
    """Return one entry with its form and its last changes."""
    return await _one(visit, visit.part("id"))


async def change(visit: Visit) -> Response:
    """Change what was filled in differently than it was shown."""
    form, entry = await visit.form(), visit.part("id")
    shown = shown_of(await _values(visit, entry))
    sections = await sections_of(visit, entry.partition("/")[0], shown)
    given = given_in(form, sections)
    values = values_of(given, shown)
    if not values and not given.get("uid"):
        return visit.go(f"/inventory/{entry}", "console.done_nothing_changed")
    try:
        made = await visit.ask("inventory.change", id=entry, values=tuple(values), uid=given.get("uid"))
    except ServiceError as error:
        problems = _problems(visit, error, _dotted(entry), sections)
        return await _one(visit, entry, given=given, status=422, problems=problems)
    return await _written(visit, entry, made, "console.done_entry_changed")


async def end(visit: Visit) -> Response:
    """End an entry."""
    form, entry = await visit.form(), visit.part("id")
    try:
        await visit.ask("inventory.end", id=entry, valid_to=str(form.get("end_on", "")))
    except ServiceError as error:
        problems = [
            Problem(problem.text, "end_on" if problem.field == "valid_to" else problem.field)
            for problem in _problems(visit, error, _dotted(entry))
        ]
        return await _one(visit, entry, status=422, problems=problems)
    return visit.go(f"/inventory/{entry}", "console.done_entry_ended")


async def undo(visit: Visit) -> Response:
    """Take a change back."""
    await visit.form()
    made = await visit.ask("inventory.undo", id=visit.part("id"))
    if made.secret or made.password_missing:
        return await _written(visit, made.change.entry, made, "")
    return visit.go("/inventory/history", "console.done_entry_undone")


async def _new(visit: Visit, kind: EntryKind, given: Mapping[str, str], status: int = 200, **values: Any) -> Response:
    sections = await sections_of(visit, kind, given)
    preset = {field.name: field.default for section in sections for field in section.fields if not section.closed}
    # The number of a card is never written into a page, not even back to who typed it.
    shown = {**preset, "id": "", **given, "uid": ""}
    known: dict[str, Any] = {"kind": kind, "sections": sections, "given": shown, "heard": ""}
    heading = visit.words.t("console.entries.new", kind=visit.words.label(kind))
    return visit.page("entries/new.html", heading, status, **(known | values))


async def _one(
    visit: Visit, entry: str, given: Mapping[str, str] | None = None, status: int = 200, **values: Any
) -> Response:
    detail = await visit.ask("inventory.show", id=entry)
    said = {each.field: each.value for each in detail.fields}
    shown = shown_of(said)
    sections = await sections_of(visit, detail.entry.kind, shown)
    known: dict[str, Any] = {
        "entry": detail.entry,
        "pairs": _pairs(said, sections),
        "given": {**shown, **(given or {}), "uid": ""},
        "sections": sections,
        "made": None,
        "changes": (await visit.ask("inventory.history", entry=entry, limit=LAST_CHANGES)).items,
        "today": visit.desk.gate.house.day(visit.now_utc).isoformat(),
    }
    return visit.page("entries/show.html", detail.entry.name, status, **(known | values))


def _pairs(said: Mapping[str, str], sections: tuple[Section, ...]) -> list[tuple[str, str]]:
    """Return what an entry says, in the words of its form."""
    fields = {field.name: field for section in sections for field in section.fields}
    found = []
    for name, value in said.items():
        field = fields.get(name)
        names = {choice.value: choice.text for choice in field.choices} if field else {}
        said_there = value.strip("[]").split(", ") if field and field.control == "many" else [value]
        found.append((field.label if field else name, ", ".join(names.get(each, each) for each in said_there)))
    return found


async def _written(visit: Visit, entry: str, made: Any, done: str) -> Response:
    if made.secret or made.password_missing:
        return await _one(visit, entry, made=made)
    return visit.go(f"/inventory/{entry}", done)


async def _values(visit: Visit, entry: str) -> dict[str, str]:
    detail = await visit.ask("inventory.show", id=entry)
    return {each.field: each.value for each in detail.fields}


def _problems(visit: Visit, error: ServiceError, prefix: str, sections: tuple[Section, ...] = ()) -> list[Problem]:
    """Return what is wrong, at the form's fields and in its words where it is about this entry."""
    pasted = error.finding.code == "config.managed_read_only"
    if not (isinstance(error, ConfigError) or pasted or can_be_mended(error)):
        raise error
    findings: tuple[Finding, ...] = getattr(error, "findings", ())
    if not isinstance(error, ConfigError):
        return problems_of(visit, error)
    labels = {field.name: field.label for section in sections for field in section.fields}
    return [_problem(visit, finding, prefix, labels) for finding in findings]


def _problem(visit: Visit, finding: Finding, prefix: str, labels: Mapping[str, str]) -> Problem:
    key, text = str(dict(finding.params).get("key", "")), visit.words.say(finding)
    if not key.startswith(prefix):
        return Problem(text, key if finding.code == "config.field_unreadable" else "")
    said = key.removeprefix(prefix)
    field = said if said in labels else next((name for name in labels if name.startswith(said)), "")
    # The file and line of what was not written help nobody; the field does.
    return Problem(f"{labels.get(field, said)}: {text.partition(f'{key}: ')[2] or text}", field)


def _kind_kept(visit: Visit, kind: str) -> EntryKind:
    """Return a kind by its name. Raises `NotFoundError`, or `ForbiddenError` if others keep it."""
    if kind not in set(EntryKind):
        raise NotFoundError("config.kind_unknown", kind=kind[:80], expected=", ".join(EntryKind))
    known = EntryKind(kind)
    if known not in kinds_of(visit.actor):
        raise ForbiddenError("inventory.not_yours", kind=known, role=KEEPERS[known])
    return known


def _dotted(entry: str) -> str:
    return entry.replace("/", ".") + "."
