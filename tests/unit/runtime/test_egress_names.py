"""Names are asked about by few threads: a resolver that hangs costs a few seconds, and what is known goes on."""

import socket
import threading
import time

import pytest

from services.runtime.egress import names
from services.runtime.egress.errors import NotResolved, TimedOut
from services.runtime.egress.names import Resolver

ADDRESS = "93.184.215.14"
LONG = 60.0


class Dns:
    """The system's resolver: answers, except for names under `.hangs` while it is `hung`."""

    def __init__(self):
        self.asked = []
        self.hung = threading.Event()
        self.over = threading.Event()

    def __call__(self, host, _port, **_options):
        self.asked.append(host)
        if host.endswith(".hangs") and self.hung.is_set():
            self.over.wait(LONG)
        if host.endswith(".unknown"):
            raise socket.gaierror(-2, "Name or service not known")
        return [(0, 0, 0, "", (ADDRESS, 80)), (0, 0, 0, "", (ADDRESS, 80))]


@pytest.fixture
def dns(monkeypatch):
    made = Dns()
    made.hung.set()
    monkeypatch.setattr(socket, "getaddrinfo", made)
    yield made
    made.over.set()


def in_threads(*calls):
    threads = [threading.Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    return threads


def wait_for(truth):
    ends = time.monotonic() + LONG
    while not truth():
        assert time.monotonic() < ends
        time.sleep(0.005)


def test_an_answer_is_good_for_a_minute(dns, monkeypatch):
    """Each connection asked again, in a thread of its own."""
    resolver = Resolver()
    assert resolver.resolve("news.example", 80, LONG) == [ADDRESS]
    assert resolver.resolve("news.example", 80, LONG) == [ADDRESS]
    assert dns.asked == ["news.example"]
    monkeypatch.setattr(names, "FRESH", 0.0)
    resolver.resolve("news.example", 80, LONG)
    assert dns.asked == ["news.example"] * 2


def test_that_there_is_no_such_name_is_asked_again(dns):
    """An operator who has mended the DNS does not wait."""
    resolver = Resolver()
    for _ in range(2):
        with pytest.raises(NotResolved, match=r"news\.unknown could not be resolved"):
            resolver.resolve("news.unknown", 80, LONG)
    assert len(dns.asked) == 2


def test_all_who_wait_for_one_name_share_one_question(dns):
    """A host that nobody can find takes one thread of the resolver, however many pages it has."""
    resolver, found = Resolver(), []
    threads = in_threads(*[lambda: found.append(resolver.resolve("news.hangs", 80, LONG))] * 5)
    wait_for(lambda: dns.asked)
    dns.over.set()
    for thread in threads:
        thread.join(LONG)
    assert (found, dns.asked) == ([[ADDRESS]] * 5, ["news.hangs"])


def test_a_resolver_that_hangs_holds_no_more_threads_than_it_may(dns, monkeypatch):
    """There was a thread for each request, for as long as the system waits. What is known goes on meanwhile."""
    monkeypatch.setattr(names, "PATIENCE", 0.2)
    resolver = Resolver(at_once=3)
    assert resolver.resolve("known.example", 80, LONG) == [ADDRESS]
    for number in range(6):
        with pytest.raises(TimedOut, match="Nobody could tell the address"):
            resolver.resolve(f"{number}.hangs", 80, LONG)
    assert len([name for name in dns.asked if name.endswith(".hangs")]) == 3
    assert sum(thread.name == "resolve" for thread in threading.enumerate()) == 3
    assert resolver.resolve("known.example", 80, LONG) == [ADDRESS]
    dns.over.set()
    wait_for(lambda: not any(thread.name == "resolve" for thread in threading.enumerate()))
    assert resolver.resolve("6.hangs", 80, LONG) == [ADDRESS]


def test_an_old_answer_is_better_than_none_in_time(dns, monkeypatch):
    """The gate judges it before it is dialled, as it judges a new one."""
    dns.hung.clear()
    resolver = Resolver()
    assert resolver.resolve("news.hangs", 80, LONG) == [ADDRESS]
    dns.hung.set()
    monkeypatch.setattr(names, "FRESH", 0.0)
    assert resolver.resolve("news.hangs", 80, 0.1) == [ADDRESS]
    monkeypatch.setattr(names, "STALE", 0.0)
    with pytest.raises(TimedOut):
        resolver.resolve("news.hangs", 80, 0.1)


def test_no_more_names_are_remembered_than_fit(dns, monkeypatch):
    """Each redirect may name another one."""
    monkeypatch.setattr(names, "MOST", 3)
    resolver = Resolver()
    for number in range(5):
        resolver.resolve(f"{number}.example", 80, LONG)
    resolver.resolve("4.example", 80, LONG)
    resolver.resolve("0.example", 80, LONG)
    assert dns.asked == [f"{number}.example" for number in (0, 1, 2, 3, 4, 0)]
