"""What all forms have: fixed keys, and the value they become."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from config.values import Day, Text
from core.inventory import Entry


class Form(BaseModel):
    """A section with fixed keys; unknown keys are mistakes, and no error ever shows what was written."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class PartForm(Form):
    """A section inside an entry, alone or in a list."""

    makes: ClassVar[type]

    def made(self) -> Any:
        """Return the part of an entry that this form describes."""
        return self.makes(**_values(self))


class EntryForm(Form):
    """What every entry has."""

    makes: ClassVar[type[Entry]] = Entry

    name: Text
    valid_from: Day
    valid_to: Day | None = None

    def made(self, id: str) -> Entry:  # noqa: A002
        """Return the entry this form describes, under its id."""
        return self.makes(id=id, **_values(self))


def _values(form: Form) -> dict[str, Any]:
    return {name: _value(getattr(form, name)) for name in type(form).model_fields}


def _value(written: Any) -> Any:
    match written:
        case PartForm():
            return written.made()
        case tuple():
            return tuple(_value(item) for item in written)
        case dict():  # in the order of its names, so that equal maps are equal
            return tuple(sorted(written.items()))
        case _:
            return written
