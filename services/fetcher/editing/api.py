"""Sources written for people, over HTTP: all or some as a file, and patterns from examples."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import PlainTextResponse

from services.contracts.caller import Caller
from services.contracts.errors import UserError
from services.fetcher.editing.address_patterns import propose_patterns
from services.fetcher.editing.toml_text import as_toml
from services.fetcher.source_seeds import Address, SourceSeed
from services.fetcher.sources import SourceHealth, as_seed, find_source, list_sources
from services.runtime.database import reading
from services.runtime.http.problems import Problem, Storable, requires
from services.runtime.redaction import redacted

router = APIRouter(tags=["sources"])

Reader = Annotated[Caller, requires("read")]

Names = Annotated[list[Annotated[Storable, Field(max_length=100)]] | None, Query(alias="name", max_length=200)]


class Toml(PlainTextResponse):
    """A text of TOML."""

    media_type = "application/toml"


class PatternsWanted(BaseModel):
    """Addresses of articles, and addresses beside them that are no articles."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "articles": ["https://www.harbor.example/news/2026/11/bridge-opens-again"],
                    "others": ["https://www.harbor.example/news/archive"],
                }
            ]
        },
    )

    articles: list[Address] = Field(min_length=1, max_length=200)
    others: list[Address] = Field(default=[], max_length=1_000)


class ProposedPatterns(BaseModel):
    """Patterns that all of the articles match; `also` are the others that match as well."""

    patterns: list[str]
    also: list[str]


@router.get("/sources.toml", response_class=Toml)
def export_sources(caller: Reader, name: Names = None) -> Toml:
    """Sources as a file that `dateline sources --load` takes: those named, or all.

    Only admins get what looks like a secret in an address.
    """
    with reading() as session:
        try:
            chosen = [find_source(session, known) for known in dict.fromkeys(name)] if name else list_sources(session)
        except UserError as error:
            raise Problem(404, "No such source", str(error)) from None
        text = as_toml(_seed(source) for source in chosen if source.channels)
    shown = text if caller.may("admin") else redacted(text)
    return Toml(shown, headers={"Content-Disposition": 'attachment; filename="sources.toml"'})


@router.post("/sources/patterns", dependencies=[requires("admin")])
def propose_source_patterns(order: PatternsWanted) -> ProposedPatterns:
    """Patterns for `pages` of a source, from examples: all of the articles match, and as few others as can be."""
    proposal = propose_patterns(order.articles, order.others)
    return ProposedPatterns(patterns=list(proposal.patterns), also=list(proposal.also))


def _seed(health: SourceHealth) -> SourceSeed:
    # In the order in which they were written, not the worst first: two exports of the same sources are the same.
    return as_seed(SourceHealth(health.source, tuple(sorted(health.channels, key=lambda channel: channel.id or 0))))
