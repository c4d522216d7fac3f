"""Addresses of people: which are possible, and how they are shown."""

import re

LONGEST = 254
"""Characters of an e-mail address, as mail servers take them."""
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])")


def email_address(text: str) -> str:
    """The address of one mailbox; a `ValueError` for what is none.

    Letters outside ASCII are taken in the domain only: many servers refuse them before the @. Neither a quoted name nor
    a second address, nor anything else that would mean something in a header, gets through.
    """
    local, at, host = text.strip().rpartition("@")
    try:
        domain = host.encode("idna").decode()
    except UnicodeError:
        domain = ""
    if not (at and len(local) <= 64 and _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(domain)):
        raise ValueError("This is no e-mail address; write one, as in ann@example.org.")
    if len(local) + 1 + len(domain) > LONGEST:
        raise ValueError(f"An e-mail address may have {LONGEST} characters.")
    return f"{local}@{domain.lower()}"


def masked_email(address: str) -> str:
    """An address as others may see it: the first letter, and the domain."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}***@{domain}"
