"""Whom a message calls, how it reads, and files in their three steps; each by raw HTTP."""

from collections.abc import AsyncIterator

import pytest

from tests.sandbox.slack_service import Json, SlackService, running_slack


@pytest.fixture
async def slack() -> AsyncIterator[SlackService]:
    async with running_slack() as service:
        yield service


def rich_text(*leaves: Json) -> Json:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(leaves)}]}


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("<!channel> look", ["!channel"]),
        ("<@U0OPS> and <!subteam^S0OPS|ops>", ["@U0OPS", "!subteam^S0OPS"]),
        ("&lt;!channel&gt; @channel", []),
    ],
)
async def test_mentions_are_read_from_mrkdwn(slack: SlackService, text: str, called: list[str]) -> None:
    await slack.post({"type": "section", "text": {"type": "mrkdwn", "text": text}})
    assert (await slack.seen())[0]["mentions"] == called


async def test_an_attachment_mentions_like_mrkdwn(slack: SlackService) -> None:
    await slack.api("chat.postMessage", channel="C0OPS", attachments=[{"text": "<!channel>"}])
    assert (await slack.seen())[0]["mentions"] == ["!channel"]


async def test_a_text_mentions_like_mrkdwn(slack: SlackService) -> None:
    await slack.post(text="<!here>")
    assert (await slack.seen())[0]["mentions"] == ["!here"]


async def test_plain_text_cells_and_rich_text_mention_nobody(slack: SlackService) -> None:
    said = "<!channel> <@U0OPS>"
    await slack.post(
        {"type": "header", "text": {"type": "plain_text", "text": said}},
        {"type": "table", "rows": [[{"type": "raw_text", "text": said}]]},
        {
            "type": "rich_text",
            "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": said}]}],
        },
    )
    assert (await slack.seen())[0]["mentions"] == []


async def test_elements_of_rich_text_made_to_mention_do(slack: SlackService) -> None:
    await slack.post(rich_text({"type": "broadcast", "range": "channel"}, {"type": "user", "user_id": "U0OPS"}))
    assert (await slack.seen())[0]["mentions"] == ["!channel", "@U0OPS"]


async def test_a_table_reads_as_aligned_columns(slack: SlackService) -> None:
    rows = [[{"type": "raw_text", "text": cell} for cell in row] for row in (["Object", "Ins"], ["Leads", "1,204"])]
    await slack.post({"type": "table", "rows": rows})
    assert (await slack.seen())[0]["plain"] == "Object  Ins\nLeads   1,204"


async def test_messages_since_a_moment_include_those_edited_after_it(slack: SlackService) -> None:
    first, second = (await slack.post())["ts"], (await slack.post())["ts"]
    assert [each["ts"] for each in await slack.seen(since=first)] == [second]
    await slack.api("chat.update", channel="C0OPS", ts=first, text="again")
    assert [each["ts"] for each in await slack.seen(since=second)] == [first]


async def upload(slack: SlackService, content: bytes, announced: int | None = None) -> tuple[str, int]:
    """Runs the first two steps of an upload; returns the file's id and the second step's status."""
    length = str(len(content) if announced is None else announced)
    asked = await slack.api("files.getUploadURLExternal", filename="errors.csv", length=length)
    return asked["file_id"], (await slack.http.post(asked["upload_url"], content=content)).status_code


async def test_a_file_arrives_in_three_steps(slack: SlackService) -> None:
    file, _ = await upload(slack, b"code,count\n1003,2\n")
    done = await slack.api(
        "files.completeUploadExternal",
        files=[{"id": file, "title": "Errors"}],
        channel_id="C0OPS",
        initial_comment="Here",
    )
    [message] = await slack.seen()
    assert (done["files"][0]["title"], message["files"][0]["name"]) == ("Errors", "errors.csv")
    assert (await slack.http.get(f"/sandbox/files/{file}")).content == b"code,count\n1003,2\n"
    assert (await slack.api("files.info", file=file))["file"]["size"] == 18


async def test_a_file_of_another_length_than_announced_is_refused(slack: SlackService) -> None:
    assert (await upload(slack, b"four", announced=5))[1] == 400


async def test_a_file_that_never_arrived_cannot_be_completed(slack: SlackService) -> None:
    asked = await slack.api("files.getUploadURLExternal", filename="a.csv", length="3")
    answer = await slack.api("files.completeUploadExternal", files=[{"id": asked["file_id"]}])
    assert answer["error"] == "file_not_found"


async def test_a_file_is_shared_by_channel_id_not_by_person(slack: SlackService) -> None:
    file, _ = await upload(slack, b"x")
    answer = await slack.api("files.completeUploadExternal", files=[{"id": file}], channel_id="U0OPS")
    assert answer["error"] == "channel_not_found"


async def test_a_deleted_file_is_gone_from_its_message(slack: SlackService) -> None:
    file, _ = await upload(slack, b"x")
    await slack.api("files.completeUploadExternal", files=[{"id": file}], channel_id="C0OPS")
    assert (await slack.api("files.delete", file=file))["ok"]
    assert (await slack.seen())[0]["files"] == []
    assert (await slack.api("files.info", file=file))["error"] == "file_not_found"
