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


def write_proof(
    article: Id,
    out: Annotated[Path, typer.Option("--out", "-o", help="The file to write.")] = Path("proof.json"),
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
    out.write_text(json.dumps(proof, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if as_json:
        print_json({"file": str(out), "number": proof["number"]})
    else:
        tell(f"{out} proves it: leaf {proof['number']} of the log. Anybody can check it with `dateline verify {out}`.")
