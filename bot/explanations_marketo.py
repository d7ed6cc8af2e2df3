"""Marketo's codes in words. Pure data.

Source: Marketo's developer documentation, "Error codes": 5xx to 7xx are about a call, 10xx about one record of it.
"""

from collections.abc import Mapping

from bot.cause import BREAKDOWN, Cause

_WAIT = "Nothing, unless it lasts."
_NEW_ONE = "Nothing: a new token is asked for. Where it lasts, check MARKETO_CLIENT_ID and its secret."
_OURS = "Report it: this is our mistake."
_MAPPING = "Run `python -m bot check`: it says which field is missing."
_BY_HAND = "Merge or correct the people in Marketo by hand."

MARKETO: Mapping[str, Cause] = {
    "500": Cause("Marketo had an error of its own.", "nobody", BREAKDOWN),
    "502": Cause("Marketo's gateway waited too long.", "nobody", _WAIT),
    "600": Cause("The call had no access token.", "nobody", _NEW_ONE),
    "601": Cause("The access token is not valid.", "nobody", _NEW_ONE),
    "602": Cause("The access token expired.", "nobody", _NEW_ONE),
    "603": Cause(
        "The API user's role, or Marketo's list of allowed addresses, denies access.",
        "marketo",
        "Give the role what the message names, or put this server's address on the list.",
    ),
    "604": Cause("Marketo took too long; the work may have been done.", "nobody", "Nothing: it is looked up first."),
    "605": Cause("Marketo does not take this kind of call.", "us", _OURS),
    "606": Cause(
        "100 calls in 20 seconds were reached, all integrations together.",
        "nobody",
        "Nothing. Lower MARKETO_CALLS_PER_20S where it keeps coming.",
    ),
    "607": Cause(
        "The day's calls are used up, all integrations together.",
        "nobody",
        "Nothing: it goes on after midnight, Central time. Ask Adobe for more where it happens often.",
    ),
    "608": Cause("Marketo's API is not available for now.", "nobody", _WAIT),
    "609": Cause("Marketo cannot read our call.", "us", _OURS),
    "610": Cause(
        "Marketo has nothing at that address: another instance, or an object this subscription lacks.",
        "marketo",
        "Check MARKETO_URL, and that the object is part of the subscription.",
    ),
    "611": Cause("Marketo had an error it did not expect.", "nobody", BREAKDOWN),
    "612": Cause("The call had the wrong type of content.", "us", _OURS),
    "613": Cause("The call's parts were not as they should be.", "us", _OURS),
    "614": Cause("The subscription cannot be reached, usually for a while.", "nobody", _WAIT),
    "615": Cause(
        "More than 10 calls were under way at once, all integrations together.",
        "nobody",
        "Nothing. Lower MARKETO_IN_FLIGHT where it keeps coming.",
    ),
    "616": Cause("This is no part of the Marketo subscription.", "marketo", "Ask Adobe what the subscription holds."),
    "701": Cause("A field must not be blank.", "data", "Fill the field that the message names, then retry."),
    "702": Cause("Marketo found no such data.", "data", "Read the message; the record may have been deleted."),
    "703": Cause("A feature is not turned on in Marketo.", "marketo", "Have the feature enabled."),
    "704": Cause("A date is not valid.", "data", "Correct the date that the message names, then retry."),
    "709": Cause("One of Marketo's business rules is violated.", "data", "Do what the message says, then retry."),
    "710": Cause("The folder's parent was not found.", "us", _OURS),
    "711": Cause("The folder is of another type.", "us", _OURS),
    "712": Cause("A person account cannot be merged so.", "data", _BY_HAND),
    "713": Cause("Marketo was short of something for a moment.", "nobody", _WAIT),
    "714": Cause("No default record type was found for a merge.", "marketo", _BY_HAND),
    "718": Cause(
        "The salesperson of the record is not in Marketo yet.",
        "nobody",
        "Nothing: it is tried again after the users are synced.",
    ),
    "719": Cause("Marketo waited too long for a lock.", "nobody", _WAIT),
    "1001": Cause("A value is of the wrong type for its field.", "data", "Correct the value, then retry."),
    "1002": Cause("A value that Marketo needs is missing.", "data", "Fill the field that the message names."),
    "1003": Cause(
        "Marketo refuses a value, often an e-mail address.",
        "data",
        "Correct the record: the next edit tries it again.",
    ),
    "1004": Cause(
        "Marketo no longer knows this person: deleted or merged.",
        "data",
        "Retry it: the person is matched anew. Ignore it where they are meant to be gone.",
    ),
    "1005": Cause("The person is in Marketo already.", "data", "Retry it: the person is found and updated."),
    "1006": Cause("Marketo has no such field.", "marketo", _MAPPING),
    "1007": Cause(
        "Several people in Marketo share this key.",
        "data",
        "Say which one it is with /sync match and the error's number, or merge them in Marketo, then retry.",
    ),
    "1008": Cause("The API user may not write to this partition.", "marketo", "Give the role the person's partition."),
    "1009": Cause("Marketo wants the partition named.", "marketo", "Give the API user one partition only."),
    "1010": Cause("The person lives in another partition.", "marketo", "Move the person in Marketo, then retry."),
    "1011": Cause("The field cannot be searched by.", "marketo", _MAPPING),
    "1012": Cause("A cookie's value is not valid.", "us", _OURS),
    "1013": Cause("Marketo has no such record.", "data", "Retry it: it is matched anew."),
    "1014": Cause("Marketo could not create the record.", "nobody", BREAKDOWN),
    "1015": Cause("The person is not in that list.", "us", _OURS),
    "1016": Cause("Too many imports are queued in Marketo.", "nobody", _WAIT),
    "1017": Cause("The record is in Marketo already.", "data", "Retry it: it is found and updated."),
    "1018": Cause(
        "Marketo's own Dynamics or Salesforce sync is on: it keeps these objects to itself.",
        "marketo",
        "Turn that sync off: both may not write. Then /sync run.",
    ),
    "1019": Cause("An import to the list is under way.", "nobody", _WAIT),
    "1020": Cause("Too many were cloned.", "us", _OURS),
    "1021": Cause("Company fields cannot be written together with people.", "us", _MAPPING),
    "1022": Cause("Others still refer to the record.", "nobody", "Nothing: it is tried again after those."),
    "1025": Cause("The program's status is not one of its channel's.", "us", _OURS),
    "1026": Cause("The subscription has no custom objects.", "marketo", "Have them enabled, or take the object out."),
    "1027": Cause("An activity type has as many fields as it may.", "us", _OURS),
    "1028": Cause("There are as many activity types as there may be.", "us", _OURS),
    "1029": Cause(
        "Marketo's queue of exports is full, or the day's export quota used up.",
        "nobody",
        "Nothing: it is tried again, at the latest on the next day.",
    ),
    "1035": Cause("This kind of filter is no part of the subscription.", "us", _OURS),
    "1036": Cause("The same key came twice in one call.", "data", "Merge the records that share the key, then retry."),
    "1037": Cause("The person is past that program status already.", "us", _OURS),
    "1042": Cause("The time to run is not valid.", "us", _OURS),
    "1048": Cause("There is no draft to discard.", "us", _OURS),
    "1049": Cause("An activity holds more than 65,536 bytes.", "data", "Shorten its texts."),
    "1076": Cause("A merge failed: the CRM holds a duplicate.", "data", _BY_HAND),
    "1077": Cause("A merge failed: a field would become too long.", "data", _BY_HAND),
    "1078": Cause("A merge failed: one of the people is deleted.", "data", _BY_HAND),
    "1079": Cause("A merge failed: both have a personalised URL.", "data", _BY_HAND),
    "1080": Cause("A merge of more than 25 people.", "us", _OURS),
}
