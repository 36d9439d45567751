"""How two JSON values differ, said so that a person sees where: the path of each place, and what goes and comes there.

Things in lists are known by their ids, so a panel that moved to another place of the list is still the same panel.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from difflib import ndiff
from typing import Any, Final

from dashboards.pushing.marks import essence

_IDS: Final = ("uid", "refId", "id", "name", "title")
_NAMES: Final = ("title", "name", "label")
_LONG: Final = 300


def difference(there: Any, ours: Any) -> tuple[str, ...]:
    """Return for each place that differs its path (`@`), what a push would take away (`-`) and bring (`+`)."""
    return tuple(_differing("", essence(there), essence(ours)))


def _differing(path: str, there: Any, ours: Any) -> Iterator[str]:
    if there == ours:
        return
    if isinstance(there, Mapping) and isinstance(ours, Mapping):
        for name in sorted(there.keys() | ours.keys()):
            yield from _differing(f"{path}.{name}" if path else name, there.get(name), ours.get(name))
    elif isinstance(there, list) and isinstance(ours, list):
        for label, before, after in _paired(there, ours):
            yield from _differing(f"{path}[{label}]", before, after)
    else:
        yield f"@ {path}"
        yield from _change(there, ours)


def _change(there: Any, ours: Any) -> Iterator[str]:
    if isinstance(there, str) and isinstance(ours, str) and "\n" in there + ours:
        yield from (line for line in ndiff(there.splitlines(), ours.splitlines()) if line[:1] in "-+")
        return
    if there is not None:
        yield f"- {_written(there)}"
    if ours is not None:
        yield f"+ {_written(ours)}"


def _paired(there: Sequence[Any], ours: Sequence[Any]) -> Iterator[tuple[str, Any, Any]]:
    """Yield what belongs together in two lists, with what it is called; None stands for what one of them has not."""
    known_by = next((name for name in _IDS if _tells_apart(name, there) and _tells_apart(name, ours)), None)
    if known_by is None:
        for place in range(max(len(there), len(ours))):
            yield str(place), _at(there, place), _at(ours, place)
        return
    before, after = ({each[known_by]: each for each in several} for several in (there, ours))
    for key in [*after, *(key for key in before if key not in after)]:
        yield _label(key, after.get(key) or before[key]), before.get(key), after.get(key)


def _tells_apart(name: str, several: Sequence[Any]) -> bool:
    keys = [each.get(name) if isinstance(each, Mapping) else None for each in several]
    return all(isinstance(key, str | int) for key in keys) and len(set(keys)) == len(keys)


def _label(key: str | int, value: Mapping[str, Any]) -> str:
    called = next((value[name] for name in _NAMES if isinstance(value.get(name), str)), "")
    return f"{key} {called}" if called and called != key else str(key)


def _at(several: Sequence[Any], place: int) -> Any:
    return several[place] if place < len(several) else None


def _written(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return text if len(text) <= _LONG else f"{text[:_LONG]}…"
