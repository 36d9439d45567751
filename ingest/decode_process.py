"""The other side of a decode worker: reads tasks from its input and answers them, until the input ends."""

from __future__ import annotations

import mmap
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from typing import cast
from zoneinfo import ZoneInfo

from core.inventory import Inventory
from ingest.frames import Setting, Task, answer_of, messages_of, packed, unpacked
from ingest.intake import Catch, Intake
from ingest.messages import Message


def main() -> None:
    """Answer every task. What decoders print goes to the error output, so that it cannot break an answer.

    Signals to the whole service are the daemon's to heed: it still needs its worker for what it has in hand.
    """
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    tasks, answers = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    desk = Desk(cast(Setting, unpacked(tasks)))
    while True:
        try:
            task = cast(Task, unpacked(tasks))
        except EOFError:
            return
        answers.write(packed(desk.answer(task)))
        answers.flush()


class Desk:
    """An intake of its own, which shares nothing with any other; it says in shared memory which message it is at."""

    def __init__(self, setting: Setting) -> None:
        self._broker = setting.broker
        self._at = memoryview(mmap.mmap(setting.progress_fd, mmap.PAGESIZE)).cast("Q")
        self._inventory = Inventory()
        self._intake = Intake(setting.broker, ZoneInfo(setting.time_zone), lambda: self._inventory)

    def answer(self, task: Task) -> object:
        """Return the answer to a task."""
        if task.inventory is not None:
            self._inventory = task.inventory
        messages = messages_of(task, self._broker)
        if not messages:
            return answer_of(Catch(notices=self._intake.rest()))
        return answer_of(self._intake.sort(self._counted(messages), task.now_utc, patient=task.patient))

    def _counted(self, messages: Sequence[Message]) -> Iterator[Message]:
        for number, message in enumerate(messages):
            self._at[0] = number
            yield message


if __name__ == "__main__":
    main()
