from tests.bot.conversation import Conversation


async def test_status_is_answered_privately(talk: Conversation) -> None:
    answer = await talk.say("/sync status")
    assert "OBSERVING" in answer["text"]
    assert answer["only_for"] == "U0ADMIN"
