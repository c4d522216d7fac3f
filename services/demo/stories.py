"""Stories by the dozen: samples whose words are put together, each with corrections of every grade.

The same name of a newsroom and the same number give the same story.
"""

from collections.abc import Iterable
from hashlib import sha256

from services.demo.samples import Sample, Wording

DEPARTMENT = "Department of Defense"
"""What the stories call the department; a rename makes another name of it on every page."""
WORDINGS = (
    "first",
    "typographic",
    "wording",
    "figures",
    "names",
    "dates",
    "headline",
    "correction",
    "removal",
)
"""How each wording of a story differs from the one before."""
_TOWNS = (
    "Ansley",
    "Brackwater",
    "Corran",
    "Dunmore",
    "Eastlock",
    "Farholm",
    "Grayling",
    "Hollis",
    "Ingram",
    "Jarrow",
    "Kestrel",
    "Larkfield",
    "Marlow",
    "Northam",
    "Orley",
    "Pellworth",
    "Quarry Hill",
)
_PLACES = (
    "harbor bridge",
    "rail yard",
    "flood gate",
    "ferry dock",
    "airstrip",
    "water tower",
    "lock",
    "seed store",
    "signal mast",
    "dry dock",
    "tide mill",
    "quarry road",
    "fuel depot",
)
_NAMES = ("Whitlock", "Amadi", "Ferrante", "Haddix", "Ellery", "Castellow", "Okonjo", "Brandt", "Sorensen", "Tull")
_STUFF = ("gravel", "timber", "steel cable", "sandbags", "old rails", "concrete blocks", "marine plywood")
_PEOPLE = ("commuters", "farmers", "nurses", "pupils", "dockers", "anglers", "mail carriers")
_BODY = """
<p>The {place} of {town} is open again, {hours} hours after high water had closed it, the {department} said today.</p>

<p>Some {crew} engineers under Maj. Dana {name} worked through two nights. The first {people} crossed before noon.</p>

<p>"We had one good crane and a great deal of {stuff}," {name} said. "It was enough for {town}."</p>

<p>Divers will look at what is under water on April {day}, before heavy loads are let across. Until then a guard stands
at either end and counts the wagons, which the {people} of {town} have got used to by now, as they say themselves.</p>

<p>The town has paid {money} dollars for the {stuff} and will be paid back by the state. What is left of it lies behind
the school, where children have begun to build a {place} of their own. Nobody has asked them for a permit so far.</p>
"""


def write_stories(newsroom: str, numbers: Iterable[int]) -> dict[str, Sample]:
    """The stories of a newsroom by their slugs, `story-1` and so on."""
    return {f"story-{number}": write_story(newsroom, number) for number in numbers}


def write_story(newsroom: str, number: int) -> Sample:
    """One story with its wordings, which `WORDINGS` names in their order."""
    seed = int.from_bytes(sha256(newsroom.encode()).digest()[:3])
    turn = seed + number
    town, place = _TOWNS[turn % len(_TOWNS)], _PLACES[turn % len(_PLACES)]
    about = {
        "place": place,
        "town": town,
        "name": _NAMES[turn % len(_NAMES)],
        "stuff": _STUFF[turn % len(_STUFF)],
        "people": _PEOPLE[turn % len(_PEOPLE)],
        "hours": 20 + turn % 67,
        "crew": 110 + turn % 83,
        "day": 4 + turn % 19,
        "money": 10_000 + 37 * (turn % 997),
        "department": DEPARTMENT,
    }
    first = Wording(f"{town} Opens Its {place.title()} Again", f"The {place} is open.", _BODY.format(**about))
    # Ten thousand numbers for each newsroom, so that no two of them publish under the same one.
    return Sample(
        slug=f"story-{number}",
        number=10_000_000 + 10_000 * (seed % 90_000) + number,
        kind="news",
        wordings=tuple(_wordings(first, about)),
        byline="Jordan Ellery",
        affiliation="DOD News",
    )


def _wordings(first: Wording, about: dict[str, object]) -> Iterable[Wording]:
    """Each wording with what was changed before, so that a page can be corrected again and again."""
    headline, body = first.headline, first.body
    yield first
    for old, new in _CHANGES:
        before, after = old.format(**about), new.format(**about)
        headline, body = headline.replace(before, after), body.replace(before, after)
        yield Wording(headline, first.summary, body)
    body += "\n<p><em>Correction: An earlier version of this story gave a wrong number of engineers.</em></p>\n"
    yield Wording(headline, first.summary, body)
    body = body[: body.index("<p>Divers")] + body[body.index("<p><em>") :]
    yield Wording(headline, first.summary, body)


_CHANGES = (
    ('"It was enough for {town}."', "“It was enough for {town}.”"),
    ("worked through two nights", "worked two nights by turns"),
    ("Some {crew} engineers", "Some 97 engineers"),
    ("Maj. Dana {name}", "Maj. Robin {name}"),
    ("on April {day}", "on April 27"),
    ("Opens Its", "Closes Its"),
)
"""What becomes what, from the second wording to the seventh."""
