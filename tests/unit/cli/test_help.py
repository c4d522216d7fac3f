"""What somebody finds who has never seen a command of it: help at once, and options where they look."""

import os
import subprocess
import sys

import pytest

from services.cli import COMMANDS

pytestmark = pytest.mark.slow


def dateline(*words, **environment):
    """The command as a process of its own; its status, and what it showed and said."""
    done = subprocess.run(
        [sys.executable, "-m", "services.cli", *words],
        env=os.environ | {"COLUMNS": "80"} | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def completes(line):
    """What the shell offers for the last word of the line."""
    words = line.split(" ")
    environment = {"_DATELINE_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    return dateline(**environment)[1].split()


def test_the_first_help_names_every_command():
    text = dateline("--help")[1]
    for name, (_, about) in COMMANDS.items():
        assert f"  {name} " in text
        assert about in text, "one whole sentence, not the first half of it"


def test_the_help_of_no_command_imports_what_the_command_works_with():
    """With all that `dateline webhooks add` needs to make an endpoint, its help took two seconds."""
    program = """
import contextlib, io, sys, typer
from services.cli import app

def explain(command, *words):
    with contextlib.redirect_stdout(io.StringIO()) as shown:
        app([*words, "--help"], standalone_mode=False)
    print(*words, file=sys.stderr) if shown.getvalue().startswith("Usage: ") else sys.exit(words)
    for name in getattr(command, "commands", {}):
        explain(command.commands[name], *words, name)

for name, command in typer.main.get_command(app).commands.items():
    explain(command.load(), name)
print(*sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    explained = done.stderr.splitlines()
    assert set(COMMANDS) | {"articles list", "webhooks add", "reingest reparse"} <= set(explained)
    heavy = {"sqlalchemy", "celery", "redis", "httpx", "fastapi", "uvicorn", "lxml", "structlog", "cryptography"}
    assert heavy & set(done.stdout.split()) == set()


@pytest.mark.parametrize(
    ("group", "option"),
    [("articles", "--since"), ("articles", "--source"), ("sources", "--load"), ("webhooks", "--json")],
)
def test_options_that_need_no_command_are_in_the_help_of_the_group(group, option):
    """`dateline articles --since …` works, so `dateline articles --help` says so."""
    assert option in dateline(group, "--help")[1]


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("artcles",), "Did you mean 'articles'?"),
        (("keys", "crate"), "Did you mean 'create'"),
        (("sources", "pasue", "navy"), "Did you mean 'pause'?"),
        (("audit", "--depe"), "--deep"),
    ],
)
def test_a_misspelt_word_is_answered_with_the_nearest_known_one(words, meant):
    status, shown, said = dateline(*words)
    assert (status, shown, said.count("\n")) == (2, "", 1)
    assert meant in said


@pytest.mark.parametrize("words", [(), ("keys",)])
def test_a_command_that_needs_another_shows_its_help(words):
    """All of it came as one line of an error, in red."""
    status, shown, said = dateline(*words)
    assert (status, shown) == (2, "")
    assert said == dateline(*words, "--help")[1]


def test_the_version_is_shown():
    status, shown, _ = dateline("--version")
    assert (status, shown) == (0, "dateline 0.1.0\n")


def test_a_shell_completes_commands_their_commands_and_their_options():
    assert completes("dateline s") == [name for name in COMMANDS if name.startswith("s")]
    assert {"list", "add", "pause"} <= set(completes("dateline sources "))
    assert completes("dateline sources --l") == ["--load"]
    assert completes("dateline articles show --j") == ["--json"]
