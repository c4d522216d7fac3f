"""Where we may deliver: the same verdict when an endpoint is made as when it is called."""

import httpx

from services.runtime.egress import EgressError, EgressSettings, Forbidden, Gate
from services.runtime.egress.wire import deadline, resolve

SECONDS = 3.0
"""How long the name service may take while somebody waits for our answer."""
_PORTS = {"http": 80, "https": 443}


def check_address(url: str, settings: EgressSettings) -> bool:
    """Whether it is in a network that the operator allows: what is said there stays in the house.

    Raises `Forbidden`, with the sentence for the subscriber, when we would not deliver there.
    A name that has no address yet is let pass: it may have one tomorrow, and each delivery asks again.
    """
    try:
        address = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise Forbidden(f"This is not a web address: {error}.") from None
    if address.scheme not in _PORTS or not address.host:
        raise Forbidden("An endpoint's address must begin with https:// or http:// and name a host.")
    if address.userinfo:
        raise Forbidden("An endpoint's address may not carry a user name or password; the signature says who we are.")
    if address.port == 0:
        raise Forbidden("There is no port 0; leave the port away for the usual one.")
    host, port = address.raw_host.decode("ascii"), address.port or _PORTS[address.scheme]
    gate, addresses = Gate.of(settings), _addresses(host, port)
    for result in addresses:
        gate.check(host, result, port)
    return bool(addresses) and all(gate.allows(result) for result in addresses)


def _addresses(host: str, port: int) -> list[str]:
    try:
        with deadline(SECONDS):
            return resolve(host, port)
    except EgressError:
        return []
