"""Secrets at rest."""

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from services.runtime.sealing import BadKey, UnreadableSecret, key_in, new_first_key, resealed, seal, unseal
from services.runtime.settings import runtime_settings

SECRET = SecretStr("whsec_c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0ISE=")


@pytest.fixture
def with_key(monkeypatch, tmp_path):
    """Sets the key of this installation; an empty one means the key file."""

    def configure(key: str) -> None:
        monkeypatch.setenv("DATELINE_STATE", str(tmp_path))
        monkeypatch.setenv("DATELINE_SECRET_KEY", key)
        runtime_settings.cache_clear()

    yield configure
    runtime_settings.cache_clear()


def test_what_is_sealed_can_be_read_again_and_not_by_looking(with_key):
    """The database alone does not give the secret away."""
    with_key("")
    sealed = seal(SECRET)
    assert unseal(sealed) == SECRET
    assert SECRET.get_secret_value() not in sealed


def test_the_key_file_is_made_once_and_only_its_owner_reads_it(tmp_path):
    """Processes that start together agree on one key, and leave no drafts behind."""
    folder = tmp_path / "new"
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(key_in, [folder] * 16))
    assert len(keys) == 1
    assert [(path.name, stat.S_IMODE(path.stat().st_mode)) for path in folder.iterdir()] == [("secret.key", 0o600)]


def test_the_operators_key_comes_before_the_file(with_key, tmp_path):
    """With DATELINE_SECRET_KEY set no file is made, so that several machines can share a database."""
    with_key(Fernet.generate_key().decode())
    assert unseal(seal(SECRET)) == SECRET
    assert not (tmp_path / "secret.key").exists()


def test_another_key_is_told_in_one_sentence_without_the_secret(with_key):
    """Two machines with different keys: the sentence says what to do."""
    with_key(Fernet.generate_key().decode())
    sealed = seal(SECRET)
    with_key(Fernet.generate_key().decode())
    with pytest.raises(UnreadableSecret, match="DATELINE_SECRET_KEY") as answer:
        unseal(sealed)
    assert sealed not in str(answer.value)


def test_a_key_that_is_none_is_told_without_showing_it(with_key):
    """A pass phrase is not a key; the sentence says how to make one and repeats nothing."""
    with_key("correct horse battery staple")
    with pytest.raises(BadKey, match="openssl") as answer:
        seal(SECRET)
    assert "horse" not in str(answer.value)
    assert "horse" not in repr(runtime_settings())


def test_of_several_keys_the_first_seals_and_each_unseals(with_key):
    """A key is replaced while processes with the old list and with the new one run side by side."""
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    with_key(old)
    before = seal(SECRET)
    with_key(f"{new}, {old}")
    assert unseal(before) == SECRET
    after = seal(SECRET)
    with_key(new)
    assert unseal(after) == SECRET
    with pytest.raises(UnreadableSecret):
        unseal(before)


def test_what_was_sealed_anew_needs_the_old_key_no_longer(with_key):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    with_key(old)
    before = seal(SECRET)
    with_key(f"{new},{old}")
    after = resealed(before)
    with_key(new)
    assert unseal(after) == SECRET
    with pytest.raises(UnreadableSecret):
        resealed(before)


def test_a_new_key_stands_in_front_of_the_file_and_only_its_owner_reads_it(with_key, tmp_path):
    """Those who look at the file from now on seal with it, and read what was sealed before."""
    with_key("")
    before, first = seal(SECRET), key_in(tmp_path)
    new_first_key(tmp_path)
    new, old = key_in(tmp_path).split()
    assert (old, new != old) == (first, True)
    assert unseal(before) == SECRET
    assert Fernet(new).decrypt(seal(SECRET).encode()).decode() == SECRET.get_secret_value()
    assert [(path.name, stat.S_IMODE(path.stat().st_mode)) for path in tmp_path.iterdir()] == [("secret.key", 0o600)]


@pytest.mark.parametrize("keys", [" ", ",", "{good},horse", "{good} horse"])
def test_a_list_with_a_key_that_is_none_is_told_without_showing_it(with_key, keys):
    """A key with a slip of the pen must not be passed over: what it sealed would be lost with it."""
    with_key(keys.format(good=Fernet.generate_key().decode()))
    with pytest.raises(BadKey, match="openssl") as answer:
        seal(SECRET)
    assert "horse" not in str(answer.value)
