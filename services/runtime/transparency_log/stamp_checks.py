"""Checking the time stamps of an outside authority (RFC 3161): its word that a checkpoint was there at that time.

It needs the optional extra `stamps`; `openssl ts -verify` checks the same answers.
"""

from collections.abc import Sequence
from datetime import datetime
from types import ModuleType
from typing import Any

from services.contracts.errors import UserError

MISSING = "Time stamps need the extra `stamps`: pip install 'dateline[stamps]'."


class BadStamp(UserError):  # noqa: N818 - named for what happened
    """A time stamp is damaged, of something else, or of an authority that is not trusted."""


def verified(note: str, stamp: bytes, roots: Sequence[bytes]) -> datetime:
    """When the authority saw this note; raises `BadStamp`. `roots` are certificates that are trusted, in PEM or DER."""
    library = stamp_library()
    from cryptography import x509  # noqa: PLC0415 - only who has stamps

    answer, builder = decoded_stamp(stamp), library.VerifierBuilder()
    try:
        for root in roots:
            pem = root.lstrip().startswith(b"-----")
            found = x509.load_pem_x509_certificates(root) if pem else [x509.load_der_x509_certificate(root)]
            for certificate in found:
                builder = builder.add_root_certificate(certificate)
        builder.build().verify_message(answer, note.encode())
    except (library.VerificationError, ValueError) as trouble:
        raise BadStamp(f"The time stamp does not hold: {trouble}.") from None
    when: datetime = answer.tst_info.gen_time
    return when


def decoded_stamp(stamp: bytes) -> Any:
    """What an authority has answered, by the library; raises `BadStamp` where it gave no stamp."""
    library = stamp_library()
    try:
        answer = library.decode_timestamp_response(stamp)
        if answer.status not in {0, 1}:
            raise BadStamp(f"The time stamp authority refused, with status {answer.status}.")
        answer.tst_info  # noqa: B018 - raises where there is none
    except ValueError as trouble:
        raise BadStamp(f"What came is no time stamp: {trouble}.") from None
    return answer


def stamp_library() -> ModuleType:
    """The library that reads and makes the formats; a `UserError` where it is not installed."""
    try:
        import rfc3161_client  # noqa: PLC0415 - it is optional
    except ImportError:
        raise UserError(MISSING) from None
    return rfc3161_client
