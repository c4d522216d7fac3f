"""The bases of errors, by what is done about each. An expected outcome is a value, and none of these."""


class DatelineError(Exception):
    """Something nobody planned; its text is one clear sentence. The ledger tries again, later."""


class PermanentError(DatelineError):
    """Trying again cannot help: the job is dead-lettered at once."""


class HouseTrouble(DatelineError):  # noqa: N818 - named for what happened
    """The installation itself is in trouble, and not this piece of work: it waits, at no cost of an attempt."""


class UserError(DatelineError):
    """The person at the keyboard can mend it; the sentence says how."""
