"""What the user can mend is one sentence on standard error and exit status 2, never a traceback."""

import errno
import sys
from collections.abc import Callable
from typing import Any

import typer
from typer.exceptions import TyperException

from services.contracts.errors import DatelineError
from services.runtime.redaction import visible

ADVICE = {
    errno.EACCES: "Let this user write there, or choose another folder with DATELINE_STATE.",
    errno.EPERM: "Let this user write there, or choose another folder with DATELINE_STATE.",
    errno.EROFS: "Make it writable, or choose another folder with DATELINE_STATE.",
    errno.ENOSPC: "Make room there, or choose another folder with DATELINE_STATE.",
    errno.EDQUOT: "Make room there, or choose another folder with DATELINE_STATE.",
}
"""What to do next, by what the system said."""


def answer_for(work: Callable[[], Any]) -> None:
    """Does it; what the user can mend becomes a sentence, and all else goes its way."""
    try:
        # None, or the status that a command has asked for.
        status = work()
    except Exception as error:
        if (sentence := _sentence(error)) is None:
            raise
        if sentence:
            typer.secho(f"dateline: {visible(sentence)}", fg="red", err=True)
        sys.exit(2)
    if status:
        sys.exit(status)


def _sentence(error: Exception) -> str | None:
    """What the user reads of it; nothing where help was shown instead; None for a fault of ours."""
    if isinstance(error, DatelineError):
        return str(error)
    if isinstance(error, TyperException):
        return _about_usage(error)
    if isinstance(error, OSError) and (error.filename is not None or error.errno in ADVICE):
        return _about_a_file(error)
    if isinstance(error, typer.Abort):
        return "It was broken off."
    return _about_the_database(error) or _about_a_setting(error)


def _about_usage(error: Any) -> str:
    """What was not understood, and where the command is explained; nothing where its help was shown instead."""
    if type(error).__name__ == "NoArgsIsHelpError":  # its class is not for others; Typer itself goes by the name
        typer.echo(error.format_message(), err=True)
        return ""
    sentence = " ".join(error.format_message().split()).replace("Value error, ", "").rstrip(".?")
    command = error.ctx.command_path if getattr(error, "ctx", None) else "dateline"
    end = "?" if "Did you mean" in sentence else ";"
    return f"{sentence}{end} `{command} --help` tells more."


def _about_a_file(error: OSError) -> str:
    place = error.filename if error.filename is not None else "A file"
    return f"{place} cannot be used: {error.strerror}. {ADVICE.get(error.errno or 0, '')}".rstrip()


def _about_a_setting(error: Exception) -> str | None:
    """Which variable of the environment is wrong, and how; None when it is not about settings. Never its value."""
    from pydantic import ValidationError  # noqa: PLC0415 - who only asks for help need not wait for it
    from pydantic_settings import BaseSettings  # noqa: PLC0415 - as above

    if not isinstance(error, ValidationError):
        return None
    prefixes = {known.__name__: known.model_config.get("env_prefix", "") for known in BaseSettings.__subclasses__()}
    if error.title not in prefixes:
        return None
    first = error.errors()[0]
    name = prefixes[error.title] + str(first["loc"][0]).removeprefix(prefixes[error.title])
    return f"{name.upper()} cannot be used: {first['msg'].removeprefix('Value error, ')}."


def _about_the_database(error: Exception) -> str | None:
    # By its name: who does not use the database need not import what it takes.
    if not type(error).__module__.startswith("sqlalchemy."):
        return None
    first_line = str(getattr(error, "orig", error)).strip().splitlines()[0]
    return f"The database did not do what was asked ({first_line}). Is it there, and migrated?"
