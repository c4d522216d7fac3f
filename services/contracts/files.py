"""Files that belong to articles: attachments and pictures, kept where a source's rule says so."""

from datetime import datetime
from typing import Literal

from services.contracts.article import Contract

FileKind = Literal["attachment", "picture"]
FilesRule = Literal["none", "attachments", "all"]
"""What is kept of a source's articles besides their pages: nothing, linked documents, or their pictures as well."""


class FileRef(Contract):
    """A file that an article names."""

    url: str
    kind: FileKind


class FileChange(FileRef):
    """A file that was replaced under its address. The digests are SHA-256, in hex, of its bytes before and after;
    `capture` is the answer that brought the new ones.
    """

    digest: str
    previous_digest: str
    capture: str
    fetched_at: datetime
