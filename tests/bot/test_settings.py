from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from bot.settings import Settings, mistakes, read_settings, settings_table
from tests.bot.conftest import REQUIRED

SOCKET = {**REQUIRED, "slack_app_token": "xapp-demo"}
README = Path(__file__).parents[2] / "README.md"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def complaints(**given: Any) -> list[str]:
    with pytest.raises(ValidationError) as raised:
        read_settings(None, **given)
    return mistakes(raised.value)


def test_what_need_not_be_set_has_a_default() -> None:
    settings = read_settings(None, **SOCKET)
    assert settings.slack_api_url == "https://slack.com/api/"
    assert settings.alert_oldest == timedelta(hours=2)
    assert settings.sync_people_readers == frozenset()


def test_everything_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SOCKET.items():
        monkeypatch.setenv(name.upper(), value)
    monkeypatch.setenv("SYNC_PEOPLE_READERS", "U1, U2,,U3")
    monkeypatch.setenv("ALERT_OLDEST", "1d 2h")
    monkeypatch.setenv("ALERT_CHANNEL", "")
    settings = read_settings(None)
    assert settings.sync_people_readers == {"U1", "U2", "U3"}
    assert settings.alert_oldest == timedelta(hours=26)
    assert settings.alert_channel is None


def test_a_file_named_env_is_read_too(tmp_path: Path) -> None:
    lines = "\n".join(f"{name.upper()}={value}" for name, value in SOCKET.items())
    (tmp_path / ".env").write_text(f"{lines}\nPORT=3100\nSOMETHING_ELSE=1\n")
    assert read_settings(str(tmp_path / ".env")).port == 3100


@pytest.mark.parametrize("name", list(REQUIRED))
def test_each_missing_setting_is_named_in_one_sentence(name: str) -> None:
    (sentence,) = complaints(**{key: value for key, value in SOCKET.items() if key != name})
    assert sentence.startswith(f"{name.upper()} is missing: ")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("dynamics_url", "contoso"),
        ("slack_api_url", "slack"),
        ("port", "http"),
        ("port", "70000"),
        ("marketo_calls_per_20s", "0"),
        ("alert_oldest", "soon"),
        ("alert_oldest", "0m"),
        ("alert_backlog", "many"),
        ("database_url", "sync.db"),
    ],
)
def test_each_mistake_is_one_sentence_that_names_the_setting_and_not_its_value(name: str, value: str) -> None:
    (sentence,) = complaints(**{**SOCKET, name: value})
    assert sentence.startswith(f"{name.upper()} cannot be used: ")
    assert sentence.endswith(".")


def test_one_way_to_hear_slack_must_be_set() -> None:
    (sentence,) = complaints(**REQUIRED)
    assert sentence.startswith("SLACK_APP_TOKEN is missing: ")
    assert read_settings(None, **REQUIRED, slack_signing_secret="s").port == 3000


def test_all_that_is_missing_is_told_in_one_round() -> None:
    told = complaints()
    assert [sentence.split()[0] for sentence in told] == [
        "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", *(name.upper() for name in REQUIRED if name != "slack_bot_token")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("bot", "app", "said"),
    [
        ("xapp-1", "xoxb-1", "SLACK_BOT_TOKEN and SLACK_APP_TOKEN are swapped: the bot's begins with xoxb-."),
        ("xapp-1", "xapp-1", "SLACK_BOT_TOKEN holds an app-level token (xapp-…): the bot's begins with xoxb-."),
        ("xoxb-1", "xoxb-1", "SLACK_APP_TOKEN holds a bot's token (xoxb-…): the app-level one begins with xapp-."),
    ],
)
def test_tokens_in_the_wrong_places_are_told_in_one_sentence(bot: str, app: str, said: str) -> None:
    assert complaints(**{**SOCKET, "slack_bot_token": bot, "slack_app_token": app}) == [said]


def test_secrets_do_not_show() -> None:
    assert "xoxb" not in repr(read_settings(None, **SOCKET))


def test_the_table_of_settings_names_every_one() -> None:
    for name in Settings.model_fields:
        assert f"| `{name.upper()}` |" in settings_table()


@pytest.mark.skipif(not README.exists(), reason="there is no README yet")
def test_the_readme_holds_the_table_of_settings() -> None:
    assert settings_table() in README.read_text(encoding="utf-8")
