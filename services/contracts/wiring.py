"""The system on one page: which service handles which message, and on what terms.

`batch` is how many messages of a kind one wake-up names. Kinds that only compute or write are claimed as a group,
because a hop through Celery costs more than reading most pages; what asks newsrooms is claimed in turns of their hosts.
`lease` is how long a worker may hold a message before another may take it; it exceeds every limit on that work.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from services.contracts.messages import (
    Announce,
    AskPublicArchive,
    AttachFiles,
    BuildProfile,
    CheckProfiles,
    CheckRhythms,
    CheckTroubles,
    CompareArticles,
    Deliver,
    EraseCaptures,
    FetchFile,
    FetchPage,
    ForgetDeliveries,
    HostRecovered,
    LookAtPages,
    MakeCheckpoint,
    Message,
    MoveArticles,
    MovePages,
    NoteFile,
    NoteSources,
    PackCaptures,
    ParsePage,
    PollChannel,
    ProposeProfile,
    ReadPush,
    ReconcileChannels,
    Reingest,
    ReviewRemovals,
    SamePage,
    SaveArticle,
    SetStatus,
    SubscribeToHub,
    TakeBackup,
    ThinCaptures,
    WalkBackfill,
    WalkChannel,
)

Gate = Literal["archive", "captures", "database", "secret"]
"""What work may need of our own house: an archive to write to, one to read, a database, the endpoints' secrets."""


@dataclass(frozen=True)
class Route:
    """Which service handles a kind of message, and on what terms."""

    service: str
    handler: str
    lease: timedelta
    batch: int = 50
    in_bulk: int = 20
    """As `batch`, in the bulk lane: news waits for what a worker has begun of it, and gives the rest back unread."""
    new_trace: bool = False
    """Whether each repetition is a story of its own, under a new trace id."""
    repeats: timedelta | None = None
    """What says itself again never ends: after its attempts it is due again so much later, and never dead-lettered."""
    timer: bool = False
    """Whether there is always exactly one: said when an installation starts, and by its own handler from then on."""
    needs: tuple[Gate, ...] = ()
    """Of our own house, besides the database: while it is broken, none of this kind is claimed."""
    by_host: bool = False
    """Whether the hosts take turns: a wake-up says that there is something to claim, not what."""
    last_after_death: bool = False
    """Whether one that ended its worker is tried again in the bulk lane, after all others."""
    durable: bool = False
    """Whether others see what it writes, so that not even a power cut may take it back. The rest would be redone."""

    @property
    def claim_singly(self) -> bool:
        """Whether each message is claimed by itself, because it is handled by itself."""
        return self.batch == 1


def _timer(
    service: str,
    handler: str,
    lease: timedelta,
    every: timedelta,
    *,
    needs: tuple[Gate, ...] = (),
    durable: bool = False,
) -> Route:
    """One that its own handler says again; after attempts that all failed it is due `every` so often."""
    return Route(
        service, handler, lease, batch=1, new_trace=True, repeats=every, timer=True, needs=needs, durable=durable
    )


ROUTES: dict[type[Message], Route] = {
    PollChannel: Route(
        "fetcher",
        "poll_channel",
        timedelta(seconds=120),
        by_host=True,
        new_trace=True,
        repeats=timedelta(minutes=15),
    ),
    FetchPage: Route(
        "fetcher",
        "fetch_page",
        timedelta(seconds=60),
        by_host=True,
        new_trace=True,
        repeats=timedelta(hours=6),
        needs=("archive",),
    ),
    AttachFiles: Route("fetcher", "attach_files", timedelta(seconds=45), batch=1),
    AskPublicArchive: Route(
        "fetcher",
        "ask_public_archive",
        timedelta(seconds=120),
        by_host=True,
        new_trace=True,
        repeats=timedelta(hours=6),
    ),
    FetchFile: Route(
        "fetcher",
        "fetch_file",
        timedelta(seconds=60),
        by_host=True,
        new_trace=True,
        repeats=timedelta(hours=6),
        needs=("archive",),
    ),
    SubscribeToHub: Route(
        "fetcher",
        "subscribe_to_hub",
        timedelta(seconds=60),
        batch=1,
        new_trace=True,
        repeats=timedelta(hours=6),
    ),
    ReadPush: Route("fetcher", "read_push", timedelta(seconds=60), batch=1, needs=("archive",)),
    WalkChannel: Route(
        "fetcher",
        "walk_channel",
        timedelta(seconds=120),
        by_host=True,
        new_trace=True,
        repeats=timedelta(hours=1),
    ),
    WalkBackfill: Route(
        "fetcher",
        "walk_backfill",
        timedelta(seconds=120),
        by_host=True,
        new_trace=True,
        repeats=timedelta(hours=1),
    ),
    ReviewRemovals: Route("fetcher", "review_removals", timedelta(seconds=45), batch=1, durable=True),
    HostRecovered: Route("fetcher", "host_recovered", timedelta(seconds=45), batch=1),
    CheckRhythms: _timer("fetcher", "check_rhythms", timedelta(seconds=60), timedelta(minutes=1)),
    ReconcileChannels: _timer(
        "fetcher", "reconcile_channels", timedelta(seconds=45), timedelta(minutes=1), durable=True
    ),
    MovePages: Route("fetcher", "move_pages", timedelta(seconds=60), batch=1),
    MoveArticles: Route("store", "move_articles", timedelta(seconds=60), batch=1, durable=True),
    LookAtPages: Route("fetcher", "look_at_pages", timedelta(seconds=45), batch=1),
    SamePage: Route("fetcher", "same_page", timedelta(seconds=45), batch=1),
    ParsePage: Route(
        "parser",
        "parse_pages",
        timedelta(seconds=45),
        in_bulk=8,
        needs=("captures",),
        last_after_death=True,
    ),
    BuildProfile: Route("parser", "build_profile", timedelta(seconds=120), batch=1, needs=("captures",)),
    CheckProfiles: _timer("parser", "check_profiles", timedelta(seconds=60), timedelta(hours=1)),
    ProposeProfile: Route("reingest", "propose_profile", timedelta(seconds=60), batch=1),
    SaveArticle: Route("store", "save_articles", timedelta(seconds=45), durable=True),
    NoteSources: Route("store", "note_sources", timedelta(seconds=45), durable=True),
    CompareArticles: Route("store", "compare_articles", timedelta(seconds=45), batch=1, durable=True),
    NoteFile: Route("store", "note_files", timedelta(seconds=45), durable=True),
    SetStatus: Route("store", "set_statuses", timedelta(seconds=45), durable=True),
    Announce: Route("webhooks", "announce", timedelta(seconds=45)),
    Deliver: Route(
        "webhooks",
        "deliver",
        timedelta(seconds=45),
        batch=1,
        repeats=timedelta(minutes=1),
        needs=("secret",),
    ),
    ForgetDeliveries: _timer("webhooks", "forget", timedelta(seconds=60), timedelta(hours=1)),
    CheckTroubles: _timer("webhooks", "check_troubles", timedelta(seconds=60), timedelta(minutes=1)),
    PackCaptures: _timer("fetcher", "pack_captures", timedelta(seconds=120), timedelta(hours=1), needs=("archive",)),
    EraseCaptures: Route(
        "fetcher",
        "erase_captures",
        timedelta(seconds=120),
        batch=1,
        repeats=timedelta(minutes=15),
        needs=("archive",),
    ),
    MakeCheckpoint: _timer("webhooks", "make_checkpoint", timedelta(seconds=60), timedelta(minutes=15)),
    ThinCaptures: _timer("fetcher", "thin_captures", timedelta(seconds=60), timedelta(days=1), needs=("archive",)),
    TakeBackup: _timer("fetcher", "back_up", timedelta(seconds=60), timedelta(hours=1)),
    Reingest: Route("reingest", "walk", timedelta(seconds=60), batch=1),
}

KINDS: dict[str, type[Message]] = {kind.__name__: kind for kind in ROUTES}
SERVICES: tuple[str, ...] = tuple(dict.fromkeys(route.service for route in ROUTES.values()))
