"""Where a record is found by a person: addresses into Dynamics and Marketo. Pure."""

from sync.objects import BY_NAME


def dynamics_link(url: str, name: str, dynamics_id: str | None) -> str:
    """The record's form; empty without an id."""
    if not dynamics_id or not url:
        return ""
    return f"{url}/main.aspx?etn={BY_NAME[name].table}&id={dynamics_id}&pagetype=entityrecord"


def marketo_link(name: str, marketo_id: str | None) -> str:
    """A person's page, for whoever is signed in to Marketo; only people have one.

    Which pod (app-xx) an instance lives on cannot be told from its REST address, so this names the common entrance.
    Not verified against a real instance.
    """
    if not marketo_id or not BY_NAME[name].is_person:
        return ""
    return f"https://app.marketo.com/leadDatabase/loadLeadDetail?leadId={marketo_id}"
