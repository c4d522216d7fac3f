"""A child never outlives who started it, however early that one was killed."""

import os
import signal
import subprocess
import sys

import pytest

CHILD = """
import signal, sys
from services.runtime.child_processes import die_with_parent
die_with_parent(signal.SIGTERM, int(sys.argv[1]))
print("lives")
"""


@pytest.mark.parametrize(("is_there", "lived"), [(True, (0, "lives\n")), (False, (128 + signal.SIGTERM, ""))])
def test_a_child_whose_parent_was_killed_before_it_could_ask_to_be_told_ends_by_itself(is_there, lived):
    """The kernel tells only of a death that is yet to come; of one before, the number of the parent does."""
    parent = os.getpid() if is_there else 0
    done = subprocess.run([sys.executable, "-c", CHILD, str(parent)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == lived
