"""Asking an outside authority (RFC 3161) to stamp a checkpoint."""

from services.contracts.errors import DatelineError
from services.runtime.egress import Limits, egress_settings, open_client, send
from services.runtime.transparency_log.stamp_checks import decoded_stamp, stamp_library

LIMITS = Limits(seconds=20.0, wire=200_000, decoded=200_000)
QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"


class StampRefused(DatelineError):  # noqa: N818 - named for what happened
    """The authority did not stamp what it was sent."""


def request_stamp(authority: str, note: str) -> bytes:
    """Asks the authority for a stamp on this note; its answer in DER.

    Raises `StampRefused`, `BadStamp`, or an `EgressError`.
    """
    query = stamp_library().TimestampRequestBuilder().data(note.encode()).build()
    headers = {"content-type": QUERY, "accept": REPLY}
    with open_client(egress_settings()) as client:
        answer = send(client, "POST", authority, headers=headers, content=query.as_bytes(), limits=LIMITS)
    if answer.status != 200:
        raise StampRefused(f"The time stamp authority answered {answer.status}.")
    stamp = decoded_stamp(answer.body).tst_info
    if (stamp.message_imprint.message, stamp.nonce) != (query.message_imprint.message, query.nonce):
        raise StampRefused("The time stamp authority has stamped something else.")
    return answer.body
