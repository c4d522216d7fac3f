"""The address of a mailbox's folder, as a source file has it: `imaps://user@mail.example.org/INBOX/Bulletins`."""

from urllib.parse import quote, unquote, urlsplit

from services.runtime.egress.imap import PORTS, MailboxAddress


def is_mailbox(url: str) -> bool:
    """Whether an address is one of a mailbox."""
    return url.strip().lower().startswith(tuple(f"{scheme}://" for scheme in PORTS))


def mailbox_address(url: str) -> MailboxAddress:
    """The parts of the address; a ValueError says in one sentence what is wrong with it."""
    try:
        parts = urlsplit(url.strip())
        port, host = parts.port, (parts.hostname or "").encode("idna").decode("ascii")
    except ValueError:
        raise ValueError(f"{url[:200]!r} is no address of a mailbox.") from None
    user, folder = unquote(parts.username or ""), unquote(parts.path.strip("/")) or "INBOX"
    if parts.scheme.lower() not in PORTS or not host or not user:
        raise ValueError("The address of a mailbox must be written as imaps://user@host/folder.")
    if parts.password is not None:
        raise ValueError(f"The address of the mailbox at {host} carries a password; set DATELINE_MAILBOX_PASSWORDS.")
    if any(ord(letter) < 32 or ord(letter) > 126 for letter in user + folder) or len(url) > 1_000:
        raise ValueError("User and folder of a mailbox must be written in letters of ASCII.")
    scheme = parts.scheme.lower()
    return MailboxAddress(scheme, user, host, port or PORTS[scheme], folder)


def spelled(address: MailboxAddress) -> str:
    """The one spelling of an address."""
    port = "" if address.port == PORTS[address.scheme] else f":{address.port}"
    return f"{address.scheme}://{quote(address.user, safe='')}@{address.host}{port}/{quote(address.folder)}"
