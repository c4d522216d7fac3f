"""The types of contract that an award names, in the words of the Federal Acquisition Regulation."""

import re

# FAR part 16, and the agreements of part 13 and 10 U.S.C. 4021.
_KINDS = {
    "firm-fixed-price": r"firm,?[- ]fixed[- ]price",
    "fixed-price with economic price adjustment": (
        r"fixed[- ]price,?[- ](?:with[- ])?(?:an )?economic[- ]price[- ]adjustment"
    ),
    "fixed-price incentive": r"fixed[- ]price[- ]incentive",
    "fixed-price": r"(?<!firm[- ])(?<!firm, )fixed[- ]price(?!,?[- ](?:incentive|award|with|economic))",
    "fixed-price award-fee": r"fixed[- ]price[- ]award[- ]fee",
    "cost-plus-fixed-fee": r"cost[- ]plus[- ]fixed[- ]fee",
    "cost-plus-incentive-fee": r"cost[- ]plus[- ]incentive[- ]fee",
    "cost-plus-award-fee": r"cost[- ]plus[- ]award[- ]fee",
    "cost-reimbursement": r"cost[- ]reimburs(?:ement|able)",
    "cost-sharing": r"cost[- ]shar(?:ing|e)",
    "cost": r"cost[- ](?:only|no[- ]fee)|no[- ]fee cost",
    "time-and-materials": r"time[- ]and[- ]materials?",
    "labor-hour": r"labor[- ]hours?",
    "indefinite-delivery/indefinite-quantity": (
        r"indefinite[- ]delivery,?[ /-]+(?:and )?indefinite[- ]quantity|\bIDIQ\b"
    ),
    "requirements": r"requirements(?:[- ]type)? contract",
    "letter": r"letter contract",
    "undefinitized": r"undefini(?:ti[sz]ed|te)[- ]contract[- ]action|\bUCA\b",
    "blanket purchase agreement": r"blanket[- ]purchase[- ]agreement",
    "other transaction agreement": r"other[- ]transaction(?:[- ]authority)?[- ]agreement",
}
_KIND_FORMS = {name: re.compile(form, re.IGNORECASE) for name, form in _KINDS.items()}


def award_kinds(what: str) -> tuple[str, ...]:
    """In the order in which the text names them."""
    places = {name: match.start() for name, form in _KIND_FORMS.items() if (match := form.search(what))}
    return tuple(sorted(places, key=lambda name: places[name]))
