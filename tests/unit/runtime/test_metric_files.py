"""Counting goes on where the disk has no room left."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client.mmap_dict import MmapedDict

from services.runtime.metric_files import FIRST, ReservedDict

KEYS = [f'["m", "n", {{"number": "{number:040}"}}, "help"]' for number in range(2_000)]


@pytest.fixture
def file(tmp_path):
    return str(tmp_path / "counter_1.db")


def test_the_room_of_a_file_is_taken_before_it_is_written_to(file):
    """A file with holes ends its process with SIGBUS when the disk is full."""
    counts = ReservedDict(file)
    for number, key in enumerate(KEYS):
        counts.write_value(key, number, 0.0)
    counts.close()
    about = Path(file).stat()
    assert about.st_blocks * 512 >= about.st_size > FIRST
    assert {key: value for key, value, _, _ in MmapedDict.read_all_values_from_file(file)} == dict(
        zip(KEYS, map(float, range(2_000)), strict=True)
    )


@pytest.mark.parametrize("limit", [4_096, FIRST + 10])
def test_a_process_goes_on_counting_on_a_full_disk(file, limit):
    """At its first count, and when its file has to grow."""
    program = (
        "import sys\n"
        "from services.runtime.metric_files import ReservedDict\n"
        "counts = ReservedDict(sys.argv[1])\n"
        "for number in range(4000): counts.write_value(str(number) * 20, number, 0.0)\n"
        "print(counts.read_value('3999' * 20)[0], counts.read_value('0' * 20)[0])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, file],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    assert (done.returncode, done.stdout) == (0, "3999.0 0.0\n"), done.stderr
