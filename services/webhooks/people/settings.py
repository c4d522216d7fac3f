"""The relay that takes our mail: `DATELINE_MAIL_…` variables."""

from email.errors import MessageError
from email.headerregistry import Address
from email.utils import parseaddr
from functools import cache

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.runtime.egress.smtp import PORTS, Relay, Tls
from services.runtime.settings import runtime_settings
from services.webhooks.people.recipients import email_address


class MailSettings(BaseSettings):
    """The relay, and who we are to those who get our mail."""

    # What is wrong may be the password, which an error must not repeat.
    model_config = SettingsConfigDict(
        env_prefix="DATELINE_MAIL_", frozen=True, extra="ignore", hide_input_in_errors=True
    )

    host: str = ""
    """The relay; without one there is no mail."""
    port: int = Field(default=0, ge=0, le=65_535)
    """0: the usual one, 587 for STARTTLS, 465 for TLS from the beginning, 25 in the clear."""
    tls: Tls = "starttls"
    """`none` only for a relay on this machine or in a network of your own."""
    user: str = ""
    password: SecretStr = SecretStr("")
    sender: str = ""
    """Who sends: `news@example.org`, or `Dateline <news@example.org>`."""

    @field_validator("sender")
    @classmethod
    def _is_a_mailbox(cls, written: str) -> str:
        if written and not written.isprintable():
            raise ValueError("it has a line break or another control character")
        if written:
            email_address(parseaddr(written)[1])
        return written

    @property
    def relay(self) -> Relay:
        """The relay as it is dialled."""
        return Relay(self.host, self.port or PORTS[self.tls], self.tls, self.user, self.password.get_secret_value())

    @property
    def mailbox(self) -> Address:
        """The sender, for a header."""
        name, address = parseaddr(self.sender)
        try:
            return Address(name, addr_spec=email_address(address))
        except MessageError:
            return Address(addr_spec=email_address(address))

    @property
    def missing(self) -> str | None:
        """Why no mail can be sent: a sentence that names what to set; None when one can."""
        needed = {
            "DATELINE_MAIL_HOST": self.host,
            "DATELINE_MAIL_SENDER": self.sender,
            "DATELINE_PUBLIC_URL": runtime_settings().public_url,
        }
        absent = [name for name, value in needed.items() if not value]
        return f"This installation sends no mail yet: its operator must set {', '.join(absent)}." if absent else None


@cache
def mail_settings() -> MailSettings:
    """The settings of this process, read once."""
    return MailSettings()


class OperatorSettings(BaseSettings):
    """Who looks after this installation."""

    model_config = SettingsConfigDict(env_prefix="DATELINE_OPERATOR_", frozen=True, extra="ignore")

    email: str = ""
    """A mail address that is notified of troubles."""

    @field_validator("email")
    @classmethod
    def _is_an_address(cls, written: str) -> str:
        return email_address(written) if written.strip() else ""


@cache
def operator_settings() -> OperatorSettings:
    """The settings of this process, read once."""
    return OperatorSettings()
