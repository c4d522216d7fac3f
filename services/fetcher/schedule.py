"""When to look again: at a page, at a channel, after trouble."""

from datetime import timedelta

REVISITS = (
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(days=1),
    timedelta(days=3),
    timedelta(days=7),
    timedelta(days=30),
)
"""Between two visits of a page that does not change: corrections come early or never. A change starts it again; the
last wait repeats."""

BACKLOG_STEP = 5
"""Where a page begins that was already there when we came: its early corrections are over."""

UNWELL = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(days=1),
    timedelta(days=3),
    timedelta(days=7),
)
"""After the first, second … failed visit in a row; the last wait repeats."""

UNWANTED = (timedelta(days=1), timedelta(days=7), timedelta(days=30))
"""After a page was gone or refused for the first, second … time in a row."""

LAG = (timedelta(seconds=10), timedelta(minutes=3), timedelta(hours=1))
"""After the first, second and third answer in a row that there is no such page. A site may list a page before all its
servers have it, or lose it for a moment; only after these looks is it believed to be gone, and `UNWANTED` begins."""
QUICK_LOOKS = 20
"""Looks sooner than an hour that the missing pages of one host share in an hour; a list of dead links has no more."""
QUICK_SPAN = timedelta(hours=1)

RESTLESS = 3
"""Changes in a row after which a page counts as one that never comes twice the same (a counter, a token in its form):
its plan goes on, or it would be visited every five minutes for ever."""

HOST_PATIENCE = 5
"""Requests in a row that a host may leave unserved before all its pages wait: a minute, then two, then four."""
SILENCE = 3
"""Unserved requests that one counts for to which no answer came in time: it held a thread, so the second opens the
breaker."""
LONGEST_REST = timedelta(hours=1)

LONGEST_POLL_WAIT = timedelta(hours=6)


def wait(schedule: tuple[timedelta, ...], step: int, scale: float = 1.0) -> timedelta:
    """The wait at this step of a schedule; past its end, the last one."""
    return schedule[min(step, len(schedule) - 1)] * scale


def gone_wait(times: int, *, soon: bool, scale: float = 1.0) -> timedelta:
    """How long until the next look at a page that was missing so many times in a row; an hour or more if not `soon`."""
    if times > len(LAG):
        return wait(UNWANTED, times - len(LAG) - 1, scale)
    return (LAG[times - 1] if soon else LAG[-1]) * scale


def host_rest(failures: int, scale: float = 1.0) -> timedelta:
    """How long a host is left alone after so many requests in a row that it did not serve."""
    if failures < HOST_PATIENCE:
        return timedelta()
    return min(timedelta(minutes=2 ** min(failures - HOST_PATIENCE, 10)), LONGEST_REST) * scale


BUSY, QUIET = 2.0, 0.25
"""How much more, or less, than on average comes in an hour in which a source is looked at sooner, or later."""
HURRY = 0.75
"""How much sooner."""


def poll_wait(
    interval: float, failures: int, asked_for: timedelta | None, chance: float, busy: float = 1.0
) -> timedelta:
    """Until the next look at a channel: doubled with each failure up to six hours, never less than the server asks for.

    `chance` in [0, 1) spreads it by a tenth to both sides, so that channels do not march in step. In `busy` hours it
    is a quarter shorter, in quiet ones in the longer half of that; never longer than a tenth more.
    """
    if busy < QUIET:
        chance = 0.5 + chance / 2
    usual = timedelta(seconds=interval)
    backed_off: timedelta = min(usual * 2 ** min(failures, 20), max(LONGEST_POLL_WAIT, usual))
    spread = backed_off * (0.9 + 0.2 * chance) * (HURRY if busy >= BUSY and not failures else 1.0)
    return max(spread, asked_for or timedelta())
