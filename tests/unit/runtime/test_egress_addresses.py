"""Which addresses may be dialled, in all the spellings that reach this machine or its neighbours."""

from ipaddress import ip_address

import pytest
from pydantic import ValidationError

from services.runtime.egress import EgressSettings, Forbidden, Gate
from services.runtime.egress.addresses import is_public


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "127.255.255.254",
        "168.63.129.16",
        "169.254.169.254",
        "172.31.0.1",
        "192.0.0.170",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "203.0.113.7",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001::1",
        "2001:db8::1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fe80::1",
        "fe80::1%eth0",
        "2606:4700::1%eth0",
        "fec0::1",
        "ff02::1",
        "fd00:ec2::254",
    ],
)
def test_what_is_not_the_public_internet_is_forbidden(address):
    """Special-purpose ranges, metadata services, tunnels that wrap an IPv4 address, zones of this machine."""
    with pytest.raises(Forbidden, match=r"host\.example"):
        Gate().check("host.example", address, 443)


@pytest.mark.parametrize("address", ["8.8.8.8", "23.1.2.3", "2606:4700::1111", "2a00:1450::1", "::ffff:8.8.8.8"])
def test_public_addresses_pass(address):
    """On the usual ports."""
    Gate().check("host.example", address, 80)
    Gate().check("host.example", address, 443)


def test_an_unusual_port_is_forbidden_until_the_operator_allows_it():
    """A public address is no licence to talk to its Redis."""
    with pytest.raises(Forbidden, match="6379"):
        Gate().check("host.example", "8.8.8.8", 6379)
    Gate.of(EgressSettings(egress_ports="8443, 9443")).check("host.example", "8.8.8.8", 9443)


def test_an_allowed_network_is_open_on_every_port_and_nothing_else_is():
    """The operator's own network; its neighbours stay closed."""
    gate = Gate.of(EgressSettings(egress_allow="127.0.0.0/8, fd00::/8"))
    gate.check("localhost", "127.0.0.1", 8000)
    gate.check("localhost", "::ffff:127.0.0.1", 8000)
    gate.check("localhost", "fd00::1", 8000)
    with pytest.raises(Forbidden):
        gate.check("neighbour", "10.0.0.1", 80)


def test_multicast_is_not_public():
    """`ipaddress` calls it global; dialling it makes no sense."""
    assert ip_address("224.0.0.9").is_global
    assert not is_public(ip_address("224.0.0.9"))


def test_the_user_agent_names_us_and_the_operator():
    """Honest, on one line, whatever the contact holds."""
    assert EgressSettings(contact="").user_agent.startswith("Dateline/")
    assert EgressSettings(contact="ops@example.org\r\nX-Evil: 1").user_agent.endswith("(+ops@example.org X-Evil: 1)")


def test_a_contact_that_no_header_can_carry_is_refused_at_the_start():
    """Else every single request would fail."""
    with pytest.raises(ValidationError, match="ASCII"):
        EgressSettings(contact="Jürgen <ops@example.org>")
