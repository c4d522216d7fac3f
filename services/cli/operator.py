"""The caller in whose name a command works: the user of this machine, with every right."""

import os
import pwd

from services.contracts.caller import Caller


def _user() -> str:
    """Whose process this is, as the system knows them: no variable of the environment can claim to be another."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container may run under a number that has no name
        return f"user {os.getuid()}"


OPERATOR = Caller(key=0, name=f"terminal: {_user()}", scopes=frozenset({"admin"}))
