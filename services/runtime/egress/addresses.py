"""Which addresses may be reached.

A page, a redirect or a subscriber can name any host, and a name can resolve to anything; so what is judged is the
address that is about to be dialled. `ipaddress.is_global` is not enough: it lets multicast, 6to4, NAT64, v4-compatible
and cloud-metadata addresses pass. Lists after the IANA special-purpose registries.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from services.runtime.egress.errors import Forbidden
from services.runtime.egress.settings import EgressSettings, Network

_PORTS = frozenset({80, 443})
_CLOSED_V4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",
        "168.63.129.16/32",  # a cloud's metadata, on a public-looking address
        "169.254.0.0/16",  # link-local, and the other clouds' metadata
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
_OPEN_V6 = IPv6Network("2000::/3")
_CLOSED_V6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",  # 6to4: an IPv4 address in disguise
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)


@dataclass(frozen=True)
class Gate:
    """Judges each address and port before it is dialled."""

    allow: tuple[Network, ...] = ()
    ports: frozenset[int] = _PORTS

    @classmethod
    def of(cls, settings: EgressSettings) -> "Gate":
        """The gate that the operator's settings describe."""
        return cls(settings.egress_allow, _PORTS | set(settings.egress_ports))

    def allows(self, address: str) -> bool:
        """Whether the address is in a network that the operator allows, on any port."""
        unwrapped = _unwrapped(address)
        return unwrapped is not None and any(unwrapped in network for network in self.allow)

    def check(self, host: str, address: str, port: int) -> None:
        """Raises `Forbidden` unless the address is public and the port usual, or the operator allows the network."""
        unwrapped = _unwrapped(address)
        if self.allows(address):
            return
        if unwrapped is None or not is_public(unwrapped):
            raise Forbidden(
                f"{host} is at a private or reserved address, which Dateline does not visit; "
                "DATELINE_EGRESS_ALLOW can allow its network."
            )
        if port not in self.ports:
            raise Forbidden(
                f"{host} is to be reached on port {port}, which is not allowed; DATELINE_EGRESS_PORTS can allow it."
            )


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether the address belongs to the public Internet and to no special purpose."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _CLOSED_V4)
    return address in _OPEN_V6 and not any(address in network for network in _CLOSED_V6)


def _unwrapped(address: str) -> IPv4Address | IPv6Address | None:
    """The address, an IPv4 one out of its IPv6 wrapping; None for one with a zone, which means this machine's link."""
    if "%" in address:
        return None
    result = ip_address(address)
    return result.ipv4_mapped or result if isinstance(result, IPv6Address) else result
