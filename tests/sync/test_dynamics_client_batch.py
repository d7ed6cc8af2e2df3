"""$batch bodies, written and read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.dynamics.batch import BOUNDARY, Operation, read_batch, write_batch
from sync.dynamics.reading import in_filter, value_chunks

REPLY = "\r\n".join(
    [
        "--batchresponse_1",
        "Content-Type: application/http",
        "Content-Transfer-Encoding: binary",
        "",
        "HTTP/1.1 204 No Content",
        "OData-Version: 4.0",
        "OData-EntityId: https://contoso.crm.dynamics.com/api/data/v9.2/leads(1)",
        "",
        "",
        "--batchresponse_1",
        "Content-Type: application/http",
        "Content-Transfer-Encoding: binary",
        "",
        "HTTP/1.1 400 Bad Request",
        "Content-Type: application/json; odata.metadata=minimal",
        "",
        '{"error":{"code":"0x80044331","message":"too\\r\\nlong"}}',
        "--batchresponse_1--",
        "",
    ]
)


def test_a_batch_is_written_with_line_ends_and_blank_lines_where_they_belong() -> None:
    body = write_batch([Operation("PATCH", "/api/data/v9.2/leads(1)", {"firstname": "A"}, {"If-Match": "*"})])
    assert body.decode().split("\r\n") == [
        f"--{BOUNDARY}",
        "Content-Type: application/http",
        "Content-Transfer-Encoding: binary",
        "",
        "PATCH /api/data/v9.2/leads(1) HTTP/1.1",
        "Accept: application/json",
        "If-Match: *",
        "Content-Type: application/json; type=entry",
        "",
        '{"firstname": "A"}',
        f"--{BOUNDARY}--",
        "",
    ]


def test_answers_come_out_in_order_with_their_status_headers_and_body() -> None:
    first, second = read_batch('multipart/mixed; boundary="batchresponse_1"', REPLY.encode())
    assert (first.status, first.body) == (204, {})
    assert first.headers["odata-entityid"].endswith("/leads(1)")
    assert (second.status, second.body["error"]["code"]) == (400, "0x80044331")


def test_answers_within_a_change_set_are_read_too() -> None:
    nested = REPLY.replace("batchresponse_1", "changesetresponse_2")
    outer = f"--b\r\nContent-Type: multipart/mixed; boundary=changesetresponse_2\r\n\r\n{nested}--b--\r\n"
    assert [answer.status for answer in read_batch("multipart/mixed; boundary=b", outer.encode())] == [204, 400]


def test_a_reply_that_is_no_multipart_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="not a multipart reply"):
        read_batch("text/html", b"<html>")


def test_a_batch_above_a_thousand_operations_is_not_written() -> None:
    with pytest.raises(ValueError, match="at most 1000"):
        write_batch([Operation("GET", "/x")] * 1001)


@given(st.text())
def test_no_value_can_end_a_part(value: str) -> None:
    body = write_batch([Operation("POST", "/x", {"a": value + f"\r\n--{BOUNDARY}--\r\n"})]).decode()
    assert body.count(f"\r\n--{BOUNDARY}") == 1


def test_quotes_within_a_value_looked_up_are_doubled() -> None:
    told = "Microsoft.Dynamics.CRM.In(PropertyName='emailaddress1',PropertyValues=['o''neill@x.com','b'])"
    assert in_filter("emailaddress1", ["o'neill@x.com", "b"]) == told


@given(st.lists(st.text(max_size=8000), max_size=300))
def test_values_looked_up_are_chunked_in_order_and_none_is_lost(values: list[str]) -> None:
    chunks = value_chunks(values)
    assert [value for chunk in chunks for value in chunk] == values
    assert all(1 <= len(chunk) <= 100 for chunk in chunks)
    assert all(len(in_filter("x", chunk)) < 20_000 for chunk in chunks)
