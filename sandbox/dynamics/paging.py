"""Paging cookies: where the next page begins, wrapped up the way Dataverse wraps it.

A next link is to be followed as it is. Its $skiptoken reads
`<cookie pagenumber="2" pagingcookie="…" istracking="False" />`, where the inner cookie is percent-encoded once more.
"""

import re
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote

from sandbox.dynamics.refusals import bad_request

LARGEST_PAGE = 5000


@dataclass(frozen=True)
class Cookie:
    """`number` counts pages from 1. `reached` is the place or version where the last page ended.

    `since` and `until` are the versions between which a tracked read tells changes; `deletes` says that it has come
    to the deleted rows.
    """

    number: int = 1
    reached: int = 0
    since: int = 0
    until: int = 0
    deletes: bool = False
    tracking: bool = False

    def next(self, reached: int, *, deletes: bool = False) -> "Cookie":
        return replace(self, number=self.number + 1, reached=reached, deletes=deletes)

    def token(self, id_name: str, last: str) -> str:
        """The decoded $skiptoken."""
        inner = (
            f'<cookie page="{self.number - 1}" reached="{self.reached}" since="{self.since}" until="{self.until}" '
            f'deletes="{int(self.deletes)}"><{id_name} last="{{{last}}}" first="{{{last}}}" /></cookie>'
        )
        wrapped = quote(quote(inner, safe=""), safe="")
        return f'<cookie pagenumber="{self.number}" pagingcookie="{wrapped}" istracking="{self.tracking}" />'


def read_cookie(token: str) -> Cookie:
    """400 for a token that is not one of ours."""
    outer = dict(re.findall(r'(\w+)="([^"]*)"', token))
    inner = dict(re.findall(r'(\w+)="(\d+)"', unquote(unquote(outer.get("pagingcookie", "")))))
    try:
        number, reached, since, until = (
            int(outer["pagenumber"]),
            int(inner["reached"]),
            int(inner["since"]),
            int(inner["until"]),
        )
    except (KeyError, ValueError):
        raise bad_request("The paging cookie is malformed.") from None
    return Cookie(number, reached, since, until, inner.get("deletes") == "1", outer.get("istracking") == "True")


def page_size(preference: str | None) -> int:
    """`odata.maxpagesize`, at most 5000, which is also what one gets without it."""
    if preference is None:
        return LARGEST_PAGE
    if not preference.isdigit() or int(preference) < 1:
        raise bad_request("The odata.maxpagesize preference must be a positive integer.")
    return min(int(preference), LARGEST_PAGE)
