"""Files that commands write where they are told to."""

from pathlib import Path

from services.contracts.errors import UserError


def write_file(path: Path, text: str) -> None:
    """Writes the text as UTF-8; a `UserError` says why it cannot."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as trouble:
        raise UserError(f"{path} cannot be written: {trouble.strerror}.") from None
