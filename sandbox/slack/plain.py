"""Blocks as plain text, the way a person would read them aloud: pure."""

import re
from collections.abc import Callable
from typing import Any

Block = dict[str, Any]


def of_message(text: str, blocks: list[Block], files: list[str]) -> str:
    """All that a message shows: its blocks, or its text when it has none, then its files' names."""
    shown = [of_block(block) for block in blocks] if blocks else [of_mrkdwn(text)]
    return "\n".join([*(part for part in shown if part), *(f"[file {name}]" for name in files)])


def of_mrkdwn(text: str) -> str:
    """mrkdwn without its control characters: links by their words, dates by their fallback."""
    text = re.sub(r"<!date\^[^|<>]*\|([^<>]*)>", r"\1", text)
    text = re.sub(r"<!subteam\^([A-Z0-9]+)(?:\|[^<>]*)?>", r"@\1", text)
    text = re.sub(r"<#([^|<>]*)(?:\|[^<>]*)?>", r"#\1", text)
    text = re.sub(r"<[!@]([^|<>]*)(?:\|[^<>]*)?>", r"@\1", text)
    text = re.sub(r"<([^|<>]*)\|([^<>]*)>", r"\2", text)
    text = re.sub(r"<([^<>]*)>", r"\1", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def of_block(block: Block) -> str:
    """One block's text; empty for what has none."""
    reader = _READERS.get(str(block.get("type")))
    return reader(block) if reader else ""


def of_table(rows: list[list[str]]) -> str:
    """Rows in columns of even width."""
    widths = [max(len(row[at]) for row in rows if at < len(row)) for at in range(max(map(len, rows), default=0))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)) for row in rows]
    return "\n".join(line.rstrip() for line in lines)


def _text(text: Any) -> str:
    """A text object, or a bare string."""
    if not isinstance(text, dict):
        return str(text or "")
    said = str(text.get("text", ""))
    return of_mrkdwn(said) if text.get("type") == "mrkdwn" else said


def _section(block: Block) -> str:
    parts = [_text(block.get("text")), *(_text(field) for field in block.get("fields") or [])]
    said = "\n".join(part for part in parts if part)
    return f"{said}  {_element(block['accessory'])}" if block.get("accessory") else said


def _context(block: Block) -> str:
    return " ".join(each.get("alt_text", "") if each["type"] == "image" else _text(each) for each in block["elements"])


def _actions(block: Block) -> str:
    return " ".join(_element(each) for each in block["elements"])


def _element(element: Block) -> str:
    """A button as [Label], a menu as what is chosen in it and a v."""
    kind = element.get("type", "")
    if kind in ("button", "workflow_button"):
        return f"[{_text(element.get('text'))}]"
    if kind == "image":
        return str(element.get("alt_text", ""))
    if kind == "overflow":
        return "[…]"
    shown = element.get("initial_option") or {"text": element.get("placeholder") or "…"}
    return f"[{_text(shown['text'])} v]"


def _input(block: Block) -> str:
    return f"{_text(block.get('label'))}: {_element(block.get('element') or {})}"


def _rich_text(block: Block) -> str:
    return "\n".join(_rich_part(part, at) for at, part in enumerate(block.get("elements") or []))


def _rich_part(part: Block, _: int = 0) -> str:
    kind, within = part.get("type"), part.get("elements") or []
    if kind == "rich_text_list":
        ordered = part.get("style") == "ordered"
        items = [_rich_part(item) for item in within]
        return "\n".join(f"{f'{at}.' if ordered else '•'} {item}" for at, item in enumerate(items, 1))
    said = "".join(_leaf(leaf) for leaf in within)
    return "\n".join(f"> {line}" for line in said.split("\n")) if kind == "rich_text_quote" else said


def _leaf(leaf: Block) -> str:
    kind = leaf.get("type")
    if kind == "text":
        return str(leaf.get("text", ""))
    if kind == "link":
        return str(leaf.get("text") or leaf.get("url", ""))
    if kind == "emoji":
        return f":{leaf.get('name', '')}:"
    if kind == "date":
        return str(leaf.get("fallback") or leaf.get("timestamp", ""))
    if kind == "channel":
        return f"#{leaf.get('channel_id', '')}"
    named = ("user_id", "usergroup_id", "range", "value")
    return next((f"@{leaf[name]}" for name in named if name in leaf), "")


def _table(block: Block) -> str:
    rows = [[_cell(cell) for cell in row] for row in block.get("rows") or []]
    caption = _text(block.get("caption"))
    return "\n".join(part for part in (caption, of_table(rows)) if part)


def _cell(cell: Block) -> str:
    if cell.get("type") == "rich_text":
        return _rich_text(cell).replace("\n", " ")
    return str(cell.get("text") if cell.get("text") is not None else cell.get("value", ""))


def _chart(block: Block) -> str:
    chart = block.get("chart") or {}
    lines = [f"{block.get('title', '')} ({chart.get('type', '')} chart)"]
    for series in chart.get("series") or []:
        points = ", ".join(f"{point['label']} {point['value']}" for point in series["data"])
        lines.append(f"{series['name']}: {points}")
    lines += [f"{segment['label']}: {segment['value']}" for segment in chart.get("segments") or []]
    return "\n".join(lines)


def _container(block: Block) -> str:
    inside = [of_block(each) for each in block.get("child_blocks") or []]
    return "\n".join([_text(block.get("title")), *inside])


def _card(block: Block) -> str:
    said = [_text(block.get(name)) for name in ("title", "subtitle", "body")]
    buttons = " ".join(_element(each) for each in block.get("actions") or [])
    return "\n".join(part for part in [*said, buttons] if part)


_READERS: dict[str, Callable[[Block], str]] = {
    "section": _section,
    "header": lambda block: _text(block.get("text")),
    "context": _context,
    "actions": _actions,
    "divider": lambda block: "---",
    "input": _input,
    "rich_text": _rich_text,
    "table": _table,
    "data_table": _table,
    "data_visualization": _chart,
    "container": _container,
    "card": _card,
    "carousel": lambda block: "\n".join(_card(card) for card in block.get("elements") or []),
    "alert": lambda block: _text(block.get("text")),
    "markdown": lambda block: str(block.get("text", "")),
    "image": lambda block: str(block.get("alt_text", "")),
}
