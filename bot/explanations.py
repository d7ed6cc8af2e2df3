"""Code -> what it means -> who must act -> what to do. Pure data; the codes of each service in files of their own.

Whether a code is tried again by itself is not said here: the engine goes by sync/dynamics/codes.py and
sync/marketo/codes.py, and so do we.
"""

from collections.abc import Mapping

from rapidfuzz import fuzz, process

from bot.cause import BREAKDOWN, Cause
from bot.explanations_dynamics import DYNAMICS
from bot.explanations_marketo import MARKETO
from bot.texts import _
from sync.dynamics.codes import VERDICTS as DYNAMICS_VERDICTS
from sync.errors import Later
from sync.marketo.codes import VERDICTS as MARKETO_VERDICTS
from sync.suspects import is_breakdown

OURS: Mapping[str, Cause] = {
    "ambiguous": Cause(
        "A record, or several, could be the same person, so none was chosen.",
        "data",
        "See them with /sync match and the error's number: say which it is, or that it is a new one; or merge them.",
    ),
    "email-taken": Cause(
        "The new e-mail address belongs to somebody else on the other side already, so it was not written.",
        "data",
        "Correct the address, or merge the two; if both may have it, say so with /sync match and the word new.",
    ),
    "loop": Cause(
        "The same field was written again and again: another system seems to change it back.",
        "both",
        "Find what else writes that field (a workflow, an integration, a smart campaign), stop it, then retry.",
    ),
    "brake-deletes": Cause(
        "So many records were deleted at once that it may be an accident; nothing of it is written yet.",
        "both",
        "Look into both services. If it was meant, /sync resume with the object's name; if not, restore the records.",
    ),
    "brake-changes": Cause(
        "So many records were changed at once that it may be an accident; nothing of it is written yet.",
        "both",
        "Look into both services. If it was meant, /sync resume with the object's name; if not, correct the records.",
    ),
    "brake-empty": Cause(
        "A whole side showed no records any more: they are gone, or the sync may not see them.",
        "dynamics",
        "Check what the sync's user may read. Once the records are back, or are meant to be gone, /sync resume it.",
    ),
    "parent": Cause(
        "The record refers to another one that is not in Marketo yet.",
        "nobody",
        "Nothing: it goes on as soon as that one is there. Look that one up if it waits for long.",
    ),
    "timeout": Cause("The service did not answer in time.", "nobody", "Nothing, unless it lasts: see /sync health."),
    "connection": Cause("The service could not be reached.", "nobody", "Nothing, unless it lasts: see /sync health."),
    "bad-reply": Cause(
        "The service's answer made no sense, so that what it did is not known.",
        "nobody",
        "Nothing: what was written is looked up before it is tried again.",
    ),
    "replayed": Cause(
        "A create was repeated and the record was there already: the first try had worked.",
        "nobody",
        "Nothing: it is linked and brought up to date with the newest values.",
    ),
    "schema": Cause(
        "Fields this sync needs are missing in Marketo.",
        "marketo",
        "Run `python -m bot check`, then `python -m bot setup`.",
    ),
    "skipped": Cause("Marketo skipped the record and gave no code.", "data", "Read the message, then retry it."),
    "http-401": Cause(
        "The credentials were refused.",
        "both",
        "Renew the client secret of the service that is down, and the setting that holds it.",
    ),
    "http-403": Cause(
        "Access is forbidden, by a role or by a list of allowed addresses.",
        "both",
        "Give the sync's user its role, or put this server's address on the list.",
    ),
    "http-404": Cause("There is nothing at that address.", "both", "Check DYNAMICS_URL or MARKETO_URL."),
    "http-408": Cause("The service stopped waiting for our call.", "nobody", "Nothing, unless it lasts."),
    "http-413": Cause("The call was larger than Marketo takes (1 MB).", "data", "Shorten the record's long texts."),
    "http-414": Cause(
        "The call's address was longer than Marketo takes (8 KB).", "us", "Report it: this is our mistake."
    ),
    "http-429": Cause("The service asks for fewer calls.", "nobody", "Nothing: we wait as long as it says."),
    "http-500": Cause("The service had an error of its own.", "nobody", BREAKDOWN),
    "http-502": Cause("A gateway before the service had no answer from it.", "nobody", "Nothing, unless it lasts."),
    "http-503": Cause("The service is not available for now.", "nobody", "Nothing, unless it lasts."),
    "http-504": Cause("A gateway before the service waited too long.", "nobody", "Nothing, unless it lasts."),
}
CATALOGUE: Mapping[str, Cause] = {**DYNAMICS, **MARKETO, **OURS}
SELF_HEALING = frozenset({"parent", "timeout", "connection", "bad-reply", "replayed"})
WHO = {
    "nobody": "Nobody has to act.",
    "data": "Whoever keeps the record has to act.",
    "dynamics": "A Dynamics admin has to act.",
    "marketo": "A Marketo admin has to act.",
    "both": "An admin of the service has to act.",
    "us": "Whoever runs this sync has to act.",
}
LATER = "It is tried again by itself, after a while that grows with each try."
AGAIN = {
    "later": LATER,
    "breakdown": "It is tried again by itself, ever more seldom. A record that breaks the service down alone, "
    "while others get through, becomes an error.",
    "never": "It is not tried again by itself: it waits for a retry, or for an edit of the record.",
    "person": "Nothing of that object or service is written until this is mended; that is tried from time to time.",
    "brake": "It goes on when an operator resumes it, and not before.",
    "loop": "It is not tried again by itself, nor after an edit: it waits for a retry.",
    "cursor": "Everything is read once more by itself, which takes longer than usual.",
}


def known_code(code: str) -> str | None:
    """The catalogue's spelling of `code`: hexadecimal in either case, or Dataverse's signed number."""
    wanted = code.strip().lower()
    if wanted in CATALOGUE:
        return wanted
    if wanted.startswith("-") and wanted[1:].isascii() and wanted[1:].isdecimal() and len(wanted) < 12:
        return known_code(f"0x{int(wanted) & 0xFFFFFFFF:08x}")
    if wanted.isalnum() and f"0x{wanted}" in CATALOGUE:
        return f"0x{wanted}"
    return None


def nearest_code(code: str) -> str | None:
    """The code that is spelt most like one we do not know."""
    found = process.extractOne(code.strip().lower(), list(CATALOGUE), scorer=fuzz.ratio, score_cutoff=60)
    return found[0] if found else None


def explained(code: str) -> str | None:
    """What it means and what to do, in one line; None for a code we know nothing about."""
    known = known_code(code)
    if known is None:
        return None
    cause = CATALOGUE[known]
    return f"{_(cause.meaning)} {_(cause.remedy)}"


def tried_again(code: str) -> str:
    """Whether the engine tries again by itself what failed with `code`."""
    if code in SELF_HEALING:
        return _(LATER)
    verdict = (
        DYNAMICS_VERDICTS.get(code) or MARKETO_VERDICTS.get(code) or ("later" if code.startswith("http-5") else "")
    )
    kind: str = "later" if verdict.startswith(("later", "again")) else verdict
    if kind == "later" and is_breakdown(Later(code, "")):
        kind = "breakdown"
    again = AGAIN["person"] if code == "schema" else AGAIN[_of_ours(code) or kind or "never"]
    return _(again)


def _of_ours(code: str) -> str:
    """What only a person lets go on."""
    return "brake" if code.startswith("brake-") else "loop" if code == "loop" else ""
