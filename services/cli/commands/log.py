"""`dateline log`: how the transparency log stands, its checkpoints and its keys."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from services.cli import client
from services.cli.groups import group
from services.cli.output.terminal import AsJson, print_json, show_facts, tell
from services.contracts.errors import UserError

app = group("The transparency log: a signed list of all that happened to articles.", no_args_is_help=True)


@app.command("show")
def show_log_state(as_json: AsJson = False) -> None:
    """Shows how many leaves there are, the newest checkpoint, and the public keys."""
    log = client.get("/log")
    if as_json:
        print_json(log)
    else:
        _show(log)


@app.command("sign")
def sign_log(as_json: AsJson = False) -> None:
    """Signs a checkpoint now, if there is something new; else one comes by itself."""
    log = client.order("POST", "/log/checkpoint")
    if as_json:
        print_json(log)
    else:
        _show(log)


@app.command("checkpoint")
def save_checkpoint(
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write it into this file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Gives the newest checkpoint as a signed note: keep it, and nobody can change what was before it."""
    note = client.get("/log")["checkpoint"]
    if note is None:
        raise UserError("There is no checkpoint yet: the first one comes within the hour, or by `dateline log sign`.")
    if out is not None:
        out.write_text(note, encoding="utf-8")
    if as_json:
        print_json({"checkpoint": note})
    elif out is None:
        typer.echo(note, nl=False)
    else:
        tell(f"The checkpoint is in {out}.")


@app.command("check")
def check_log(
    earlier: Annotated[Path, typer.Argument(help="A checkpoint that you have kept.")], as_json: AsJson = False
) -> None:
    """Checks that the log still begins with what an earlier checkpoint was of. If it does not, the exit status is 1."""
    from services.runtime.transparency_log.notes import SignedNote
    from services.runtime.transparency_log.proof import extends_either_way, from_base64

    old, log = SignedNote.read(text_of_file(earlier)).checkpoint(), client.get("/log")
    new = SignedNote.read(log["checkpoint"] or "").checkpoint()
    proof = client.get("/log/consistency", first=old.size, second=new.size)["consistency"]
    holds = old.origin == new.origin and extends_either_way(old, new, from_base64(proof))
    if as_json:
        print_json({"first": old.size, "second": new.size, "holds": holds})
    else:
        state = "begins" if holds else "does not begin"
        tell(f"The log of {new.size} leaves {state} with the {old.size} of your checkpoint.")
    if not holds:
        raise typer.Exit(1)


@app.command("rotate")
def rotate_log_signer(
    overlap: Annotated[int, typer.Option(min=0, max=365, help="Days that the key before signs as well.")] = 30,
    reason: Annotated[str | None, typer.Option(help="Why, for the audit log.")] = None,
    as_json: AsJson = False,
) -> None:
    """Makes a new key that signs from now on. Tell its public line to all who check your proofs."""
    log = client.order("POST", "/log/key", {"overlap_days": overlap, "reason": reason})
    if as_json:
        print_json(log)
    else:
        typer.echo(log["keys"][0])


def text_of_file(file: Path) -> str:
    """What a file says; a `UserError` where it cannot be read."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as trouble:
        raise UserError(f"{file} cannot be read: {trouble}") from None


def _show(log: dict[str, Any]) -> None:
    waiting = log["leaves"] - log["size"]
    facts = {"log": log["origin"], "leaves": log["leaves"], "signed": log["size"], "waiting": waiting}
    show_facts(facts | {"checkpoint": log["made_at"], "stamped": "yes" if log["stamped"] else "no"})
    show_facts({"keys": tuple(log["keys"])})
