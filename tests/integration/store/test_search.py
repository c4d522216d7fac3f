"""Full-text search over HTTP: the same finds and the same excerpts on both databases."""

from datetime import timedelta

import pytest

from services.contracts.article import Byline, Image
from services.contracts.caller import Caller
from services.runtime.database import engine, transaction
from services.store import fulltext
from services.store.api import router
from services.store.fulltext import LONGEST
from services.store.lists.api import feeds
from services.store.save import save
from tests.support import in_process
from tests.support.orders import NOW, order

pytestmark = pytest.mark.integration
STORM = "The storm damaged piers. Sgt. José Muñoz said and/or wrote that F-35s left Hangar 2."
DRILL = "A drill in the harbor ended before storms came."
PICTURE = Image(caption="A ferry beside the breakwater", virin="260112-N-AB123-1001")


@pytest.fixture(params=[(500, 2_000), (0, 2_000), (0, 0)], ids=["first rows", "few finds", "many finds"])
def way(request, monkeypatch):
    """Each of the ways in which finds are come by, however many articles there are."""
    for name, number in zip(("WINDOW", "FEW"), request.param, strict=True):
        monkeypatch.setattr(fulltext, name, number)


@pytest.fixture
def client(db, way):
    app = in_process.app_of({"reader": Caller(key=1, name="reader", scopes=frozenset({"read"}))}, router, feeds)
    with in_process.client(app, "reader") as client:
        yield client


def told(number, words, *, minute=0, parser="1", **about):
    """Article `number`, headed `Story <number>`, says this from this minute on."""
    url = f"https://www.war.gov/News/Article/{number}"
    labels = {"headline": f"Story {number}", "published_at": f"2026-01-{number:02}"} | about
    result = order(words, page=number, key=f"afpims/defense:{number}", url=url, minute=minute, parser=parser, **labels)
    with transaction() as session:
        save(session, result, NOW + timedelta(minutes=minute))


def found(client, q=None, **params):
    """The numbers of the articles found, the latest published first."""
    answer = client.get("/articles", params=params | ({"q": q} if q is not None else {}))
    assert answer.status_code == 200, answer.text
    return [int(article["headline"].split()[-1]) for article in answer.json()["articles"]]


def excerpt(client, q):
    """The excerpt of the only article found, with its hits in brackets."""
    (article,) = client.get("/articles", params={"q": q}).json()["articles"]
    return "".join(f"[{piece['text']}]" if piece["hit"] else piece["text"] for piece in article["excerpt"])


def test_an_article_is_found_by_anything_it_says(client):
    """Headline, dek, byline, body, caption, tag and picture number; in any form, case and order, accents or not."""
    about = {"dek": "Crews worked by lantern", "byline": (Byline(name="Cpl. Ana Díaz", affiliation="Fleet News"),)}
    told(1, STORM, images=(PICTURE,), tags=("Hurricane Season",), **about)
    told(2, DRILL)
    for q in ("story 1", "LANTERNS", "ana diaz", "díaz fleet", "damage storms", "ferries", "260112-N-AB123-1001"):
        assert found(client, q) == [1], q
    for q in ("hurricane", "munoz", "Muñoz", "mun\u0303oz", "F-35s", "wrote", '"and or wrote"', "hangar 2", "2 hangar"):
        assert found(client, q) == [1], q
    assert found(client, "storm") == found(client, "story") == [2, 1]


def test_words_are_all_wanted_phrases_stand_together_and_a_minus_excludes(client):
    told(1, STORM)
    told(2, DRILL)
    assert found(client, "storm harbor") == [2]
    assert found(client, "storm volcano") == []
    assert found(client, '"storm damaged"') == [1]
    assert found(client, '"damaged storm"') == []
    assert found(client, "storm -drill") == found(client, 'storm -"drill in"') == found(client, "-harbor") == [1]
    assert found(client, "-storm") == []


def test_nothing_that_is_typed_is_an_error(client):
    """Operators of either database are words like others; without any word nothing is found, and blanks ask nothing."""
    told(1, STORM)
    typed = ('"', '""', "%", "-", "- -", "*", "(", "a:b", "text:storm", "^storm", "storm*)", "NEAR(storm damaged)", "'")
    operators = (
        "storm AND",
        "OR",
        "NOT",
        "{text}: x",
        "+storm -",
        "<->",
        "!!storm",
        "\\",
        "storm & | !",
        ":*",
        "\U0001fae8",
    )
    for q in (
        *typed,
        *operators,
        "-- ; DROP TABLE article_texts",
        "x" * 200,
        '"' * 200,
        "- " * 100,
        "\ue000storm\ue001",
    ):
        assert found(client, q) in ([], [1]), q
    assert found(client, "%") == found(client, '"— …"') == []
    assert found(client, "  ") == found(client, "") == [1]
    assert client.get("/articles", params={"q": " "}).json()["articles"][0]["excerpt"] is None


def test_a_tag_and_a_picture_are_named_whole_in_any_case(client):
    told(1, STORM, tags=("Air-Force", "Élysée"), images=(PICTURE, PICTURE))
    told(2, DRILL, tags=("Air Force", "Force"))
    assert found(client, tag="air-force") == found(client, tag=" ÉLYSÉE ") == [1]
    assert found(client, tag="FORCE") == [2]
    assert found(client, tag="air") == found(client, tag="") == found(client, tag="260112-N-AB123-1001") == []
    assert found(client, virin="260112-n-ab123-1001") == [1]
    assert found(client, virin="260112-N-AB123") == []
    assert found(client, "storm", tag="force") == [2]
    assert found(client, "-harbor", tag="force") == []
    assert found(client, tag="air-force", virin="260112-N-AB123-1001", kind="speech") == []


def test_a_search_speaks_of_the_wording_that_stands(client):
    """From its very transaction on; an earlier wording, late or replaced, is not found, and a better reading is."""
    told(1, STORM, minute=2)
    told(1, "An earlier volcano.", minute=1)
    assert (found(client, "volcano"), found(client, "storm")) == ([], [1])
    told(1, "The volcano is quiet.", minute=3, tags=("Ash",))
    assert (found(client, "storm"), found(client, "volcano", tag="ash")) == ([], [1])
    told(1, "The volcano is quiet.", minute=3, parser="2", tags=("Lava",))
    assert (found(client, tag="ash"), found(client, "volcano", tag="lava")) == ([], [1])
    with transaction() as session:
        save(session, order("A glacier.", page=2, key="afpims/defense:2", headline="Story 2"), NOW)
        session.rollback()
    assert found(client, "glacier") == []


def test_the_excerpt_shows_the_hits_where_the_article_says_them(client):
    """As the article writes them, and cut from what is not its headline if there is a choice."""
    told(1, STORM, headline="Storm 1")
    assert excerpt(client, "storms munoz").startswith("The [storm] damaged piers. Sgt. José [Muñoz] said")
    assert "José [Muñoz] said and/or wrote that [F-35s] left" in excerpt(client, "muñoz F-35s")
    assert "that F-35s left [Hangar 2]." in excerpt(client, '"hangar 2"')
    assert excerpt(client, "-volcano") == f"{STORM} Storm 1"
    assert client.get("/articles").json()["articles"][0]["excerpt"] is None


def test_finds_come_in_the_order_of_the_list_page_by_page(client):
    """Whether they are few, and sorted, or many, and looked up along the dates; none is skipped or shown twice."""
    for number in (3, 1, 5, 2, 4):
        told(number, STORM if number != 4 else DRILL, tags=("Sea",), published_at=f"2026-01-1{number // 2}")
    shown, after = [], None
    while True:
        fields = {"q": "storm -drill", "tag": "sea", "limit": 2, **({"after": after} if after else {})}
        answer = client.get("/articles", params=fields).json()
        shown += [int(article["headline"].split()[-1]) for article in answer["articles"]]
        if not (after := answer["next"]):
            break
    assert sorted(shown) == [1, 2, 3, 5]
    assert (shown[0], shown[-1]) == (5, 1)
    assert found(client, "storm", by="seen", until="2026-01-01") == []


def test_a_feed_searches_alike(client):
    told(1, STORM, tags=("Sea",))
    told(2, DRILL)
    for entry in ({"q": '"damaged piers"'}, {"q": "storm", "tag": "sea"}):
        feed = client.get("/feeds/articles.json", params=entry).json()
        assert [member["title"] for member in feed["items"]] == ["Story 1"]


def test_no_text_is_too_long_to_be_saved(client):
    """PostgreSQL refuses to index more than a megabyte: what is beyond `LONGEST` is kept, but not found."""
    told(1, " ".join(["storm", *(f"{number:x}" for number in range(LONGEST // 4)), "volcano"]))
    told(2, "\U00020000" * LONGEST)
    assert (found(client, "storm"), found(client, "volcano")) == ([1], [])


def test_the_index_holds_what_the_rows_hold(client, db):
    """Also after rows were changed and deleted: SQLite's own check compares them."""
    told(1, STORM)
    told(1, DRILL, minute=1)
    told(2, STORM)
    with engine().begin() as connection:
        connection.exec_driver_sql(
            "DELETE FROM article_texts WHERE article IN (SELECT id FROM articles WHERE page = 2)"
        )
        if db == "sqlite":
            connection.exec_driver_sql("INSERT INTO article_words (article_words, rank) VALUES ('integrity-check', 1)")
    assert (found(client, "piers"), found(client, "drill")) == ([], [1])
