"""Which rich text Slack takes (docs.slack.dev/reference/block-kit/blocks/rich-text-block): pure."""

from sandbox.slack.place import Place

PARTS = {
    "rich_text_section": (),
    "rich_text_preformatted": ("border", "language"),
    "rich_text_quote": ("border",),
    "rich_text_list": ("style", "indent", "offset", "border"),
}
NEEDED = {
    "text": ("text",),
    "link": ("url",),
    "user": ("user_id",),
    "usergroup": ("usergroup_id",),
    "team": ("team_id",),
    "channel": ("channel_id",),
    "emoji": ("name",),
    "broadcast": ("range",),
    "color": ("value",),
    "date": ("timestamp", "format"),
}


def check_rich_text(place: Place) -> None:
    """Complains of a rich_text block or cell. Empty lists of elements are taken, empty texts are not."""
    for part in place.each("elements", 10_000, least=0):
        if not part.is_object():
            continue
        kind = part.kind
        if kind not in PARTS:
            part.complain(f"unsupported type: {kind}")
            continue
        part.only("elements", *PARTS[kind])
        if kind == "rich_text_list":
            _list(part)
        else:
            _leaves(part, ("text", "link") if kind == "rich_text_preformatted" else tuple(NEEDED))


def _list(part: Place) -> None:
    if part.needs("style"):
        part.one_of("style", ("bullet", "ordered"))
    for item in part.each("elements", 10_000):
        if item.is_object():
            if item.kind != "rich_text_section":
                item.complain(f"unsupported type: {item.value.get('type')}")
            _leaves(item, tuple(NEEDED))


def _leaves(part: Place, allowed: tuple[str, ...]) -> None:
    for leaf in part.each("elements", 10_000, least=0):
        if not leaf.is_object():
            continue
        kind = leaf.kind
        if kind not in allowed:
            leaf.complain(f"unsupported type: {kind}")
            continue
        for name in NEEDED[kind]:
            leaf.needs(name)
        if kind == "text":
            leaf.string("text", 40_000)
        leaf.one_of("range", ("here", "channel", "everyone"))
