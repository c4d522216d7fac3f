"""`dateline prove`: a file with what an article said, and everything that it takes to check that."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from services.cli import client
from services.cli.commands.articles import Id, Revision
from services.cli.commands.log import text_of_file
from services.cli.output.terminal import AsJson, print_json, tell
from services.contracts.errors import UserError


def write_proof(
    article: Id,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="The file to write, by default ID.proof.json. It must be new.")
    ] = None,
    revision: Revision = None,
    earlier: Annotated[
        Path | None, typer.Option(help="A checkpoint that the reader has kept: prove growth from there, too.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Writes a proof of what an article said: its reading, its capture, and its place in the signed log."""
    from services.runtime.transparency_log.notes import SignedNote

    size = SignedNote.read(text_of_file(earlier)).checkpoint().size if earlier else None
    proof = client.get(f"/log/proofs/{article}", revision=revision, earlier=size)
    file = out or Path(f"{article}.proof.json")
    _write_new(file, json.dumps(proof, indent=1, ensure_ascii=False) + "\n")
    if as_json:
        print_json({"file": str(file), "number": proof["number"]})
    else:
        sentence = f"{file} proves it: leaf {proof['number']} of the log."
        tell(f"{sentence} Anybody can check it with `dateline verify {file}`.")


def _write_new(file: Path, text: str) -> None:
    """Writes a file that is not there yet: a proof that somebody has made may be the only one of its wording."""
    try:
        with file.open("x", encoding="utf-8") as opened:
            opened.write(text)
    except FileExistsError:
        raise UserError(f"{file} is there already: name another file with --out, or remove it first.") from None
    except OSError as trouble:
        raise UserError(f"{file} cannot be written: {trouble}") from None
