"""A newsroom's log on an empty database: articles with real captures, and readers who keep what they were given."""

import json
from datetime import timedelta

from sqlalchemy import delete, insert, select, update

from services.contracts.urls import article_id
from services.runtime.archive import capture_store
from services.runtime.archive.capture_store import Capture
from services.runtime.database import reading, transaction
from services.runtime.transparency_log import checkpoints
from services.runtime.transparency_log.append import append_leaves, forget_texts
from services.runtime.transparency_log.leaf import NewLeaf, canonical_json, salted_digest, stamp
from services.runtime.transparency_log.notes import Verifier
from services.runtime.transparency_log.proof import TrustedFacts, check_proof
from services.runtime.transparency_log.signing_keys import verifiers
from services.runtime.transparency_log.tables import checkpoints as notes
from services.runtime.transparency_log.tables import leaves, log_keys, tiles
from services.store.models import revisions
from services.store.save import save
from services.store.transparency.proofs import ProofQuery
from services.store.transparency.proofs import proof_of as prove
from tests.support.orders import NOW, order


def article_of(number):
    return article_id(f"afpims/defense:{number}")


def captured(text, minute):
    page = f"<html><h1>{text}</h1></html>".encode()
    headers = (("Content-Type", "text/html"),)
    return capture_store.keep(Capture("https://www.war.gov/x", NOW + timedelta(minutes=minute), 200, headers, page))


def says(number, text, minute=0):
    """Article `number` says this in a capture of that minute."""
    url = f"https://www.war.gov/News/Article/{number}/"
    made = order(text, minute=minute, page=number, key=f"afpims/defense:{number}", url=url, headline=f"Story {number}")
    made = made.model_copy(update={"capture": captured(text, minute)})
    with transaction() as session:
        return save(session, made, NOW + timedelta(minutes=minute))


def signs(minute=60):
    """A checkpoint of the log as it stands; the note."""
    with transaction() as session:
        checkpoints.sign_checkpoint(session, NOW + timedelta(minutes=minute))
        return checkpoints.latest(session).note


def proof_of(number, **asked):
    with reading() as session:
        return prove(session, ProofQuery(article_of(number), **asked))


def keys():
    with reading() as session:
        return [Verifier.read(line) for line in verifiers(session)]


def amiss(proof, **trust):
    """The names of what does not hold."""
    return [finding.name for finding in check_proof(proof, TrustedFacts(**trust)) if finding.holds is False]


def edits_revision(number, text):
    """Writes another text into the current revision, as if it had always said so."""
    this = (revisions.c.article == article_of(number), revisions.c.number == 1)
    with transaction() as session:
        article = json.loads(session.execute(select(revisions.c.reading).where(*this)).scalar_one())
        article["body"][0]["text"] = text
        session.execute(update(revisions).where(*this).values(reading=json.dumps(article)))


def happens(number, kind, minute=65):
    """Something else happens to an article; its leaf."""
    at = NOW + timedelta(minutes=minute)
    with transaction() as session:
        append_leaves(session, [NewLeaf(kind, article_of(number), 1, "{}", at, capture="1" * 64)])


def edits_change(kind, **changes):
    """Writes other facts into the leaf of this kind."""
    with transaction() as session:
        row = session.execute(select(leaves).where(leaves.c.kind == kind)).one()
        body = canonical_json(json.loads(row.body) | changes)
        session.execute(update(leaves).where(leaves.c.number == row.number).values(body=body))


def drops_change(kind):
    """Takes the last leaf out, which is of this kind."""
    with transaction() as session:
        session.execute(delete(leaves).where(leaves.c.kind == kind))


def loses_salts(number):
    """As if the article had been erased."""
    with transaction() as session:
        forget_texts(session, article_of(number))


def edits_leaf(number, **changes):
    """Writes into the leaf what the revision says now, and other facts."""
    with transaction() as session:
        row = session.execute(select(leaves).where(leaves.c.article == article_of(number))).one()
        this = (revisions.c.article == article_of(number), revisions.c.number == row.revision)
        text = canonical_json(json.loads(session.execute(select(revisions.c.reading).where(*this)).scalar_one()))
        body = json.loads(row.body) | {"reading": salted_digest(row.salt, text)} | changes
        session.execute(update(leaves).where(leaves.c.number == row.number).values(body=canonical_json(body)))


def drops_leaf(number):
    """Takes an article's leaf out, and closes the gap."""
    with transaction() as session:
        gone = session.execute(select(leaves.c.number).where(leaves.c.article == article_of(number))).scalar_one()
        session.execute(delete(leaves).where(leaves.c.number == gone))
        for row in session.execute(select(leaves.c.number).where(leaves.c.number > gone).order_by(leaves.c.number)):
            session.execute(update(leaves).where(leaves.c.number == row.number).values(number=row.number - 1))


def dates_back(number, minutes):
    edits_leaf(number, time=stamp(NOW - timedelta(minutes=minutes)))


def takes_place_of(number, place):
    """Puts an article's leaf before all from this place on, as if it had come so early."""
    with transaction() as session:
        rows = session.execute(select(leaves).order_by(leaves.c.number)).all()
        late = next(row for row in rows if row.article == article_of(number))
        rows.remove(late)
        rows.insert(place, late)
        session.execute(delete(leaves))
        session.execute(insert(leaves), [{**row._mapping, "number": at} for at, row in enumerate(rows)])


def signs_all_anew(minute=60, *, new_key=False):
    """The tree is computed again and signed again, with all that the operator has."""
    with transaction() as session:
        for table in (tiles, notes, *((log_keys,) if new_key else ())):
            session.execute(delete(table))
    signs(minute)
