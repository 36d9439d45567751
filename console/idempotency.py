"""A change asked for twice under one Idempotency-Key is made once, and answered the same.

Answers may hold a secret (a new token), so they are kept encrypted under a key derived from the
Idempotency-Key itself, of which the ledger sees only a digest.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field

import orjson
from cryptography.fernet import Fernet, InvalidToken

from core.books import PeopleBook
from core.errors import ConflictError, RequestError
from core.people import Actor
from core.ports import Clock

LONGEST_KEY = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, body and headers of an answer."""

    status: int
    body: str
    headers: dict[str, str] = field(default_factory=dict)


class IdempotencyKeys:
    """Remembers answers for a day; errors are not remembered, a retry may succeed."""

    def __init__(self, people: PeopleBook, clock: Clock) -> None:
        self._people = people
        self._clock = clock
        self._running: set[tuple[str, str]] = set()

    async def once(self, actor: Actor, key: str, asked: bytes, do: Callable[[], Awaitable[Answer]]) -> Answer:
        """Return what `do` answers, or what it answered when `key` came with the same `asked` before.

        Raises `RequestError` if the key came with something else, `ConflictError` while the first is not done.
        """
        if len(key) > LONGEST_KEY:
            raise RequestError("error.idempotency_key_long", limit=LONGEST_KEY)
        running = (actor.name, key)
        if running in self._running:
            raise ConflictError("error.idempotency_running")
        self._running.add(running)
        try:
            return await self._once(actor, key, hashlib.sha256(asked).hexdigest(), do)
        finally:
            self._running.discard(running)

    async def _once(self, actor: Actor, key: str, asked: str, do: Callable[[], Awaitable[Answer]]) -> Answer:
        name = hashlib.sha256(b"name:" + key.encode()).hexdigest()
        seal = Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"seal:" + key.encode()).digest()))
        kept = await self._people.remembered_answer(actor.name, name)
        if kept is None:
            answer = await do()
            sealed = seal.encrypt(orjson.dumps(asdict(answer))).decode()
            await self._people.remember_answer(actor.name, name, asked, sealed, self._clock())
            return answer
        if kept[0] != asked:
            raise RequestError("error.idempotency_key_reused")
        try:
            return Answer(**orjson.loads(seal.decrypt(kept[1])))
        except InvalidToken as error:
            raise ConflictError("error.idempotency_key_reused") from error
