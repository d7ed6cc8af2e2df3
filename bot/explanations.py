"""Code -> cause -> what to do, in one line each. Pure data.

Causes are those of Microsoft's and Adobe's lists of codes; codes in lower case are our own.
"""

from collections.abc import Mapping

EXPLANATIONS: Mapping[str, str] = {
    "1003": "Marketo refuses a value, often an e-mail address. Correct the record; the next edit tries it again.",
    "1004": "Marketo no longer knows this person: deleted or merged. It is matched anew with the next edit.",
    "1006": "A field is unknown to Marketo. Run `python -m bot check`, then `python -m bot setup`.",
    "1007": "Several people in Marketo share this key. Merge them in Marketo.",
    "1018": "Marketo's own Dynamics connector is on. Turn it off: both may not write.",
    "603": "The Marketo role or its list of allowed addresses denies access. An admin must grant it.",
    "606": "Marketo's limit of 100 calls in 20 seconds was met. It is tried again by itself.",
    "607": "Marketo's daily quota is used up. It goes on after midnight, Central time.",
    "718": "The salesperson of this record is not in Marketo yet. It is tried again after users are synced.",
    "0x80040217": "A record it refers to is not in Dynamics. Restore it, or point the record elsewhere.",
    "0x80040220": "The application user lacks a privilege in Dynamics. An admin must grant it.",
    "0x80040333": "Dynamics takes it for a duplicate. Merge the two, or change the detection rule.",
    "0x80040237": "A record with this key is in Dynamics already. It is linked with the next pass.",
    "0x80044331": "A text is longer than its field in Dynamics. Shorten it, or lengthen the field.",
    "0x8004431a": "The value is none of the field's choices in Dynamics. Correct it.",
    "0x80040265": "A plug-in in Dynamics refused it; the message is the plug-in's. Ask whoever owns it.",
    "0x80040229": "Its owner is no active user in Dynamics. Assign it to someone who is.",
    "0x80060882": "It was changed in Dynamics at the same moment. It is read and decided again.",
    "ambiguous": "Several records could be the same person. Merge them, or make their e-mail address unique.",
    "timeout": "The service did not answer in time. It is tried again by itself.",
    "connection": "The service could not be reached. It is tried again by itself.",
}


def explained(code: str) -> str | None:
    """What it means and what to do; None for a code we know nothing about."""
    return EXPLANATIONS.get(code) or EXPLANATIONS.get(code.lower())
