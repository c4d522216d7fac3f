"""`dateline verify`: checks a proof with nothing but the file. It needs no installation, settings or network.

Exit status: 0 when nothing is amiss, 1 when something does not hold, 2 when it was not understood.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.commands.log import text_of_file
from services.cli.output.terminal import AsJson, print_json, show_facts
from services.cli.parsing import parse_time
from services.contracts.errors import UserError

if TYPE_CHECKING:
    from services.runtime.transparency_log.proof import Finding, Proof

_MARKS = {True: "ok  ", False: "FAIL", None: "?   "}


def verify_proof(
    proof: Annotated[Path, typer.Argument(help="The file that `dateline prove` has written.")],
    key: Annotated[
        list[str] | None, typer.Option(help="A public key of the log that you trust, `name+id+key`. Repeatable.")
    ] = None,
    earlier: Annotated[Path | None, typer.Option(help="A checkpoint of the log that you have kept.")] = None,
    held_since: Annotated[
        datetime | None, typer.Option(parser=parse_time, metavar="DATE", help="When you got that checkpoint (UTC).")
    ] = None,
    authority: Annotated[
        list[Path] | None, typer.Option(help="Certificates of a time stamp authority that you trust. Repeatable.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Checks a proof offline: the signature, the place in the log, the text, the capture, and what you have kept."""
    from services.runtime.transparency_log.notes import Verifier
    from services.runtime.transparency_log.proof import TrustedFacts, check_proof

    read = _proof(proof)
    roots = [file.read_bytes() for file in authority or ()]
    note = text_of_file(earlier) if earlier else None
    findings = check_proof(read, TrustedFacts([Verifier.read(line) for line in key or ()], note, held_since, roots))
    if as_json:
        print_json({"leaf": json.loads(read.leaf), "findings": findings})
    else:
        _show(read, findings)
    if any(finding.holds is False for finding in findings):
        raise typer.Exit(1)


def _proof(file: Path) -> Proof:
    from pydantic import ValidationError

    from services.runtime.transparency_log.proof import Proof

    try:
        return Proof.model_validate_json(text_of_file(file))
    except ValidationError:
        raise UserError(f"{file} is no proof of a Dateline: `dateline prove` writes one.") from None


def _show(proof: Proof, findings: list[Finding]) -> None:
    from services.runtime.redaction import visible
    from services.runtime.transparency_log.proof import subject_of_proof

    show_facts(subject_of_proof(proof).model_dump())
    typer.echo()
    for finding in findings:
        colour = "red" if finding.holds is False else None
        typer.secho(f"{_MARKS[finding.holds]}  {finding.name}: {visible(finding.sentence)}", fg=colour)
