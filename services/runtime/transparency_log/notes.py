"""Checkpoints as signed notes: the forms `tlog-checkpoint` and `signed-note` of C2SP, with Ed25519.

A note is a text that ends with a newline, an empty line, and a line for each signature.
"""

import binascii
import hashlib
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from services.contracts.errors import UserError

ED25519 = b"\x01"
"""The algorithm of a key, in front of its bytes."""
MARK = "\u2014 "
"""What a line with a signature begins with."""
LONGEST = 100_000
"""Characters of a note that is read."""


class BadNote(UserError):  # noqa: N818 - named for what happened
    """What was given is no signed checkpoint."""


@dataclass(frozen=True)
class Verifier:
    """A public key and its name, as C2SP writes them in one line: `name+id+key`."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """The four bytes by which a signature names its key."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{_text(ED25519 + self.public)}"

    @classmethod
    def read(cls, line: str) -> "Verifier":
        """From such a line; raises `BadNote`."""
        name, _, rest = line.strip().partition("+")
        key_id, _, key = rest.partition("+")
        raw = _bytes(key)
        made = cls(name, raw[1:])
        if raw[:1] != ED25519 or len(raw) != 33 or made.id.hex() != key_id:
            raise BadNote(f"{line.strip()[:100]!r} is no key of a log: it reads name+id+key, of Ed25519.")
        return made


@dataclass(frozen=True)
class Checkpoint:
    """How large the log was, and its root then."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{_text(self.root)}\n"


@dataclass(frozen=True)
class SignedNote:
    """A text with its signatures: the name of a key, its four bytes, and the signature of each."""

    text: str
    signatures: tuple[tuple[str, bytes, bytes], ...]

    @classmethod
    def read(cls, note: str) -> "SignedNote":
        """Takes a note apart; raises `BadNote`."""
        text, empty, lines = note[:LONGEST].rpartition("\n\n")
        if not empty or not lines.endswith("\n"):
            raise BadNote("It is no signed note: after the text come an empty line and the signatures.")
        return cls(f"{text}\n", tuple(map(_signature, lines.splitlines())))

    def is_signed_by(self, key: Verifier) -> bool:
        """Whether one of the signatures is this key's, and good."""
        return any(
            name == key.name and key_id == key.id and _is_good(key, signature, self.text)
            for name, key_id, signature in self.signatures
        )

    def checkpoint(self) -> Checkpoint:
        """What it says of the log; raises `BadNote`."""
        origin, size, root, *_ = [*self.text.split("\n"), "", "", ""]
        digest = _bytes(root)
        if not origin or not size.isascii() or not size.isdecimal() or str(int(size[:30])) != size or len(digest) != 32:
            raise BadNote("The note is no checkpoint: it begins with origin, size and root, a line each.")
        return Checkpoint(origin, int(size), digest)


def signed(checkpoint: Checkpoint, keys: Sequence[tuple[Verifier, Ed25519PrivateKey]]) -> str:
    """The checkpoint as a note, signed by each of these."""
    text = checkpoint.text()
    lines = [f"{MARK}{key.name} {_text(key.id + private.sign(text.encode()))}\n" for key, private in keys]
    return text + "\n" + "".join(lines)


def _signature(line: str) -> tuple[str, bytes, bytes]:
    name, _, rest = line.removeprefix(MARK).partition(" ")
    raw = _bytes(rest)
    if not line.startswith(MARK) or not name or len(raw) < 5:
        raise BadNote(f"{line[:100]!r} is no signature: it begins with an em dash and the name of a key.")
    return name, raw[:4], raw[4:]


def _is_good(key: Verifier, signature: bytes, text: str) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, text.encode())
    except InvalidSignature:
        return False
    return True


def _text(raw: bytes) -> str:
    return b64encode(raw).decode()


def _bytes(text: str) -> bytes:
    try:
        return b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeError):
        raise BadNote(f"{text[:100]!r} is no base64.") from None
