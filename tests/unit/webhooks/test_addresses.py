"""Where we do not deliver, in sentences for the subscriber."""

import pytest

from services.runtime.egress import EgressSettings, Forbidden
from services.webhooks.addresses import check_address

CLOSED = EgressSettings(egress_allow=(), egress_ports=())


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/hook",
        "http://127.1/hook",
        "http://2130706433/hook",
        "http://0x7f000001/hook",
        "http://[::1]/hook",
        "http://[::ffff:10.0.0.1]/hook",
        "https://169.254.169.254/latest/meta-data",
        "https://10.1.2.3/",
        "https://192.168.0.1/",
        "https://100.64.0.1/",
        "http://0.0.0.0/",
        "https://93.184.216.34:6379/",
        "ftp://93.184.216.34/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https:///hook",
        "http:/hook",
        "hooks.example.org/news",
        "",
        "https://user:word@93.184.216.34/",
        "https://93.184.216.34:99999/",
        "https://exa\nmple.org/",
        "https://[::1/",
    ],
)
def test_these_are_refused_in_one_sentence(url):
    """Bad schemes, passwords, ports and every spelling of a private address."""
    with pytest.raises(Forbidden) as refusal:
        check_address(url, CLOSED)
    assert str(refusal.value).endswith((".", ".'"))
    assert "word@" not in str(refusal.value)


@pytest.mark.parametrize("url", ["https://93.184.216.34/hook", "http://93.184.216.34/", "https://[2606:4700::1111]/"])
def test_public_addresses_are_welcome(url):
    """On the usual ports."""
    check_address(url, CLOSED)


def test_the_operator_may_allow_a_private_network():
    """The demo, the tests and a company's own network need it; any port of it."""
    check_address("http://127.0.0.1:8080/hook", EgressSettings(egress_allow="127.0.0.0/8"))
    with pytest.raises(Forbidden, match="DATELINE_EGRESS_ALLOW"):
        check_address("http://10.0.0.1:8080/hook", EgressSettings(egress_allow="127.0.0.0/8"))
