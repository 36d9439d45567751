"""The other side of `jobs/worker.py`: takes calculations from its input and writes their results."""

from __future__ import annotations

import gc
import os
import pickle
import signal
import sys
from typing import Any, BinaryIO

from core.errors import CalculationError

LENGTH_BYTE = 8
NICENESS = 10
"""Whoever takes data in goes first."""


def calculate() -> None:
    """Calculate until the input ends. What a calculation prints goes to the service's log."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(NICENESS)
    gc.freeze()
    gc.disable()  # a large fleet's month is a million objects, all in use: garbage is looked for between calculations
    with open(os.dup(0), "rb") as questions, open(os.dup(1), "wb") as answers:  # noqa: PTH123 - descriptors
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)
        while question := _read(questions):
            answer = _answer(question)
            answers.write(len(answer).to_bytes(LENGTH_BYTE, "big") + answer)
            answers.flush()
            del question, answer
            gc.collect()


def _read(questions: BinaryIO) -> bytes:
    return questions.read(int.from_bytes(questions.read(LENGTH_BYTE), "big"))


def _answer(question: bytes) -> bytes:
    """Return the result, or the error to be raised where the calculation was asked for."""
    try:
        function, arguments = pickle.loads(question)  # noqa: S301 - from our own process
        found: tuple[bool, Any] = True, function(*arguments)
        return pickle.dumps(found, pickle.HIGHEST_PROTOCOL)
    except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to whoever asked
        sys.stderr.flush()
        return _refusal(error)


def _refusal(error: Exception) -> bytes:
    try:
        refusal = pickle.dumps((False, error), pickle.HIGHEST_PROTOCOL)
        pickle.loads(refusal)  # noqa: S301 - some errors can be written but not read again
    except Exception:  # noqa: BLE001
        return pickle.dumps((False, CalculationError("jobs.worker_failed", reason=f"{type(error).__name__}: {error}")))
    return refusal
