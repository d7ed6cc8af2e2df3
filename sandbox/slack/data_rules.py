"""Which tables and charts Slack takes: pure. Limits as documented for table, data_table and data_visualization."""

from typing import Any

from sandbox.slack.place import Place
from sandbox.slack.rich_text_rules import check_rich_text

MOST_CELL_CHARACTERS = 10_000


def check_table(place: Place) -> None:
    """table: 100 rows of 20 cells."""
    place.only("block_id", "rows", "column_settings")
    for row in place.each("rows", 100):
        _cells(row)
    for setting in place.each("column_settings", 20, least=0, required=False):
        if setting.value is not None and setting.is_object():
            setting.only("align", "is_wrapped")
            setting.one_of("align", ("left", "center", "right"))


def check_data_table(place: Place) -> None:
    """data_table: caption, a header and up to 100 rows of equal length, 10,000 characters in all."""
    place.only("block_id", "rows", "caption", "page_size", "row_header_column_index")
    place.string("caption", 2000, required=True)
    place.number("page_size", 1, 100)
    place.number("row_header_column_index", 0, 19)
    rows = list(place.each("rows", 101, least=2))
    for row in rows:
        _cells(row)
    lists = [row.value for row in rows if isinstance(row.value, list)]
    if len({len(row) for row in lists}) > 1:
        place.at("rows").complain("all rows must have the same number of cells")
    if lists and any(isinstance(cell, dict) and cell.get("type") == "rich_text" for cell in lists[0]):
        place.at("rows").at(0).complain("the header row cannot contain rich_text cells")
    if characters(lists) > MOST_CELL_CHARACTERS:
        place.at("rows").complain(f"must be less than {MOST_CELL_CHARACTERS + 1} characters")


def characters(part: Any) -> int:
    """How many characters of text stand anywhere in `part`."""
    if isinstance(part, list):
        return sum(characters(each) for each in part)
    if not isinstance(part, dict):
        return 0
    own = sum(len(part[name]) for name in ("text", "title", "caption") if isinstance(part.get(name), str))
    return own + sum(characters(each) for each in part.values() if isinstance(each, dict | list))


def check_chart(place: Place) -> None:
    """data_visualization: a line, bar, area or pie chart with up to 6 series of up to 20 points."""
    place.only("block_id", "title", "chart")
    place.string("title", 50, required=True)
    if not place.needs("chart") or not place.at("chart").is_object():
        return
    chart = place.at("chart")
    chart.needs("type")
    chart.one_of("type", ("line", "bar", "area", "pie"))
    if chart.kind == "pie":
        _pie(chart)
    else:
        _series(chart)


def _pie(chart: Place) -> None:
    chart.only("segments")
    for segment in chart.each("segments", 6):
        if segment.is_object():
            segment.string("label", 20, required=True)
            _value(segment, positive=True)


def _series(chart: Place) -> None:
    chart.only("series", "axis_config")
    categories = _categories(chart)
    names: list[str] = []
    for series in chart.each("series", 6):
        if not series.is_object():
            continue
        series.only("name", "data")
        series.string("name", 20, required=True)
        names.append(str(series.value.get("name")))
        labels = [_point(point) for point in series.each("data", 20)]
        if sorted(map(str, labels)) != sorted(categories):
            series.complain("must have exactly one data point for every category")
    if len(set(names)) < len(names):
        chart.at("series").complain("series names must be unique")


def _categories(chart: Place) -> list[str]:
    if not chart.needs("axis_config") or not chart.at("axis_config").is_object():
        return []
    axis = chart.at("axis_config")
    axis.only("categories", "x_label", "y_label")
    axis.string("x_label", 50)
    axis.string("y_label", 50)
    found = []
    for category in axis.each("categories", 20):
        category.is_string(20)
        found.append(str(category.value))
    return found


def _point(point: Place) -> Any:
    if not point.is_object():
        return None
    point.string("label", 20, required=True)
    _value(point)
    return point.value.get("label")


def _value(place: Place, positive: bool = False) -> None:
    value = place.value.get("value")
    if isinstance(value, bool) or not isinstance(value, int | float):
        place.complain("missing required field: value" if value is None else "must be a number")
    elif positive and value <= 0:
        place.at("value").complain("must be more than 0")


def _cells(row: Place) -> None:
    """A row's cells: raw_text with at least one character, raw_number with a value, or rich_text."""
    if not isinstance(row.value, list):
        row.complain("must provide an array")
        return
    if len(row.value) > 20:
        row.complain("no more than 20 items allowed")
    if not row.value:
        row.complain("no less than 1 items allowed")
    for index in range(len(row.value)):
        _cell(row.at(index))


def _cell(cell: Place) -> None:
    if not cell.is_object():
        return
    kind = cell.kind
    if kind == "raw_text":
        cell.only("text")
        cell.string("text", 10_000, required=True)
    elif kind == "raw_number":
        cell.only("value", "text")
        _value(cell)
    elif kind == "rich_text":
        check_rich_text(cell)
    else:
        cell.complain(f"unsupported type: {kind}")
