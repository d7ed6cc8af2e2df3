"""Dataverse's codes in words. Pure data.

Sources: Microsoft's pages on the Web API ("compose HTTP requests and handle errors"), on service protection limits,
change tracking and Web API client errors; names and values as in FakeXrmEasy's ErrorCodes.cs.
"""

from collections.abc import Mapping

from bot.cause import BREAKDOWN, Cause

_SLOWER = "Nothing: we wait as long as Dynamics says."
_PLUG_IN = "Nothing, unless it lasts: then ask whoever owns the plug-in."
_ROLE = "Give the application user a security role with the privilege that the message names."
_COLUMN = "Add the application user to a column security profile that allows it."

DYNAMICS: Mapping[str, Cause] = {
    "0x80040333": Cause(
        "Dynamics takes the record for a duplicate of another one.",
        "data",
        "Say which one it is with /sync match and the error's number, or merge the two in Dynamics, then retry.",
    ),
    "0x80040237": Cause(
        "A record with this key is in Dynamics already.",
        "nobody",
        "Nothing, mostly: it is linked with the next pass. Retry it where it stays.",
    ),
    "0x80060892": Cause(
        "Another record in Dynamics uses this alternate key.", "data", "Find the record that has it and merge the two."
    ),
    "0x80044331": Cause(
        "A text is longer than its field in Dynamics.",
        "data",
        "Shorten it, or have the field made longer; the message names it.",
    ),
    "0x8004431a": Cause(
        "A value is none of the field's choices in Dynamics.",
        "data",
        "Correct the value, or add it to the choices.",
    ),
    "0x8004432f": Cause("A whole number is outside the field's limits.", "data", "Correct it, or widen the limits."),
    "0x80044330": Cause("A decimal number is outside the field's limits.", "data", "Correct it, or widen the limits."),
    "0x80040278": Cause("A text holds control characters.", "data", "Type the text anew without them."),
    "0x80040203": Cause("Dynamics does not take one of the values.", "data", "Read the message and correct the value."),
    "0x80040200": Cause(
        "A column that Dynamics requires is empty.", "data", "Fill the field that the message names, then retry."
    ),
    "0x80040217": Cause(
        "The record, or one that it refers to, is not in Dynamics.",
        "data",
        "Restore it, or point the record elsewhere; then retry.",
    ),
    "0x80060891": Cause(
        "No record in Dynamics has that alternate key.", "data", "Restore the record it refers to, then retry."
    ),
    "0x8006089d": Cause(
        "Several records in Dynamics have the same alternate key.",
        "dynamics",
        "Make the key unique again, and its index active.",
    ),
    "0x80060890": Cause(
        "The table has no such alternate key.", "dynamics", "Define the key, and wait until its index is active."
    ),
    "0x80040220": Cause("The application user lacks a privilege.", "dynamics", _ROLE),
    "0x80040231": Cause("The application user lacks a privilege.", "dynamics", _ROLE),
    "0x80048306": Cause("The application user may not touch this record.", "dynamics", _ROLE),
    "0x80048405": Cause("The application user has no access.", "dynamics", _ROLE),
    "0x80042f09": Cause("The application user has no security role at all.", "dynamics", "Give it one."),
    "0x80040225": Cause("The application user is disabled.", "dynamics", "Enable it."),
    "0x8004f502": Cause("A secured column may not be filled on creation.", "dynamics", _COLUMN),
    "0x8004f504": Cause("A secured column may not be read.", "dynamics", _COLUMN),
    "0x8004f507": Cause("A secured column may not be changed.", "dynamics", _COLUMN),
    "0x80040265": Cause(
        "A plug-in in Dynamics refused the record; the message is the plug-in's own.",
        "data",
        "Do what the message says, or ask whoever owns the plug-in; then retry.",
    ),
    "0x80040224": Cause("A plug-in in Dynamics crashed.", "nobody", _PLUG_IN),
    "0x80044171": Cause("A plug-in in Dynamics took too long.", "nobody", _PLUG_IN),
    "0x80044172": Cause("A plug-in in Dynamics took too long.", "nobody", _PLUG_IN),
    "0x80044173": Cause("A plug-in in Dynamics took too long.", "nobody", _PLUG_IN),
    "0x80081111": Cause("A plug-in in Dynamics took too long.", "nobody", _PLUG_IN),
    "0x80044151": Cause("The database of Dynamics took too long.", "nobody", BREAKDOWN),
    "0x80044150": Cause("The database of Dynamics had an error, such as a deadlock.", "nobody", BREAKDOWN),
    "0x80044339": Cause("Somebody else was writing the record at that moment.", "nobody", BREAKDOWN),
    "0x80060882": Cause(
        "The record was changed in Dynamics at the same moment.",
        "nobody",
        "Nothing: it is read again and decided anew.",
    ),
    "0x80060883": Cause("The call lacked the version it goes by.", "us", "Report it: this is our mistake."),
    "0x80048408": Cause(
        "The status reason does not belong to the state.", "dynamics", "Correct the record's status in Dynamics."
    ),
    "0x80040227": Cause(
        "It cannot be deleted while other records refer to it.", "data", "Remove what refers to it, or leave it."
    ),
    "0x8004023b": Cause("Dynamics does not allow this on the record.", "data", "Read the message, then decide."),
    "0x80040229": Cause(
        "Its owner is no active user or team in Dynamics.", "data", "Assign it to somebody who is, then retry."
    ),
    "0x80040519": Cause("The lead is closed already.", "data", "Reopen the lead in Dynamics, or ignore the error."),
    "0x80040518": Cause("The lead is open already.", "data", "Nothing is lost: ignore the error."),
    "0x80081018": Cause("The lead cannot be qualified as it is.", "data", "Read the message; qualify it in Dynamics."),
    "0x80044352": Cause(
        "Dynamics no longer knows where reading stopped: too long ago, or the table was changed.",
        "nobody",
        "Nothing: everything is read once more and compared.",
    ),
    "0x80072491": Cause(
        "Change tracking is off for the table.", "dynamics", "Turn on “Track changes” in the table's properties."
    ),
    "0x80072321": Cause("Our calls used too much of Dynamics' time in 5 minutes.", "nobody", _SLOWER),
    "0x80072322": Cause("We made more than 6,000 calls in 5 minutes.", "nobody", _SLOWER),
    "0x80072326": Cause("More than 52 calls were under way at once.", "nobody", _SLOWER),
    "0x80040216": Cause("Dynamics had an error it cannot name.", "nobody", BREAKDOWN),
    "0x8006088a": Cause(
        "Dynamics has no such table.", "dynamics", "Check DYNAMICS_URL, and that the app is installed."
    ),
    "0x0": Cause(
        "Dynamics has no such column.", "dynamics", "Run `python -m bot check`: it says which field is missing."
    ),
}
