"""A proof that anybody can check offline: what an article said, its capture, and their place in the signed log.

Texts that are hashed stand in it as they are, so that nobody needs our idea of canonical JSON to check them.
"""

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pydantic import Base64Bytes, BaseModel

from services.runtime.transparency_log import tree
from services.runtime.transparency_log.leaf import salted_digest
from services.runtime.transparency_log.notes import BadNote, Checkpoint, SignedNote, Verifier
from services.runtime.transparency_log.stamp_checks import BadStamp, verified

Hash = Base64Bytes
"""32 bytes, in base64."""


class Extension(BaseModel):
    """What shows that the log of the proof's checkpoint begins with its first `size` leaves as they were."""

    size: int
    consistency: list[str]


class Proof(BaseModel):
    """Everything that it takes to check one leaf of the log.

    `text` is what the leaf's `reading` is the salted digest of, `capture` the bytes of the WARC file in base64; each
    is null when it is kept no longer. `inclusion` are hashes in base64, the lowest first. `stamp` is the answer of an
    RFC 3161 authority about the checkpoint, in DER and base64.
    """

    format: Literal["dateline-proof/1"] = "dateline-proof/1"
    number: int
    leaf: str
    salt: str | None = None
    text: str | None = None
    capture: str | None = None
    inclusion: list[str]
    checkpoint: str
    keys: list[str]
    stamp: str | None = None
    earlier: Extension | None = None


class ProofSubject(BaseModel):
    """What a proof speaks of, by its own words: they count for as much as its checks hold.

    `captured` is when the page was fetched, `recorded` when the leaf was written, both as the leaf has them.
    """

    article: str
    revision: int | None
    headline: str | None
    address: str | None
    captured: str | None
    recorded: str


@dataclass(frozen=True)
class Finding:
    """One thing that was checked: whether it holds, None where it could not be checked, and a sentence."""

    name: str
    holds: bool | None
    sentence: str


@dataclass(frozen=True)
class TrustedFacts:
    """What the reader knows without asking us.

    `keys` are the log's public keys as they were published elsewhere; `earlier` a checkpoint they hold, `since` when
    they got it; `roots` certificates of time stamp authorities.
    """

    keys: Sequence[Verifier] = ()
    earlier: str | None = None
    since: datetime | None = None
    roots: Sequence[bytes] = ()


def check_proof(proof: Proof, trust: TrustedFacts) -> list[Finding]:
    """Checks everything that can be checked without asking anybody. Raises `BadNote` for what is no proof at all."""
    note = SignedNote.read(proof.checkpoint)
    checkpoint, facts = note.checkpoint(), _facts(proof)
    findings = [_signature(note, proof, trust), _inclusion(proof, checkpoint), _text(proof, facts)]
    findings.append(_capture(proof, facts))
    if trust.earlier is not None:
        findings += _against_earlier(proof, checkpoint, facts, trust)
    if proof.stamp is not None:
        findings.append(_stamp(proof, trust))
    return findings


def subject_of_proof(proof: Proof) -> ProofSubject:
    """What the proof speaks of. Raises `BadNote` for what is no proof at all."""
    leaf, text = _facts(proof), _object(proof.text)
    revision = leaf.get("revision")
    return ProofSubject(
        article=str(leaf["article"]),
        revision=revision if isinstance(revision, int) else None,
        headline=_as_text(text.get("headline")),
        address=_as_text(text.get("url")),
        captured=_as_text(leaf.get("fetched_at")),
        recorded=str(leaf["time"]),
    )


def _as_text(value: Any) -> str | None:
    return None if value is None else str(value)


def as_base64(hashes: Sequence[bytes]) -> list[str]:
    """Hashes as a proof holds them."""
    return [b64encode(value).decode() for value in hashes]


def from_base64(hashes: Sequence[str]) -> list[bytes]:
    """The same back again; raises `BadNote`."""
    try:
        return [b64decode(value, validate=True) for value in hashes]
    except ValueError:
        raise BadNote("The proof holds a hash that is no base64.") from None


def _facts(proof: Proof) -> dict[str, Any]:
    facts = _object(proof.leaf)
    if not {"article", "reading", "time", "capture"} <= facts.keys():
        raise BadNote("The proof's leaf is none of a Dateline log.")
    return facts


def _object(text: str | None) -> dict[str, Any]:
    """The members of a JSON object; none of anything else."""
    try:
        value = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _signature(note: SignedNote, proof: Proof, trust: TrustedFacts) -> Finding:
    keys = trust.keys or [Verifier.read(line) for line in proof.keys]
    signer = next((key for key in keys if note.is_signed_by(key)), None)
    if signer is None:
        whose = "the keys that you trust" if trust.keys else "the keys that the proof names"
        return Finding("signature", holds=False, sentence=f"The checkpoint is signed by none of {whose}.")
    if trust.keys:
        return Finding("signature", holds=True, sentence=f"The checkpoint is signed by {signer}.")
    advice = "Compare it with the key that the publisher of the log has told you, or give that with --key."
    return Finding("signature", holds=None, sentence=f"The checkpoint is signed by {signer}. {advice}")


def _inclusion(proof: Proof, checkpoint: Checkpoint) -> Finding:
    leaf, path = tree.leaf_hash(proof.leaf.encode()), from_base64(proof.inclusion)
    holds = tree.includes(leaf, proof.number, checkpoint.size, path, checkpoint.root)
    state = "is" if holds else "is not"
    of = f"of the log {checkpoint.origin} with {checkpoint.size} leaves"
    return Finding("inclusion", holds=holds, sentence=f"The leaf {state} number {proof.number} {of}.")


def _text(proof: Proof, facts: dict[str, Any]) -> Finding:
    if proof.text is None or proof.salt is None:
        return Finding("text", holds=None, sentence="The text is not in the proof: it was erased.")
    holds = salted_digest(proof.salt, proof.text) == facts["reading"]
    state = "is the one" if holds else "is not the one"
    return Finding("text", holds=holds, sentence=f"The text {state} that the leaf names.")


def _capture(proof: Proof, facts: dict[str, Any]) -> Finding:
    if facts["capture"] is None:
        return Finding("capture", holds=None, sentence="The leaf names no capture.")
    if proof.capture is None:
        return Finding("capture", holds=None, sentence="The capture is not in the proof: it is kept no longer.")
    holds = hashlib.sha256(from_base64([proof.capture])[0]).hexdigest() == facts["capture"]
    state = "is the one" if holds else "is not the one"
    return Finding("capture", holds=holds, sentence=f"The capture {state} that the leaf names.")


def _against_earlier(
    proof: Proof, checkpoint: Checkpoint, facts: dict[str, Any], trust: TrustedFacts
) -> Iterator[Finding]:
    note = SignedNote.read(trust.earlier or "")
    earlier = note.checkpoint()
    keys = trust.keys or [Verifier.read(line) for line in proof.keys]
    if not any(note.is_signed_by(key) for key in keys):
        yield Finding("earlier signature", holds=False, sentence="None of the keys has signed your checkpoint.")
    yield _growth(proof, earlier, checkpoint)
    yield _age(proof, facts, earlier, trust)


def _growth(proof: Proof, earlier: Checkpoint, checkpoint: Checkpoint) -> Finding:
    if earlier.origin != checkpoint.origin:
        return Finding("growth", holds=False, sentence=f"Your checkpoint is of another log, {earlier.origin}.")
    from_there = proof.earlier is not None and proof.earlier.size == earlier.size
    path = from_base64(proof.earlier.consistency) if proof.earlier and from_there else []
    if not extends_either_way(earlier, checkpoint, path):
        advice = "" if from_there else " Ask for a proof that begins there: `dateline prove --earlier`."
        of = f"does not begin with the {earlier.size} leaves of your checkpoint"
        return Finding("growth", holds=False, sentence=f"The log of the proof {of}.{advice}")
    sentence = f"The logs of {earlier.size} and of {checkpoint.size} leaves are one, and it only grew."
    return Finding("growth", holds=True, sentence=sentence)


def extends_either_way(one: Checkpoint, other: Checkpoint, path: Sequence[bytes]) -> bool:
    """Whether the proof shows that the larger log begins with the smaller."""
    small, large = sorted((one, other), key=lambda checkpoint: checkpoint.size)
    return tree.extends(small.size, large.size, path, small.root, large.root)


def _age(proof: Proof, facts: dict[str, Any], earlier: Checkpoint, trust: TrustedFacts) -> Finding:
    claimed = facts["time"]
    if proof.number < earlier.size:
        return Finding("time", holds=True, sentence="The leaf was in the log already when your checkpoint was signed.")
    if trust.since is None:
        advice = "Say with --held-since when you got it, and the leaf's own time is judged by that."
        return Finding("time", holds=None, sentence=f"The leaf came after your checkpoint. {advice}")
    if datetime.fromisoformat(claimed) < trust.since:
        sentence = (
            f"The leaf says {claimed}, and was not in the log that you have held since {trust.since.isoformat()}."
        )
        return Finding("time", holds=False, sentence=f"{sentence} It is dated back.")
    return Finding("time", holds=True, sentence=f"The leaf says {claimed}, which is after your checkpoint.")


def _stamp(proof: Proof, trust: TrustedFacts) -> Finding:
    if not trust.roots:
        advice = "Give the certificates of its authority with --authority, or use `openssl ts -verify`."
        return Finding("time stamp", holds=None, sentence=f"The checkpoint has a time stamp. {advice}")
    try:
        when = verified(proof.checkpoint, from_base64([proof.stamp or ""])[0], trust.roots)
    except BadStamp as trouble:
        return Finding("time stamp", holds=False, sentence=str(trouble))
    return Finding("time stamp", holds=True, sentence=f"An authority saw the checkpoint at {when.isoformat()}.")
