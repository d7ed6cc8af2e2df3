"""Why a record was skipped, in words that go on after "because"; and what was remarked when one was made. Pure.

The keys are the reasons that the sync writes down; storage keeps the first 40 characters of each.
"""

from collections.abc import Mapping

from bot.texts import _


def _marked(text: str) -> str:
    """Marks a text for the catalogue; it is translated when it is drawn."""
    return text


REASONS: Mapping[str, str] = {
    "echo": _marked("it was our own write, seen again"),
    "nothing new": _marked("it held nothing that was not waiting already"),
    "equal already": _marked("both sides held the same already"),
    "not flagged to sync": _marked("the person is not flagged to sync in Marketo"),
    "its Dynamics record comes first": _marked("it came from Dynamics, whose record has to be matched first"),
    "deleted in Marketo": _marked("the person was deleted in Marketo"),
    "no longer in Marketo": _marked("the person is no longer in Marketo"),
    "deleted before it was synced": _marked("it was deleted before it was ever synced"),
    "not a contact's role in an opportunity": _marked("it is a connection, but not a contact's role in an opportunity"),
    "the other side's edit won": _marked("the other side's edit of the same field won"),
    "deleted in Dynamics": _marked("its record was deleted in Dynamics"),
    "blocked in Marketo": _marked("Marketo blocks updates of the field in which they differ"),
    "gone on both sides": _marked("it is on neither side any more"),
    "kept in Marketo": _marked("its user left Dynamics, and Marketo keeps who others refer to"),
    "a contact as well as a lead": _marked("the person is a contact by now, who was compared in its place"),
    "deleted while they were compared": _marked("it was deleted while both sides were compared"),
    "new_synctomkto is No": _marked("its new_synctomkto is No in Dynamics"),
    "filtered out": _marked("a filter in the file of objects leaves it out"),
    "merged into another record in Dynamics": _marked("it was merged into another record in Dynamics"),
    "its parent is not kept in step": _marked("its opportunity or its person is not kept in step"),
    "linked to a record Dynamics had": _marked("Dynamics had the person already, as the other of lead and contact"),
    "its owner can own nothing in Dynamics": _marked("its owner can own nothing in Dynamics, so another was given"),
    "shares a person": _marked("another record with its e-mail address is that person in Marketo already"),
    "shares a record": _marked("another person with its e-mail address is that record in Dynamics already"),
    "still there as another record": _marked("the person is still there as another record in Dynamics"),
    "closed in Dynamics": _marked("its record is closed in Dynamics: a lead that is not open, or an inactive contact"),
}


def because(reason: str) -> str:
    """A reason in the reader's language; one we have no words for as it was written down."""
    for known, words in REASONS.items():
        if known[:40] == reason[:40]:
            return _(words)
    return reason
