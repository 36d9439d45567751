"""Guessing is slowed down, and remembering who guesses costs no memory."""

from __future__ import annotations

from console.throttle import MOST_KEYS, Throttle


class Watch:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_so_many_attempts_are_free_and_the_next_must_wait() -> None:
    watch = Watch()
    throttle = Throttle(limit=3, span_s=60, monotonic_s=watch)
    assert [throttle.wait_s("a") for _ in range(3)] == [0, 0, 0]
    watch.now_s = 20
    assert throttle.wait_s("a") == 40
    assert throttle.wait_s("b") == 0
    watch.now_s = 61
    assert throttle.wait_s("a") == 0


def test_a_refused_attempt_does_not_lengthen_the_wait() -> None:
    watch = Watch()
    throttle = Throttle(limit=1, span_s=60, monotonic_s=watch)
    throttle.wait_s("a")
    for watch.now_s in range(1, 60):
        assert throttle.wait_s("a") == 60 - watch.now_s
    watch.now_s = 61
    assert throttle.wait_s("a") == 0


def test_who_has_proved_themselves_starts_anew() -> None:
    throttle = Throttle(limit=1, span_s=60)
    throttle.wait_s("a")
    throttle.forget("a")
    assert throttle.wait_s("a") == 0


def test_only_so_many_keys_are_remembered() -> None:
    throttle = Throttle(limit=1, span_s=60)
    for number in range(MOST_KEYS + 10):
        throttle.wait_s(str(number))
    assert len(throttle._attempts) == MOST_KEYS
