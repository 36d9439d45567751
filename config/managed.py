"""Entries that console and commands write: `inventory/managed/`, checked as a whole, with undo.

Hand-edited files are never touched. A change is validated together with everything else before
anything is written; comments and order of the file stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from chargepoints.kept_secrets import StationSecrets
from config.cards import TAGS, CardNumbers, without_number
from config.entries import entry_in, merged
from config.findings import HIDDEN, in_order, is_warning
from config.forms import KINDS
from config.history import Action, Change, append, locked, read_history, replace_file, rewrite
from config.inventory import MANAGED, inventory_of, read_texts
from config.laws import laws_in
from config.passwords import StationPassword, keep, offer, prove, settle, withdraw
from config.settings import broker_names, read_form, read_settings_text
from config.splice import UnwritableError, change_entry, find_entry, replace_entry, write_entry
from config.tree import read_tree
from config.values import is_slug
from core.errors import ConfigError, ConflictError, NotFoundError, UnavailableError
from core.texts import Finding

_HEADER = "# Von Weboberfläche und Befehlen geschrieben. Kommentare und Reihenfolge bleiben erhalten.\n"


@dataclass(frozen=True, slots=True)
class _Edit:
    """The lines of one entry before and after a change, and the file they are in."""

    file: str
    kind: str
    entry: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """The file and line of an entry, and whether the file is one that is written here."""

    file: str
    line: int

    @property
    def managed(self) -> bool:
        """Return whether console and commands may change what stands here."""
        return self.file.startswith(f"{MANAGED}/")


class ManagedInventory:
    """Adds, changes and ends entries in `inventory/managed/` of a configuration folder.

    Every method returns the `Change` once it is on disk. They raise `ConfigError` with findings
    if the configuration would not be sound, `ConflictError` and `NotFoundError` if the entry does
    not allow it, `UnavailableError` with the text to paste if the folder cannot be written. No number
    of a card is written in the clear, neither into the files nor into their history: `numbers` seals it.
    What is kept of a station's password is made by `secrets`.
    """

    def __init__(self, folder: Path, numbers: CardNumbers | None = None, secrets: StationSecrets | None = None) -> None:
        self._folder = folder
        self._numbers = numbers
        self._secrets = secrets
        self._managed = folder / MANAGED
        self._known: dict[str, tuple[str, dict[tuple[str, str], Place]]] = {}

    def add(self, kind: str, entry: str, values: Mapping[str, object], *, actor: str, now_utc: datetime) -> Change:
        """Write a new entry of `kind` (such as `tags`) with the id `entry`."""

        def edit(texts: Mapping[str, str]) -> _Edit:
            if not is_slug(entry):
                raise ConfigError([Finding.of("config.new_id_invalid", found=HIDDEN if kind == "tags" else entry)])
            if taken := _file_of(texts, kind, entry):
                line = _line(texts[taken], kind, entry)
                raise ConflictError("config.entry_exists", kind=kind, entry=entry, file=taken, line=line)
            return _Edit(f"{MANAGED}/{kind}.yaml", kind, entry, None, _written(kind, entry, values))

        return self._apply(kind, edit, action="add", actor=actor, now_utc=now_utc)

    def change(self, kind: str, entry: str, values: Mapping[str, object], *, actor: str, now_utc: datetime) -> Change:
        """Set some values of an entry; None removes one. All others stay as they are written."""

        def edit(texts: Mapping[str, str]) -> _Edit:
            return _changed(texts, kind, entry, lambda _old: _renumbered(kind, values))

        return self._apply(kind, edit, action="change", actor=actor, now_utc=now_utc)

    def change_fields(
        self, kind: str, entry: str, fields: Mapping[str, str], *, actor: str, now_utc: datetime
    ) -> Change:
        """Set some fields of an entry, such as `feed.topic`; an empty text removes one."""

        def edit(texts: Mapping[str, str]) -> _Edit:
            return _changed(texts, kind, entry, lambda old: _renumbered(kind, merged(kind, entry_in(old), fields)))

        return self._apply(kind, edit, action="change", actor=actor, now_utc=now_utc)

    def end(self, kind: str, entry: str, valid_to: date, *, actor: str, now_utc: datetime) -> Change:
        """Let an entry be valid until the day before `valid_to`. Entries are never removed."""

        def edit(texts: Mapping[str, str]) -> _Edit:
            return _changed(texts, kind, entry, lambda _old: {"valid_to": valid_to})

        return self._apply(kind, edit, action="end", actor=actor, now_utc=now_utc)

    def undo(self, change: int, *, actor: str, now_utc: datetime) -> Change:
        """Put an entry's lines back as they were before a change; this is a change itself.

        Raises `ConflictError` if the entry has been changed since, by whomever.
        """
        undone = next((past for past in self.history() if past.id == change), None)
        if undone is None or undone.before is undone.after is None:  # of a forgotten card nothing is left
            raise NotFoundError("config.change_unknown", change=change)

        def edit(texts: Mapping[str, str]) -> _Edit:
            if _lines(texts.get(undone.file, ""), undone.kind, undone.entry) != undone.after:
                raise ConflictError("config.change_overtaken", change=change, entry=undone.entry)
            return _Edit(undone.file, undone.kind, undone.entry, undone.after, undone.before)

        return self._apply(undone.kind, edit, action="undo", actor=actor, now_utc=now_utc, undoes=change)

    def history(self) -> tuple[Change, ...]:
        """Return all changes, oldest first."""
        return read_history(self._managed)

    def places(self) -> dict[tuple[str, str], Place]:
        """Return where each entry stands, by kind and id. A file is read again only when it has changed."""
        texts, _ = read_texts(self._folder)
        self._known = {file: known for file, known in self._known.items() if file in texts}
        for file, text in texts.items():
            if self._known.get(file, ("", {}))[0] != text:
                self._known[file] = (text, dict(_places(file, text)))
        return {way: place for _, found in self._known.values() for way, place in found.items()}

    def settle_password(self, station: str) -> StationPassword:
        """Give a station the password it needs, or take back the one made for a station that is gone.

        What was made stands in the file that `station_passwords` names, and is returned this once.
        """
        with locked(self._managed):
            texts, _ = read_texts(self._folder)
            file = _file_of(texts, "stations", station)
            says = entry_in(_lines(texts[file], "stations", station)) if file else {}
            profile = says.get("security_profile", "1")
            # Profile 3 knows a station by its certificate, 0 by its name alone (OCPP security whitepaper).
            needed = bool(says) and profile in ("1", "2") and "valid_to" not in says
            return settle(self._folder, station, exists=bool(says), needed=needed, secrets=self._secrets)

    def keep_password(self, station: str, password: bytes) -> bool:
        """Keep the password that a station showed; return whether there is a place for it."""
        with locked(self._managed):
            return keep(self._folder, station, password, self._secrets)

    def offer_password(self, station: str) -> str | None:
        """Return a new password for a station, good beside the one before; None where there is no place for it."""
        with locked(self._managed):
            return offer(self._folder, station, self._secrets) if self._secrets else None

    def withdraw_password(self, station: str) -> bool:
        """Forget the newest of a station's passwords, which it did not take; return whether there were several."""
        with locked(self._managed):
            return withdraw(self._folder, station)

    def prove_password(self, station: str, password: bytes) -> bool:
        """Keep the newer password that a station showed alone; return whether any other was forgotten."""
        with locked(self._managed):
            return prove(self._folder, station, password, self._secrets) if self._secrets else False

    def _apply(
        self,
        kind: str,
        edit: Callable[[Mapping[str, str]], _Edit],
        *,
        action: Action,
        actor: str,
        now_utc: datetime,
        undoes: int | None = None,
    ) -> Change:
        if kind not in KINDS:
            raise NotFoundError("config.kind_unknown", kind=kind, expected=", ".join(KINDS))
        with locked(self._managed) as writable:
            texts, unreadable = read_texts(self._folder)
            edited = edit(texts)
            old = texts.get(edited.file, _HEADER)
            texts[edited.file] = replace_entry(old, kind, edited.entry, edited.after)
            self._check(texts, unreadable)
            edited = self._without_number(edited)
            texts[edited.file] = replace_entry(old, kind, edited.entry, edited.after)
            _check_layout(old, texts[edited.file], edited)
            past = read_history(self._managed)
            change = Change(
                id=past[-1].id + 1 if past else 1,
                at_utc=now_utc,
                actor=actor,
                action=action,
                kind=kind,
                entry=edited.entry,
                file=edited.file,
                before=edited.before,
                after=edited.after,
                undoes=undoes,
            )
            self._write(edited, texts[edited.file], change, writable=writable)
            return change

    def _check(self, texts: Mapping[str, str], unreadable: list[Finding]) -> None:
        """Raise `ConfigError` if the whole configuration would not be sound with these texts."""
        form, _, _ = read_form(read_settings_text(self._folder) or "")
        pseudonym_of = self._numbers.pseudonym if self._numbers else None
        laws, wrong_laws = laws_in(self._folder)
        _, findings = inventory_of(texts, broker_names(form), pseudonym_of, None if wrong_laws else laws)
        mistakes = [finding for finding in in_order([*unreadable, *findings]) if not is_warning(finding)]
        if mistakes:
            raise ConfigError(mistakes)

    def _write(self, edited: _Edit, text: str, change: Change, *, writable: bool) -> None:
        try:
            if not writable:
                raise PermissionError
            replace_file(self._folder / edited.file, text)
            append(self._managed, change)
        except OSError as error:
            paste = f"{edited.kind}:\n{edited.after or ''}"
            raise UnavailableError("config.managed_read_only", file=edited.file, text=paste) from error

    def seal_numbers(self) -> int:
        """Take the numbers of cards out of files and history that an earlier version wrote; return how many."""
        with locked(self._managed) as writable:
            if not writable or self._numbers is None:
                return 0
            numbers = self._numbers.anew()
            texts, _ = read_texts(self._folder)
            written = {file: text for file, text in texts.items() if file.startswith(f"{MANAGED}/")}
            past = read_history(self._managed)
            sealed = [_sealed_change(numbers, change) for change in past]
            for file, text in written.items():
                without = _sealed_text(numbers, text)
                if without != text:
                    replace_file(self._folder / file, without)
            if sealed != list(past):
                rewrite(self._managed, sealed)
            return numbers.count

    def _without_number(self, edited: _Edit) -> _Edit:
        if edited.kind != TAGS:
            return edited
        numbers = self._numbers.anew() if self._numbers else None
        try:
            before = without_number(numbers, edited.entry, edited.before)
            after = without_number(numbers, edited.entry, edited.after)
        except UnwritableError as error:
            raise ConfigError([Finding.of("config.managed_layout", file=edited.file, entry=edited.entry)]) from error
        return replace(edited, before=before, after=after)


def _written(kind: str, entry: str, values: Mapping[str, object]) -> str:
    try:
        return write_entry(entry, values)
    except UnwritableError as error:
        raise ConfigError([Finding.of("config.value_unwritable", key=f"{kind}.{entry}")]) from error


def _renumbered(kind: str, values: Mapping[str, object]) -> Mapping[str, object]:
    """Return the values, and with a new number of a card that the old one goes."""
    numbered = {"uid", "pseudonym"} & values.keys()
    if kind != TAGS or not any(values[key] is not None for key in numbered):
        return values
    return {"uid": None, "pseudonym": None, "uid_sealed": None, **values}


def _sealed_text(numbers: CardNumbers, text: str) -> str:
    """Return a file without numbers of cards; an entry of unusual layout stays as people wrote it."""
    tree, _ = read_tree(text, "")
    section = tree.at((TAGS,)) if tree else None
    for entry in section.keys if section else ():
        with suppress(UnwritableError):
            lines = without_number(numbers, entry, _lines(text, TAGS, entry))
            text = replace_entry(text, TAGS, entry, lines)
    return text


def _sealed_change(numbers: CardNumbers, change: Change) -> Change:
    if change.kind != TAGS:
        return change
    before, after = (without_number(numbers, change.entry, lines) for lines in (change.before, change.after))
    return replace(change, before=before, after=after)


def _places(file: str, text: str) -> Iterator[tuple[tuple[str, str], Place]]:
    tree, _ = read_tree(text, file)
    sections = tree.data if tree and isinstance(tree.data, dict) else {}
    for kind, section in sections.items():
        for entry, key in section.keys.items():
            yield (kind, entry), Place(file, key.line)


def _changed(texts: Mapping[str, str], kind: str, entry: str, values: Callable[[str], Mapping[str, object]]) -> _Edit:
    """Return the edit that sets the values made of the entry's lines as they are now."""
    file = _file_of(texts, kind, entry)
    before = _lines(texts[file], kind, entry) if file else None
    if file is None or before is None:
        raise NotFoundError("config.entry_unknown", kind=kind, entry=entry)
    if not file.startswith(f"{MANAGED}/"):
        line = _line(texts[file], kind, entry)
        raise ConflictError("config.entry_hand_edited", entry=entry, file=file, line=line)
    try:
        return _Edit(file, kind, entry, before, change_entry(before, entry, values(before)))
    except UnwritableError as error:
        raise ConfigError([Finding.of("config.value_unwritable", key=f"{kind}.{entry}")]) from error


def _file_of(texts: Mapping[str, str], kind: str, entry: str) -> str | None:
    """Return the file that holds an entry, None if none does."""
    files = (file for file, text in texts.items() if entry in text and find_entry(text, kind, entry))
    return next(files, None)


def _lines(text: str, kind: str, entry: str) -> str | None:
    place = find_entry(text, kind, entry)
    return text[slice(*place)] if place else None


def _check_layout(old: str, new: str, edited: _Edit) -> None:
    """Raise `ConfigError` if anything else than the entry would have changed, as in a file of unusual layout."""
    sound = _lines(new, edited.kind, edited.entry) == edited.after and _others(old, edited) == _others(new, edited)
    if not sound:
        raise ConfigError([Finding.of("config.managed_layout", file=edited.file, entry=edited.entry)])


def _line(text: str, kind: str, entry: str) -> int:
    tree, _ = read_tree(text, "")
    return tree.line_of((kind, entry)) if tree else 1


def _others(text: str, edited: _Edit) -> object:
    """Return everything a file says besides the edited entry."""
    tree, _ = read_tree(text, "")
    plain = tree.plain() if tree else {}
    entries = plain.pop(edited.kind, {})
    return plain, {name: entry for name, entry in entries.items() if name != edited.entry}
