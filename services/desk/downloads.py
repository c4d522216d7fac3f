"""Answers that the browser keeps as a file."""

from starlette.responses import Response


def as_file(text: str, name: str, media_type: str) -> Response:
    """The text, to be kept as a file of this name."""
    return Response(text, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
