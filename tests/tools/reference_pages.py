"""Writes the commands, the tables and the list of decisions into docs: run it after one of them changed.

With `--check` it writes nothing, and ends with status 1 when a page is out of date.
"""

import ast
import importlib
import inspect
import re
import sys
from itertools import pairwise
from pathlib import Path

import typer
from sqlmodel import SQLModel

from services.cli import COMMANDS
from services.cli.groups import LazyCommand
from services.cli.processes.schema import MODELS
from services.demo.moods.catalogue import ALL_MOODS
from services.demo.moods.scene import BEGINS

KINDS = {
    "utcdatetime": "time",
    **dict.fromkeys(("autostring", "string"), "text"),
    **dict.fromkeys(("integer", "biginteger", "float"), "number"),
    "boolean": "true or false",
    "largebinary": "bytes",
}
DOCS = Path(__file__).parents[2] / "docs"
COMMANDS_HEAD = """# The commands

Every command with its arguments and options. `python -m tests.tools.reference_pages` makes this page from the commands,
and a test keeps it true. [Operations](operations.md#commands) says where commands run and what their exit status means.
"""
MOODS_HEAD = f"""# The demonstration and its moods

`make demo` shows the path of a few articles, from a newsroom to a verified webhook, in less than a minute.
`dateline demo --moods` shows what Dateline makes of newsrooms that lie, lag, rebuild their pages and take stories down.

```sh
dateline demo --moods                       # all of them
dateline demo --moods redesign corrections  # some of them
dateline demo --once --moods                # ends by itself
```

Each mood has a newsroom of its own, and a subscriber that verifies every signature. The newsroom, Redis, the Celery
workers and the web app are real and stay on loopback. After each mood a table compares what was expected with what was
seen: the notices that the subscriber got, in the order of their sequence, and what the API says in the end. The command
exits with 1 when the two differ. Without `--once` the service goes on afterwards, so that you can look at the desk. The
sources of the moods are paused then.

Nobody waits for days. The service runs as a **drill**: all its processes follow a clock that stands in a file, and the
demonstration sets it from one due message to the next. It begins on {BEGINS:%A, %Y-%m-%d}, so that weekends and
holidays change nothing. `dateline up --clock FILE` is such a service. Never watch a real newsroom in a drill: it would
be asked as if days had passed.

The tests play the same moods without workers ([test_moods.py](../tests/integration/whole_path/test_moods.py)).
`python -m tests.tools.reference_pages` makes this page from the moods, and a test keeps it true.

| mood | what the newsroom does | what Dateline says | what is seen |
|---|---|---|---|
"""
TABLES_HEAD = """# The data model

Every table of the database, by the service that owns it. `python -m tests.tools.reference_pages` makes this page from
the models, and a test keeps it true. [Architecture](architecture.md#what-is-remembered) shows how they hang together.

Times are UTC with a zone. On PostgreSQL every number has 64 bits. Migrations in `services/migrations` bring an older
database up to date, on SQLite and on PostgreSQL.
"""
DECISIONS_HEAD = """# Decisions

Why things are as they are, and what else was considered. A decision that no longer holds stays here and names the one
that replaced it. `python -m tests.tools.reference_pages` makes this list, and a test keeps it true.

A new decision takes the next number and begins as a copy of [the template](template.md).

| | decision | status | date |
|---|---|---|---|
"""


def pages():
    """What each file under docs has to hold, by its name."""
    return {
        "cli.md": commands(),
        "data-model.md": tables(),
        "decisions/README.md": decisions(),
        "demo.md": moods(),
    }


def moods():
    return MOODS_HEAD + "".join(
        f"| `{mood.name}` | {mood.does} | {mood.says} | {'; '.join(mood.expected)} |\n" for mood in ALL_MOODS.values()
    )


def commands():
    chapters = (line for name, place in COMMANDS.items() for line in chapter(name, *place))
    return "\n".join([COMMANDS_HEAD, *chapters])


def chapter(name, place, about):
    command = LazyCommand(name, place, about).load()
    context = typer.Context(command, info_name=f"dateline {name}")
    yield f"## `dateline {name}`\n"
    if not hasattr(command, "commands"):
        yield from entry(command, context)
        return
    yield f"{command.help}\n"
    for sub_name, sub in command.commands.items():
        yield f"### `dateline {name} {sub_name}`\n"
        yield from entry(sub, typer.Context(sub, info_name=sub_name, parent=context))


def entry(command, context):
    yield f"{on_one_line(command.help)}\n"
    yield f"```\n{' '.join([context.command_path, *command.collect_usage_pieces(context)])}\n```\n"
    if rows := [option(get_param, context) for get_param in command.get_params(context) if get_param.name != "help"]:
        yield "\n".join(["| | |", "|---|---|", *rows, ""])


def option(parameter, context):
    record = parameter.get_help_record(context) or (parameter.make_metavar(ctx=context), "")
    name, about = (cell(text) for text in record)
    return f"| `{name}` | {about} |"


def tables():
    list(map(importlib.import_module, (*MODELS, "services.app")))  # whoever has a table is imported by now
    owners = {}
    for model in sorted(models(SQLModel), key=lambda model: model.__tablename__):
        owners.setdefault(model.__module__.split(".")[1], []).append(model)
    chapters = (part for owner, owned in sorted(owners.items()) for part in (f"## {owner}\n", *map(table, owned)))
    return "\n".join([TABLES_HEAD, *chapters])


def models(parent):
    """All tables of the services that descend from this class."""
    for subclass in parent.__subclasses__():
        if hasattr(subclass, "__table__") and subclass.__module__.startswith("services."):
            yield subclass
        yield from models(subclass)


def table(model):
    answer = meanings(model)
    rows = [
        f"| `{column.name}` | {kind(column)} | {answer.get(column.name, '')} |" for column in model.__table__.columns
    ]
    about = inspect.getdoc(model) or ""
    return "\n".join(
        [f"### `{model.__tablename__}`\n", f"{about}\n", "| column | type | meaning |", "|---|---|---|", *rows, ""]
    )


def kind(column):
    """In one word that is true on both databases, with what the column refers to."""
    plain = type(column.type).__name__.lower()
    refers = [f"→ `{key.target_fullname}`" for key in column.foreign_keys]
    marks = ["key"] * column.primary_key + ["unique"] * bool(column.unique) + ["or null"] * bool(column.nullable)
    return ", ".join([KINDS.get(plain, plain), *marks, *refers])


def meanings(model):
    """The sentence under each field of the model."""
    tree = ast.parse(inspect.getsource(model))
    body = tree.body[0].body
    pairs = ((field, answer) for field, answer in pairwise(body) if isinstance(field, ast.AnnAssign))
    return {field.target.id: cell(answer.value.value) for field, answer in pairs if is_text(answer)}


def is_text(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def cell(text):
    return on_one_line(text).replace("|", "\\|")


def decisions():
    return DECISIONS_HEAD + "".join(map(decision, sorted(DOCS.glob("decisions/[0-9]*.md"))))


def decision(path):
    text = path.read_text()
    number, title = int(path.name[:4]), text.splitlines()[0].split(" ", 2)[-1]
    facts = dict(re.findall(r"^- (Status|Date): (.*)$", text, re.MULTILINE))
    return f"| {number} | [{title}]({path.name}) | {facts.get('Status', '')} | {facts.get('Date', '')} |\n"


def on_one_line(text):
    return " ".join((text or "").split())


def stale():
    """The pages that say something else than the code, by name."""
    return {name: text for name, text in pages().items() if DOCS.joinpath(name).read_text() != text}


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        sys.exit(
            "".join(
                f"docs/{name} is out of date: `python -m tests.tools.reference_pages` writes it.\n" for name in stale()
            )
            or 0
        )
    for name, text in stale().items():
        DOCS.joinpath(name).write_text(text)
