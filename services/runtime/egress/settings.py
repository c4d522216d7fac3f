"""What the operator decides about the way out: who we say we are, and which private places we may reach."""

from functools import cache
from importlib.metadata import version
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated

from pydantic import field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

Network = IPv4Network | IPv6Network


class EgressSettings(BaseSettings):
    """`DATELINE_CONTACT`, `DATELINE_EGRESS_ALLOW` and `DATELINE_EGRESS_PORTS`."""

    model_config = SettingsConfigDict(env_prefix="DATELINE_", frozen=True, extra="ignore")

    contact: str = ""
    """An e-mail or web address under which a webmaster reaches the operator; it goes into the User-Agent."""
    egress_allow: Annotated[tuple[Network, ...], NoDecode] = ()
    """Private networks that may be reached, on any port: `127.0.0.0/8, fd00::/8`. None unless set."""
    egress_ports: Annotated[tuple[int, ...], NoDecode] = ()
    """Ports that public addresses may be reached on, besides 80 and 443."""

    @field_validator("contact")
    @classmethod
    def _fits_a_header(cls, contact: str) -> str:
        if not contact.isascii():
            raise ValueError("it is sent in a header, which takes letters of ASCII only")
        return contact

    @field_validator("egress_allow", mode="before")
    @classmethod
    def _networks(cls, value: object) -> object:
        return tuple(ip_network(term) for term in _words(value)) if isinstance(value, str) else value

    @field_validator("egress_ports", mode="before")
    @classmethod
    def _ports(cls, value: object) -> object:
        return _words(value) if isinstance(value, str) else value

    @property
    def user_agent(self) -> str:
        """Who we say we are, to everybody alike."""
        contact = " ".join(self.contact.split())
        return f"Dateline/{_version()}" + (f" (+{contact})" if contact else "")


@cache
def _version() -> str:
    # It is read from a file of the installation, which takes as long as a whole delivery.
    return version("dateline")


def _words(value: str) -> tuple[str, ...]:
    return tuple(value.replace(",", " ").split())


@cache
def egress_settings() -> EgressSettings:
    """The settings of this process, read once."""
    return EgressSettings()
