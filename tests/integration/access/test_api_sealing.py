"""`dateline keys reseal`: a new key for everything that rests sealed, on a real database of each kind."""

import sys

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text

from services import cli
from services.access import keys
from services.app import create_app
from services.runtime.database import reading, transaction, utcnow
from services.runtime.sealing import key_in, unseal
from services.runtime.settings import runtime_settings
from services.webhooks.settings import webhook_settings
from tests.support.in_process import client

pytestmark = pytest.mark.integration

ADDRESS = "https://192.0.2.7/hook"


@pytest.fixture
def keyed(db, installation):
    """Sets the installation's keys; without any they are in the key file."""

    def configure(*keys):
        installation(secret_key=",".join(keys), egress_allow="192.0.2.0/24")
        webhook_settings.cache_clear()

    configure()
    yield configure
    webhook_settings.cache_clear()


@pytest.fixture
def reseals(monkeypatch, capsys):
    """Runs the command; its exit status and what it says."""

    def run(*options):
        monkeypatch.setattr(sys, "argv", ["dateline", "keys", "reseal", *options])
        capsys.readouterr()
        status = 0
        try:
            cli.main()
        except SystemExit as ended:
            status = ended.code or 0
        printed = capsys.readouterr()
        return status, printed.out + printed.err

    return run


def made(*, deleted=0):
    """An endpoint, and so many deleted ones; its secret."""
    with transaction() as session:
        _, presented = keys.create(session, "subscriber", ["subscribe"], utcnow())
    with client(create_app(), presented) as web:
        first, *others = [web.post("/webhooks/endpoints", json={"url": ADDRESS}).json() for _ in range(1 + deleted)]
        for other in others:
            assert web.delete(f"/webhooks/endpoints/{other['id']}").status_code == 204
    return first["secret"]


def kept():
    """What rests, in order."""
    with reading() as session:
        return list(session.execute(text("SELECT sealed_secret FROM endpoints ORDER BY id")).scalars())


def test_a_key_of_the_settings_is_replaced(keyed, reseals):
    """In front; seal anew; the old one goes. What was deleted holds nothing, and stays so."""
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    keyed(old)
    secret = made(deleted=1)
    keyed(new, old)
    status, message = reseals()
    assert (status, message.split(" ", 1)[0]) == (0, "1")
    keyed(new)
    sealed, deleted = kept()
    assert unseal(sealed).get_secret_value() == secret
    assert deleted == ""


def test_a_key_of_the_file_is_replaced_by_one_command(keyed, reseals):
    secret = made()
    old = key_in(runtime_settings().state)
    assert reseals("--new-key")[0] == 0
    new, kept_for_backups = key_in(runtime_settings().state).split()
    assert kept_for_backups == old
    keyed(new.decode())
    assert [unseal(sealed).get_secret_value() for sealed in kept()] == [secret]


def test_with_the_keys_in_the_settings_no_file_is_made(keyed, reseals):
    keyed(Fernet.generate_key().decode())
    status, message = reseals("--new-key")
    assert status == 2
    assert "DATELINE_SECRET_KEY" in message
    assert not (runtime_settings().state / "secret.key").exists()


def test_what_no_key_opens_is_named_and_left_as_it_is(keyed, reseals):
    """The rest is sealed anew all the same."""
    lost, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    keyed(lost)
    made()
    keyed(new)
    made()
    before = kept()
    status, message = reseals()
    assert status == 2
    assert "none of the keys opens those of the endpoints 1." in message
    assert kept()[0] == before[0]
    assert kept()[1] != before[1]
