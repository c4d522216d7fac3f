"""Child processes that end with the process that started them, where the system supports it."""

import ctypes
import os
import sys

_PR_SET_PDEATHSIG = 1


def die_with_parent(number: int, parent: int) -> None:
    """The kernel sends this signal to the present process when its parent is gone; only Linux can, others ignore it.

    `parent` is the parent's process number: where that one is gone by now, the present process ends here.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:
        os._exit(128 + number)
