"""Why a request got no usable response. The text of each is one sentence that can be shown as it is.

* EgressError
  * Forbidden      we would not go there: scheme, port or address
  * NotResolved    the name has no address
  * NotReached     refused, reset or cut off
  * TlsFailed      no trustworthy TLS
  * TimedOut       the deadline over everything passed
  * TooLarge       more bytes, decoded bytes or headers than the limits
  * Garbled        not HTTP, or a body that is not coded as announced
"""
# ruff: noqa: N818 - named for what happened

from services.contracts.errors import DatelineError


class EgressError(DatelineError):
    """The request got no usable response."""


class Forbidden(EgressError):
    """We would not go there: scheme, port or address is not one the operator allows."""


class NotResolved(EgressError):
    """The name has no address, or nobody could tell."""


class NotReached(EgressError):
    """The connection was refused, reset or cut off."""


class TlsFailed(EgressError):
    """The other side could not prove who it is."""


class TimedOut(EgressError):
    """Name, connection, headers and body together took longer than the deadline."""


class TooLarge(EgressError):
    """The response is larger than the limits."""


class Garbled(EgressError):
    """The response is not HTTP, or its body is not coded as it says."""
