"""Which files an article names: its attachments, and its pictures. Pure."""

from collections.abc import Iterator

from services.contracts.article import Article
from services.contracts.files import FileRef, FilesRule


def named_files(article: Article, rule: FilesRule) -> tuple[FileRef, ...]:
    """The files that are kept of the article by this rule, each once, in the order in which it names them."""
    files = {ref.url: ref for ref in _named(article, rule) if ref.url != article.url}
    return tuple(files.values())


def _named(article: Article, rule: FilesRule) -> Iterator[FileRef]:
    if rule == "none":
        return
    for link in article.attachments:
        yield FileRef(url=link.url.partition("#")[0], kind="attachment")
    if rule == "all":
        for image in article.images:
            if image.url:
                yield FileRef(url=image.url.partition("#")[0], kind="picture")
