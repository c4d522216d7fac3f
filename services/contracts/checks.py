"""One line of an audit: a truth that a service checks about its own rows."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """A truth about a service's own data: whether it holds, and a sentence that says so or what is amiss."""

    name: str
    holds: bool
    sentence: str
