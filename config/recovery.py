"""The recovery passphrase: who has it opens backups; the service, which writes them, cannot.

The passphrase is shown once. Kept is only what its private key's other half needs: whoever steals
the server's configuration, or a backup, opens no backup with it (`docs/adr/0018`).
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from core.errors import ConfigError, RequestError
from core.texts import Finding

FILE: Final = "secrets/recovery.json"
"""Where a configuration folder keeps what backups are sealed with."""

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's: no sign looks like another. Five bits each."""
_LOOKALIKES: Final = str.maketrans("oil", "011", "- \t\r\n")
_SIGNS: Final = 26
_CHECK_SIGNS: Final = 2
_GROUP: Final = 4
_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_COST: Final = 1 << 15


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryKey:
    """What seals backups: hexadecimal digits. `stamp_key` marks them as ours; it opens nothing."""

    salt: str
    public_key: str
    stamp_key: str = field(repr=False)

    @property
    def name(self) -> str:
        """Return eight signs by which a passphrase's backups are told from those of another."""
        return sha256(bytes.fromhex(self.public_key)).hexdigest()[:8]


def new_passphrase() -> str:
    """Return a fresh passphrase: 130 random bits in 26 signs and two that betray a slip of the pen."""
    signs = "".join(secrets.choice(_ALPHABET) for _ in range(_SIGNS))
    return _grouped(signs + _check(signs))


def read_passphrase(text: str) -> str:
    """Return a passphrase as it was shown, however it was typed. Raises `RequestError` for a slip."""
    signs = text.casefold().translate(_LOOKALIKES)
    right = len(signs) == _SIGNS + _CHECK_SIGNS and signs[_SIGNS:] == _check(signs[:_SIGNS])
    if not right:
        raise RequestError("backup.passphrase_mistyped")
    return _grouped(signs)


def recovery_key(passphrase: str, salt: bytes | None = None) -> RecoveryKey:
    """Return what seals backups that this passphrase opens."""
    salt = salt or secrets.token_bytes(16)
    private, stamp_key = _derived(passphrase, salt)
    public = private.public_key().public_bytes_raw()
    return RecoveryKey(salt=salt.hex(), public_key=public.hex(), stamp_key=stamp_key.hex())


def write_recovery_key(folder: Path, key: RecoveryKey) -> Path:
    """Write the key into a configuration folder, instead of one that is there, and return its file.

    Raises `ConfigError` where it cannot be written.
    """
    file = folder / FILE
    fresh = file.with_suffix(".new")
    try:
        file.parent.mkdir(mode=0o700, exist_ok=True)
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as written:
            written.write(json.dumps(asdict(key), indent=2) + "\n")
            written.flush()
            os.fsync(descriptor)
        fresh.replace(file)
    except OSError as error:
        raise ConfigError([Finding.of("config.folder_unwritable", folder=str(file.parent))]) from error
    return file


def read_recovery_key(folder: Path) -> RecoveryKey:
    """Return the key of a configuration folder. Raises `ConfigError` if there is none, or it is none of ours."""
    file = folder / FILE
    try:
        key = RecoveryKey(**json.loads(file.read_text(encoding="utf-8")))
        X25519PublicKey.from_public_bytes(bytes.fromhex(key.public_key))
        bytes.fromhex(key.salt + key.stamp_key)
    except FileNotFoundError as error:
        raise ConfigError([Finding.of("backup.no_recovery_key", file=str(file))]) from error
    except (OSError, ValueError, TypeError) as error:
        raise ConfigError([Finding.of("backup.recovery_key_unreadable", file=str(file))]) from error
    return key


class Seal:
    """Closes the parts of one backup; `header` is what a passphrase needs besides to open them."""

    def __init__(self, key: RecoveryKey) -> None:
        once = X25519PrivateKey.generate()
        public = X25519PublicKey.from_public_bytes(bytes.fromhex(key.public_key))
        own = once.public_key().public_bytes_raw()
        self._cipher = _cipher(once.exchange(public), own)
        self._stamp_key = bytes.fromhex(key.stamp_key)
        self.name = key.name
        self.header: Mapping[str, str] = {"salt": key.salt, "public_key": key.public_key, "once": own.hex()}

    def close(self, name: str, data: bytes) -> bytes:
        """Return data that only the passphrase opens again, and only under this name."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, data, name.encode())

    def stamp(self, data: bytes) -> str:
        """Return a mark that only the service and the passphrase can make of this data."""
        return hmac.new(self._stamp_key, data, "sha256").hexdigest()


class Opened:
    """Opens the parts of one backup."""

    def __init__(self, cipher: ChaCha20Poly1305, stamp_key: bytes) -> None:
        self._cipher = cipher
        self._stamp_key = stamp_key

    @classmethod
    def by(cls, passphrase: str, header: Mapping[str, str]) -> Self:
        """Return what opens the backup with this header. Raises `RequestError` if it is another passphrase's."""
        public = bytes.fromhex(header["public_key"])
        private, stamp_key = _derived(passphrase, bytes.fromhex(header["salt"]))
        if private.public_key().public_bytes_raw() != public:
            raise RequestError("backup.passphrase_wrong", name=sha256(public).hexdigest()[:8])
        once = bytes.fromhex(header["once"])
        return cls(_cipher(private.exchange(X25519PublicKey.from_public_bytes(once)), once), stamp_key)

    def open(self, name: str, closed: bytes) -> bytes:
        """Return the data that was closed under this name. Raises `RequestError` if it has been changed."""
        try:
            return self._cipher.decrypt(closed[:_NONCE_BYTES], closed[_NONCE_BYTES:], name.encode())
        except InvalidTag as error:
            raise RequestError("backup.part_changed", part=name) from error

    def knows(self, data: bytes, stamp: str) -> bool:
        """Return whether the stamp is of this data, and made where the passphrase belongs."""
        return hmac.compare_digest(hmac.new(self._stamp_key, data, "sha256").hexdigest(), stamp)


def _derived(passphrase: str, salt: bytes) -> tuple[X25519PrivateKey, bytes]:
    """Return the private key and the stamp's key of a passphrase."""
    found = Scrypt(salt=salt, length=2 * _KEY_BYTES, n=_COST, r=8, p=1).derive(passphrase.encode())
    return X25519PrivateKey.from_private_bytes(found[:_KEY_BYTES]), found[_KEY_BYTES:]


def _cipher(shared: bytes, once: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(HKDF(SHA256(), _KEY_BYTES, salt=once, info=b"kreiswatt backup 1").derive(shared))


def _check(signs: str) -> str:
    digest = sha256(signs.encode()).digest()
    return "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest[:_CHECK_SIGNS])


def _grouped(signs: str) -> str:
    return "-".join(signs[place : place + _GROUP] for place in range(0, len(signs), _GROUP))
