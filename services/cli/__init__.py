"""The `dateline` command: the composition root of everything that is started by hand."""

from collections.abc import Sequence
from functools import partial
from importlib import metadata
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from services.cli import remote
from services.cli.groups import LazyCommand
from services.cli.output.refusals import answer_for
from services.contracts.errors import UserError

# Each command is imported when it is asked for: a worker must not wait for what only a person needs, nor a person who
# asks for help for all that the commands need.
COMMANDS = {
    "up": ("up:up", "Runs the whole service on this machine, until Ctrl-C."),
    "demo": ("demo:demo", "Shows the whole path on this machine, without internet."),
    "parse": ("parse:parse", "Reads a page, shows the article in it, and stores nothing."),
    "import": ("import_files:import_files", "Takes archived pages: HTML, text dumps, WARC or WACZ."),
    "sources": ("sources:app", "Sources: list, add, pause, resume, poll, remove."),
    "doctor": ("doctor:doctor", "Examines a site and proposes it as a source."),
    "pages": ("pages:app", "Pages: find any page that is known, and what became of it."),
    "gaps": ("gaps:app", "Pages that sources showed and that are not stored."),
    "coverage": ("coverage:coverage", "What a source showed by month: stored, late, missing."),
    "backfill": ("backfill:backfill", "Finds what a source published before it was watched."),
    "poll": ("sources:poll", "Looks at all channels of these sources now."),
    "articles": ("articles:app", "Articles: search, read, compare, explain a reading."),
    "events": ("events:events", "Events of articles in order; --follow shows them live."),
    "webhooks": ("webhooks:app", "Webhooks: endpoints, what they were sent, and once more."),
    "notifications": ("notifications:app", "People who are told of events, at once or by digest."),
    "reingest": ("reingest:app", "Ingests again: reparse the same captures, or refetch."),
    "log": ("log:app", "The transparency log: state, checkpoints and keys."),
    "prove": ("prove:write_proof", "Writes a proof of what an article said."),
    "verify": ("verify:verify_proof", "Checks such a proof, without asking anybody."),
    "export": ("export:export", "Hands over captures as WARC or WACZ."),
    "audit": ("audit:audit", "Checks that every page and message is where it should be."),
    "audit-log": ("audit_log:list_entries", "Who did what, why, and what came of it."),
    "troubles": ("troubles:troubles", "What is wrong now, since when, and what to do next."),
    "archive": ("archive:app", "The archive: what it holds, packing it, checking it."),
    "takedowns": ("takedowns:app", "Pages that vanished together: list, release or discard."),
    "retries": ("retries:app", "Messages that are retried: list them, or try them now."),
    "profiles": ("profiles:app", "Site profiles: what many pages of a site have in common."),
    "quarantine": ("quarantine:app", "Readings of redesigned pages: list, release, discard."),
    "shared-changes": ("shared_changes:app", "One change on many pages, and which pages those are."),
    "dead-letters": ("dead_letters:app", "Given-up messages: list, show, replay or discard them."),
    "keys": ("keys:app", "API keys: make, list, rotate and revoke them."),
    "listen": ("listen:listen", "Receives and shows webhooks, before your receiver exists."),
    "backup": ("backup:backup", "Backs up database and archive while everything runs."),
    "restore": ("backup:restore", "Makes an installation from a backup."),
    "migrate": ("migrate:migrate", "Brings the database up to date and makes the first key."),
    "web": ("run:web", "Runs the web app alone: desk, API, health and metrics."),
    "worker": ("run:worker", "Runs a worker for one or more services."),
    "sweep": ("run:sweep", "Runs the sweeper alone."),
}
HERE = frozenset(
    {
        "up",
        "demo",
        "parse",
        "verify",
        "import",
        "export",
        "audit",
        "backup",
        "restore",
        "migrate",
        "web",
        "worker",
        "sweep",
    }
)
"""Commands that work with files or processes of this machine, whatever other installations there are."""


class _Commands(TyperGroup):
    def __init__(self, **settings: Any) -> None:
        commands = {name: LazyCommand(name, *command) for name, command in COMMANDS.items()}
        super().__init__(**settings | {"commands": commands})


app = typer.Typer(
    cls=_Commands,
    help="Watches government newsrooms: every article clean, every wording kept, every change announced.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _show_version(shown: bool) -> None:
    if shown:
        typer.echo(f"dateline {metadata.version('dateline')}")
        raise typer.Exit


@app.callback()
def _root(
    context: typer.Context,
    server: Annotated[
        str | None, typer.Option(envvar="DATELINE_SERVER", help="Ask the installation at this address instead.")
    ] = None,
    key: Annotated[
        str | None, typer.Option(envvar="DATELINE_KEY", help="The API key for --server.", show_default=False)
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    del version
    source = context.get_parameter_source("key")
    # One of the environment may be there for other programs.
    if not server and source and source.name == "COMMANDLINE":
        raise UserError("A --key is for another installation: name it by --server, or leave --key out.")
    remote.choose(server, key)
    context.call_on_close(partial(remote.choose, None, None))
    if context.invoked_subcommand in HERE:
        remote.refuse(f"`dateline {context.invoked_subcommand}`")


def main(words: Sequence[str] | None = None) -> None:
    """Runs the command, by default the one of the command line."""
    answer_for(partial(app, words, prog_name="dateline", standalone_mode=False))
