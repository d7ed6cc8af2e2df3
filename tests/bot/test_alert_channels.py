"""Channels in what is told of them."""

from bot.alerts.channels import block_of, in_mrkdwn
from bot.blocks import plain

SAID = "Slack takes nothing for the channel C0OLD (<!here>, C0OLDER)."


def test_in_mrkdwn_a_channel_is_known_by_its_name_and_everything_else_is_harmless() -> None:
    said = "Slack takes nothing for the channel <#C0OLD> (&lt;!here&gt;, C0OLDER)."
    assert in_mrkdwn(SAID, ["C0OLD"]) == said


def test_in_a_block_it_is_an_element_of_its_own() -> None:
    (section,) = block_of(SAID, ["C0OLD"])["elements"]
    assert section["elements"] == [
        {"type": "text", "text": "Slack takes nothing for the channel "},
        {"type": "channel", "channel_id": "C0OLD"},
        {"type": "text", "text": " (<!here>, C0OLDER)."},
    ]


def test_what_is_no_channels_id_is_shown_as_it_is() -> None:
    for channels in ([], ["D0ADMIN"], ["<!here>"], ["C0NEW"]):
        assert block_of(SAID, channels) == plain(SAID)
        assert "<" not in in_mrkdwn(SAID, channels)
