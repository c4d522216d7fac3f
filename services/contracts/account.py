"""The words of an audit: what each service counts, and what it swears to."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """A truth about a service's own data: whether it holds, and a sentence that says so or what is amiss."""

    name: str
    holds: bool
    sentence: str
