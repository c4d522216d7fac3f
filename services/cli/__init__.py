"""The `dateline` command: the composition root of everything that is started by hand."""

import sys

import typer
from sqlalchemy.exc import OperationalError, ProgrammingError

from services.cli import demo, desk, keys, run
from services.contracts.errors import DatelineError

app = typer.Typer(
    help="Watches government newsrooms: every article clean, every wording kept, every change announced.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.command()(run.up)
app.command()(demo.demo)
app.command("import")(desk.import_files)
for command in (desk.sources, desk.poll, desk.reingest, desk.audit, run.migrate, run.web, run.worker, run.sweep):
    app.command()(command)
app.add_typer(keys.app, name="keys")


def main() -> None:
    """Runs the command; whatever the user can mend is one sentence on standard error and exit status 2."""
    try:
        app()
    except DatelineError as error:
        _give_up(str(error))
    except (OperationalError, ProgrammingError) as error:
        _give_up(f"The database did not do what was asked ({_first_line(error)}). Is it there, and migrated?")


def _give_up(sentence: str) -> None:
    typer.secho(f"dateline: {sentence}", fg="red", err=True)
    sys.exit(2)


def _first_line(error: OperationalError | ProgrammingError) -> str:
    return str(error.orig).strip().splitlines()[0]
