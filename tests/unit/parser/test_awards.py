"""What the paragraphs of a contracts page say of each award, and what they leave open."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.article import Award, Block
from services.parser.awards import awards

WORK = "Work will be performed in Ansley, Maine, and is expected to be completed by"
OFFICE = "Naval Sea Systems Command, Washington, D.C., is the contracting activity"


def one(text, *more):
    (award,) = awards([Block(kind="subhead", text="NAVY"), Block(text=text), *(Block(text=entry) for entry in more)])
    return award


def named(award):
    return [(awardee.name, awardee.place) for awardee in award.awardees]


def test_every_fact_of_a_plain_award():
    """The manner in which most awards are told, from head to contract number."""
    text = (
        "Pellworth Marine Systems LLC, Ansley, Maine, is awarded a $48,615,204 firm-fixed-price contract for harbor "
        f"tugs. The contract includes options which, if exercised, would bring its cumulative value to $91,300,870. "
        f"{WORK} March 2029. Fiscal 2027 funds in the amount of $12,400,000 will be obligated. "
        f"{OFFICE} (N00024-27-C-0000)."
    )
    award = one(text)
    assert award == Award(
        branch="NAVY",
        awardees=[{"name": "Pellworth Marine Systems LLC", "place": "Ansley, Maine"}],
        action="contract",
        amount=48_615_204,
        cumulative_value=91_300_870,
        kinds=("firm-fixed-price",),
        numbers=("N00024-27-C-0000",),
        completed_by="2029-03",
        activity="Naval Sea Systems Command, Washington, D.C.",
        text=text,
    )


def test_a_modification_names_its_number_its_kind_and_the_contract_it_modifies():
    award = one(
        "Calloway-Reyes Joint Venture, Port Ames, Texas, was awarded a $9,880,412 modification (P00007) to a "
        "previously awarded cost-plus-fixed-fee contract (W912HY-24-C-0000) to exercise an option for dredging."
    )
    assert (award.action, award.modification, award.modification_kind) == ("modification", "P00007", "option")
    assert (award.amount, award.kinds, award.numbers) == (9_880_412, ("cost-plus-fixed-fee",), ("W912HY-24-C-0000",))


def test_the_number_of_a_modification_as_offices_write_it():
    def number(words):
        return one(f"Tern LLC, Port Ames, Texas, is awarded a $1,000,000 {words} to contract.").modification

    assert number("modification (PZ0001)") == "PZ0001"
    assert number("modification (000226)") == "000226"
    assert number("modification P00012") == "P00012"
    assert number("modification No. A00004") == "A00004"
    assert number("modification (Navy)") is None
    assert number("modification") is None


def test_a_modification_that_says_only_what_it_brings_the_contract_to_has_no_amount_of_its_own():
    """The value of the whole contract is not the value of the award."""
    award = one(
        "Corran Radar Inc., Corran Bay, Washington, is awarded a modification to contract N00024-20-C-0001, bringing "
        "the total cumulative face value of the contract to $9,500,000,000."
    )
    assert (award.amount, award.cumulative_value) == (None, 9_500_000_000)


def test_companies_that_share_a_contract_are_one_award_with_one_amount():
    """Each keeps its own place, mark and contract number; the amount is not counted three times."""
    award = one(
        "Able & Stone Inc.,* Dunmore Falls, Ohio (W912QR-26-D-A044); Tern Builders LLC, St. Louis, Missouri "
        "(W912QR-26-D-A045); and Odell Works, Washington, D.C. (W912QR-26-D-A046), will compete for each order of the "
        "$160,000,000 firm-fixed-price contract for design. Bids were solicited via the internet.",
        "*Small business",
    )
    assert named(award) == [
        ("Able & Stone Inc.", "Dunmore Falls, Ohio"),
        ("Tern Builders LLC", "St. Louis, Missouri"),
        ("Odell Works", "Washington, D.C."),
    ]
    assert [awardee.numbers for awardee in award.awardees] == [(number,) for number in award.numbers]
    assert [awardee.mark for awardee in award.awardees] == ["Small business", None, None]
    assert (award.action, award.amount) == ("contract", 160_000_000)


def test_companies_may_share_without_semicolons():
    """An "and" right after a state begins another company; one inside a name does not."""
    award = one(
        "Ridgeline Bridge and Matting Co., Dunmore Falls, Ohio, and Tern Builders LLC, Helsing, Germany, are sharing a "
        "maximum $90,000,000 indefinite-delivery, indefinite-quantity contract."
    )
    assert named(award) == [
        ("Ridgeline Bridge and Matting Co.", "Dunmore Falls, Ohio"),
        ("Tern Builders LLC", "Helsing, Germany"),
    ]
    assert (award.amount, award.amount_kind) == (90_000_000, "maximum")
    assert award.kinds == ("indefinite-delivery/indefinite-quantity",)


def test_names_with_commas_divisions_and_trade_names():
    assert named(one("Tern, LLC, Port Ames, Texas, is awarded a $1,000,000 contract.")) == [
        ("Tern, LLC", "Port Ames, Texas")
    ]
    assert named(one("Tern Corp., Sensors and Masts, Port Ames, Texas, is awarded a $1,000,000 contract.")) == [
        ("Tern Corp., Sensors and Masts", "Port Ames, Texas")
    ]
    trading = one("Tern Corp., doing business as Masts, Port Ames, Texas, is awarded a $1,000,000 contract.").awardees
    assert [(entry.name, entry.doing_business_as, entry.place) for entry in trading] == [
        ("Tern Corp.", "Masts", "Port Ames, Texas")
    ]


def test_a_place_may_be_a_state_or_a_country_alone():
    """Part of a firm's name is no city, and Singapore has none."""
    assert named(one("Tern, LLC, Virginia, is awarded a $1,000,000 contract.")) == [("Tern, LLC", "Virginia")]
    assert named(one("Tern Ltd., Ship Repair, Singapore, is awarded a $1,000,000 contract.")) == [
        ("Tern Ltd., Ship Repair", "Singapore")
    ]


def test_what_describes_a_company_after_its_place_belongs_to_the_name():
    assert named(one("Tern JV,* of Port Ames, Texas, a joint venture, is awarded a $1,000,000 contract.")) == [
        ("Tern JV, a joint venture", "Port Ames, Texas")
    ]


def test_a_list_with_commas_is_parted_after_each_number():
    """Else one company would swallow the next."""
    award = one(
        "Able Inc., Dover, Ohio (W912QR-26-D-A044), Tern LLC, Ames, Iowa (W912QR-26-D-A045), and Odell Co., Salem, "
        "Oregon (W912QR-26-D-A046), were each awarded a firm-fixed-price contract with a maximum value of $45,000,000."
    )
    assert named(award) == [("Able Inc.", "Dover, Ohio"), ("Tern LLC", "Ames, Iowa"), ("Odell Co.", "Salem, Oregon")]


def test_companies_that_are_named_only_after_the_award_are_left_open():
    """The award is told; who gets it, a reader must see."""
    award = one("The following firms were each awarded a $5,000,000 contract: Able Inc., Dover, Ohio; Tern LLC.")
    assert (award.awardees, award.amount) == ((), 5_000_000)


def test_a_place_that_we_do_not_know_stays_in_the_name():
    """Only a state or a country says where a name ends."""
    assert named(one("Tern GmbH, Helsing, Ruritania, is awarded a $1,000,000 contract.")) == [
        ("Tern GmbH, Helsing, Ruritania", None)
    ]


def test_what_kind_of_action_an_award_is():
    def action(words):
        return one(f"Tern LLC, Port Ames, Texas, is awarded a $1,000,000 {words}.").action

    assert action("order-dependent contract") == "contract"
    assert action("contract modification") == "modification"
    assert action("delivery order under a basic ordering agreement") == "order"
    assert action("other transaction agreement") == "agreement"
    assert action("ceiling increase") is None


def test_amounts_as_newsrooms_write_them():
    def amount(words):
        award = one(f"Tern LLC, Port Ames, Texas, is awarded {words}.")
        return award.amount, award.amount_kind

    assert amount("a $1.2 billion contract") == (1_200_000_000, None)
    assert amount("a $7.5-million contract") == (7_500_000, None)
    assert amount("a ceiling $2,180,000,000 contract") == (2_180_000_000, "ceiling")
    assert amount("a not-to-exceed $48,000,000 undefinitized contract action") == (48_000_000, "not_to_exceed")
    assert amount("a contract with an estimated value of $48,000,000") == (48_000_000, "estimated")
    assert amount("a $0 modification") == (0, None)
    assert amount("a $9,000,000.75 order") == (9_000_000, None)


def test_an_amount_that_cannot_be_told_is_none():
    """A slip of the editor's comma, a minimum, a rise without its size."""
    for entry in (
        "$12,345,67",
        "contract with a minimum of $5,000",
        "contract, guaranteed $5,000",
        "contract, raising it to $5,000",
    ):
        assert one(f"Tern LLC, Port Ames, Texas, is awarded a {entry} contract.").amount is None


def test_completion_is_as_precise_as_the_text():
    def completed(words):
        return one(f"Tern LLC, Port Ames, Texas, is awarded a $1,000,000 contract. {words}").completed_by

    assert completed(f"{WORK} Nov. 19, 2031.") == "2031-11-19"
    assert completed(f"{WORK} September 2031.") == "2031-09"
    assert completed(f"{WORK} the end of 2031.") == "2031"
    assert completed("Work is ordered, with an estimated completion date of Aug. 30, 2027.") == "2027-08-30"
    assert completed("The performance completion date is Oct. 29, 2029.") == "2029-10-29"
    assert completed(f"{WORK} Feb. 30, 2031.") is None
    assert completed(f"{WORK} fiscal 2031.") is None
    assert completed("Option years run through November 2031.") is None


def test_the_activity_is_told_before_or_after():
    start = "Tern LLC, Port Ames, Texas, is awarded a $1,000,000 contract. It was bid in Washington, D.C. "
    assert one(f"{start}U.S. Army Corps of Engineers, Galveston, Texas, is the contracting activity.").activity == (
        "U.S. Army Corps of Engineers, Galveston, Texas"
    )
    assert one(f"{start}The contracting activity is the Supply Agency, Ames, Texas (SPRBL1-24-D-0007).").activity == (
        "Supply Agency, Ames, Texas"
    )
    assert one(start).activity is None
    assert (
        one(
            "Tern LLC, Port Ames, Texas, is awarded a $1,000,000 contract. It was bid in Ames, Va. Naval Supply, "
            "Ames, Virginia, is the contracting activity."
        ).activity
        is None
    )


def test_a_correction_gives_no_fact_from_the_sentence_that_was_wrong():
    """Both the wrong and the right figure stand in it: which is which, a reader must say."""
    award = one(
        "CORRECTION: Tern LLC, Port Ames, Texas, was awarded a $48,000,000 contract (N00024-27-C-0000) on Nov. 3; the "
        "amount was incorrect and should have been $84,000,000."
    )
    assert (award.amends, award.amount, award.awardees) == ("correction", None, ())
    assert award.numbers == ("N00024-27-C-0000",)


def test_an_update_that_announces_is_read_like_an_award():
    award = one("UPDATE: Tern LLC, Port Ames, Texas (N00024-27-D-0009), has been awarded a $7,500,000 contract.")
    assert (award.amends, award.amount, named(award)) == ("update", 7_500_000, [("Tern LLC", "Port Ames, Texas")])


def test_what_is_no_award_is_none():
    """Heads, footnotes, offices alone, and sentences about awards."""
    texts = (
        "ARMY",
        "*Small business",
        f"{OFFICE}.",
        "The contract was awarded under full and open competition for $1,000,000.",
        "This award is the result of a sole-source contract.",
        "Correct-Craft Inc. builds boats.",
    )
    assert awards([Block(text=text) for text in texts]) == ()


def test_a_footnote_in_capitals_is_no_head():
    award = "Tern LLC,* Port Ames, Texas, is awarded a $1,000,000 contract."
    result = awards([Block(text=text) for text in ("NAVY", "*SMALL BUSINESS", award)])
    assert [(entry.branch, entry.awardees[0].mark) for entry in result] == [("NAVY", "SMALL BUSINESS")]


def test_each_award_stands_under_its_own_head():
    award = "Tern LLC, Port Ames, Texas, is awarded a $1,000,000 contract."
    texts = (award, "NAVY", award, "DEFENSE LOGISTICS AGENCY", award, "CORRECTION", award)
    assert [entry.branch for entry in awards([Block(text=text) for text in texts])] == [
        None,
        "NAVY",
        "DEFENSE LOGISTICS AGENCY",
        None,
    ]


WORDS = st.sampled_from((
    "Tern LLC", "Port Ames", "Texas", ",", ";", "and", "*", "(", ")", "$", "$1,000,000", "$1.2 billion", "contract",
    ", is awarded a", "will compete for each order", "modification (P00001)", "N00024-27-C-0000", ". ", "The", "U.S.",
    "CORRECTION:", "is the contracting activity", "completed by", "March 2029", "maximum", "from",
    "cumulative value to", "doing business as", "\u0663", "\ud800", "$9" + "9" * 40,
))  # fmt: skip


@given(st.lists(st.lists(WORDS, max_size=25).map(" ".join) | st.text(max_size=80), max_size=8))
@settings(max_examples=150)
def test_whatever_the_text_every_award_is_a_paragraph_of_the_body(texts):
    """And nothing raises; no amount is negative, no number is in no text."""
    for award in awards([Block(text=text) for text in texts]):
        assert award.text in texts
        assert award.amount is None or award.amount >= 0
        assert all(number in award.text for number in award.numbers)


@given(
    st.lists(
        st.tuples(
            st.from_regex(r"[A-Z][a-z]{2,9}( [A-Z][a-z]{2,9}){0,2} (Inc\.|LLC|Corp\.|Co\.)", fullmatch=True),
            st.sampled_from(("Port Ames, Texas", "St. Louis, Missouri", "Washington, D.C.", "Helsing, Germany")),
        ),
        min_size=1,
        max_size=4,
    ),
    st.integers(min_value=1, max_value=10**12),
    st.dates(min_value=date(2020, 1, 1), max_value=date(2099, 12, 31)),
)
@settings(max_examples=80)
def test_what_is_written_in_the_manner_is_read_back(companies, amount, day):
    """Any companies, any amount, any day."""
    subject = "; and ".join(f"{name}, {place}" for name, place in companies)
    award = one(f"{subject}, are awarded a ${amount:,} order. {WORK} {day:%B} {day.day}, {day.year}. {OFFICE}.")
    assert named(award) == companies
    assert (award.amount, award.completed_by) == (amount, day.isoformat())
