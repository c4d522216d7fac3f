"""Real processes: what exits is started again, and nothing is left running, whatever happens."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import psutil
import pytest
import structlog

from services.cli.processes import supervisor
from services.cli.processes.supervisor import Process, Supervisor
from tests.support.service import command_line

pytestmark = pytest.mark.slow

LIVES = "import signal; signal.pause()"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); signal.pause()"
PARENT = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {LIVES!r}]); {LIVES}"
SUPERVISOR = """
import signal
from services.cli.processes.supervisor import Process, Supervisor
made = Supervisor()
made.stop_on_signals()
made.start(Process("child", {work}))
print("ready", flush=True)
made.watch()
made.end()
"""
KINDS = {"a command": f"[{sys.executable!r}, '-c', {LIVES!r}]", "a fork": "signal.pause"}
ONCE = """
import signal, sys
from services.cli.processes.supervisor import Process, Supervisor
made = Supervisor()
made.stop_on_signals()
once, endless = Process("once", lambda: sys.exit(7)), Process("waits for news", signal.pause)
made.start(once)
print(made.waits_for(once), flush=True)
made.start(endless)
print(endless.child.pid, flush=True)
print(made.waits_for(endless), flush=True)
made.end()
print(endless.child.returncode, flush=True)
"""
LOCKS = """
import pathlib, signal, sys
from services.cli.processes.fork import Fork
from services.cli.processes.lock import only_one
lock = pathlib.Path(sys.argv[1], 'up.lock')
with only_one(lock, 'taken'):
    lives = Fork("lives", signal.pause)
with only_one(lock, 'taken'):
    print("free", flush=True)
lives.terminate()
lives.wait()
"""


@pytest.fixture
def watched(monkeypatch):
    """A supervisor that is watching, in a thread of its own; it has ended everything afterwards."""
    monkeypatch.setattr(supervisor, "GRACE", 1.0)
    made = Supervisor()
    thread = threading.Thread(target=made.watch)
    thread.start()
    yield made
    made.stop.set()
    thread.join(60)
    made.end()


def python(name, code, **more):
    return Process(name, [sys.executable, "-c", code], **more)


def _touch(path):
    return f"pathlib.Path({str(path)!r}).touch()"


def wait_for(truth, seconds=60.0):
    deadline = time.monotonic() + seconds
    while not (result := truth()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)
    return result


def test_what_exits_is_started_again_after_growing_pauses(watched, monkeypatch):
    """So that a process that cannot live does not keep the machine busy; each exit is one line in the log."""
    monkeypatch.setattr(supervisor, "RESTART_PAUSE", (0.01, 0.05, 0.2))
    with structlog.testing.capture_logs() as lines:
        watched.start(python("mayfly", "raise SystemExit(3)"))
        wait_for(lambda: len(lines) >= 4)
    results = [(line["event"], line["process"], line["status"], line["restart_in"]) for line in lines[:4]]
    assert results == [("exited", "mayfly", 3, pause) for pause in (0.01, 0.05, 0.2, 0.2)]


def test_the_pauses_before_a_restart_grow():
    assert list(supervisor.RESTART_PAUSE) == sorted(set(supervisor.RESTART_PAUSE))
    assert supervisor.RESTART_PAUSE[0] < 1


def test_a_process_that_lived_long_is_started_again_at_once(watched, monkeypatch):
    """A worker that exits after days did not fail in a row."""
    monkeypatch.setattr(supervisor, "_SETTLED", 0.0)
    monkeypatch.setattr(supervisor, "RESTART_PAUSE", (0.01, 60.0))
    with structlog.testing.capture_logs() as lines:
        watched.start(python("mayfly", ""))
        wait_for(lambda: len(lines) >= 3)
    assert {line["restart_in"] for line in lines} == {0.01}


def test_children_of_a_dead_worker_do_not_go_on_without_it(watched):
    """Two generations of one worker would hold messages at once."""
    parent = python("worker", PARENT)
    watched.start(parent)
    first = parent.child.pid
    (grandchild,) = wait_for(lambda: psutil.Process(first).children())
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: parent.child is not None and parent.child.pid != first)
    wait_for(lambda: is_gone(grandchild))


def test_the_end_takes_grandchildren_along(watched):
    parent = python("worker", PARENT)
    watched.start(parent)
    (grandchild,) = wait_for(lambda: psutil.Process(parent.child.pid).children())
    watched.end()
    assert parent.child.returncode == -signal.SIGTERM
    wait_for(lambda: is_gone(grandchild))


def test_children_may_finish_what_they_hold(watched, monkeypatch, tmp_path):
    """The polite word is for their parent, which waits for them: a page that is being read is read to its end."""
    monkeypatch.setattr(supervisor, "GRACE", 60.0)
    begun, done = tmp_path / "begun", tmp_path / "done"
    child = f"import pathlib, time; {_touch(begun)}; time.sleep(0.5); {_touch(done)}"
    parent = f"""
import signal, subprocess, sys
signal.signal(signal.SIGTERM, lambda *_: (child.wait(), sys.exit()))
child = subprocess.Popen([sys.executable, "-c", {child!r}])
signal.pause()
"""
    watched.start(python("parent", parent))
    wait_for(begun.exists)
    watched.stop.set()
    watched.end()
    assert done.exists()


def test_who_ignores_the_polite_word_is_killed_after_the_grace(watched, tmp_path):
    """Not before it: somebody may be finishing what they hold."""
    output = tmp_path / "output"
    stubborn = python("stubborn", STUBBORN, output=output)
    watched.start(stubborn)
    wait_for(lambda: output.exists() and "ready" in output.read_text())
    began = time.monotonic()
    watched.end()
    assert stubborn.child.returncode == -signal.SIGKILL
    assert time.monotonic() - began >= supervisor.GRACE


def test_what_others_stand_on_is_ended_after_them(watched, tmp_path):
    """Redis must be there while workers say what they did last."""
    ended = tmp_path / "ended"
    code = (
        "import signal, sys, pathlib\n"
        f"def end(*_):\n with pathlib.Path({str(ended)!r}).open('a') as f: f.write(sys.argv[1] + ' ')\n sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, end)\nprint('ready', flush=True)\nwhile True: signal.pause()"
    )
    for name, foundation in (("redis", True), ("worker", False)):
        command, output = [sys.executable, "-c", code, name], tmp_path / name
        watched.start(Process(name, command, foundation=foundation, output=output))
        wait_for(lambda output=output: "ready" in output.read_text())
    watched.end()
    assert ended.read_text() == "worker redis "


@contextmanager
def supervisor_process(kind):
    with running(SUPERVISOR.format(work=KINDS[kind])) as process:
        assert process.stdout.readline() == "ready\n"
        (child,) = wait_for(lambda: psutil.Process(process.pid).children())
        yield process, child


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's death")
@pytest.mark.parametrize("kind", KINDS)
def test_children_die_with_a_supervisor_that_is_killed(kind):
    """A `kill -9` gives it no chance to end anybody."""
    with supervisor_process(kind) as (process, child):
        process.kill()
        wait_for(lambda: is_gone(child))


@pytest.mark.parametrize(
    ("number", "kind"), [(signal.SIGINT, "a fork"), (signal.SIGTERM, "a fork"), (signal.SIGHUP, "a command")]
)
def test_a_signal_ends_everything_and_is_no_failure(number, kind):
    with supervisor_process(kind) as (process, child):
        process.send_signal(number)
        assert process.wait(60) == 0
        assert is_gone(child)


def test_what_runs_once_is_waited_for_until_we_are_told_to_stop():
    """Its status tells how it went; the word to stop ends it like all others."""
    with running(ONCE) as process:
        assert process.stdout.readline() == "7\n"
        fork = psutil.Process(int(process.stdout.readline()))
        process.terminate()
        assert process.stdout.read().split() == ["None", str(-signal.SIGTERM)]
        assert is_gone(fork)


def test_a_fork_is_restarted_as_a_command_is():
    with supervisor_process("a fork") as (process, first):
        first.kill()
        (second,) = wait_for(lambda: [child for child in psutil.Process(process.pid).children() if child != first])
        assert second.is_running()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows it")
def test_a_fork_is_known_by_what_it_does():
    """An operator who looks for the parser in a list of processes must not see `up` nine times."""
    with supervisor_process("a fork") as (_process, fork):
        wait_for(lambda: command_line(fork) == ["dateline", "child"])


def test_a_fork_holds_no_lock_of_the_state_folder(tmp_path):
    """Where `up` was killed, it can be started again while its workers still finish what they hold."""
    with running(LOCKS, str(tmp_path)) as process:
        assert process.stdout.read() == "free\n"
        assert process.wait(60) == 0


@contextmanager
def running(code, *arguments):
    with subprocess.Popen([sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def is_gone(process):
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
