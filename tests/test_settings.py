"""The environment becomes Settings, or one clear sentence."""

import pytest

from app import warn_of_the_end
from settings import Mode, Settings, SettingsError, from_environment

BOT, APP, SECRET = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"BUFFER_BACKEND": "rest"}, "needs BUFFER_ACCESS_TOKEN"),
        ({"BUFFER_ACCESS_TOKEN": "secret"}, "without BUFFER_BACKEND=rest"),
        ({"BUFFER_BACKEND": "graphql"}, "embedded, rest"),
        (
            {"BUFFER_BACKEND": "rest", "BUFFER_ACCESS_TOKEN": "t", "BUFFER_API_URL": "x"},
            "BUFFER_API_URL",
        ),
    ],
)
def test_a_backend_that_cannot_be(given: dict[str, str], says: str) -> None:
    with pytest.raises(SettingsError, match=says) as wrong:
        from_environment(given)
    assert "secret" not in str(wrong.value)


def test_whoever_uses_buffers_own_v1_is_told_when_it_ends(caplog: pytest.LogCaptureFixture) -> None:
    elsewhere = Settings(buffer_backend="rest", buffer_api_url="https://other.example")
    for settings in (Settings(), elsewhere):
        warn_of_the_end(settings)
    assert caplog.text == ""
    warn_of_the_end(Settings(buffer_backend="rest"))
    assert "2027-02-01" in caplog.text


def test_a_queue_elsewhere() -> None:
    given = {"BUFFER_BACKEND": "REST", "BUFFER_ACCESS_TOKEN": "t"}
    pasted = from_environment({**given, "BUFFER_API_URL": "https://b.example/1/"})
    assert pasted.buffer_api_url == "https://b.example"
    found = from_environment(given)
    assert (found.buffer_backend, found.buffer_api_url) == ("rest", "https://api.bufferapp.com")


def test_nothing_set_is_the_playground_with_every_default() -> None:
    assert from_environment({}) == Settings(slack_api_url="https://slack.com/api/")
    assert from_environment({}).mode is Mode.PLAYGROUND


@pytest.mark.parametrize(
    ("given", "mode"),
    [
        ({"HOST": "0.0.0.0"}, Mode.API_ONLY),
        ({"HOST": "::1"}, Mode.PLAYGROUND),
        ({"HOST": "buffer.internal"}, Mode.API_ONLY),
        ({BOT: "xoxb-1", APP: "xapp-1"}, Mode.SOCKET),
        ({BOT: "xoxb-1", APP: "xapp-1", SECRET: "s"}, Mode.SOCKET),
        ({BOT: "xoxb-1", SECRET: "s"}, Mode.HTTP),
    ],
)
def test_the_tokens_given_choose_the_mode(given: dict[str, str], mode: Mode) -> None:
    assert from_environment(given).mode is mode


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({BOT: "xoxb-1"}, APP),
        ({APP: "xapp-1"}, BOT),
        ({SECRET: "s"}, BOT),
        ({BOT: "xapp-1", APP: "xapp-1"}, BOT),
        ({BOT: "xoxb-1", APP: "xoxb-2"}, APP),
        ({"PORT": "http"}, "PORT"),
        ({"PORT": "70000"}, "PORT"),
        ({"PORT": "٣"}, "PORT"),
        ({"PUBLIC_URL": "buffer.example.org"}, "PUBLIC_URL"),
        ({"SLACK_API_URL": "ftp://x"}, "SLACK_API_URL"),
        ({"SLASH_COMMAND": "buffer"}, "SLASH_COMMAND"),
        ({"LOG_LEVEL": "LOUD"}, "LOG_LEVEL"),
        ({"QUEUE_LIMIT": "0"}, "QUEUE_LIMIT"),
        ({"SENDERS": "0"}, "SENDERS"),
    ],
)
def test_what_cannot_be_right_is_one_sentence_that_names_the_setting(
    given: dict[str, str], names: str
) -> None:
    with pytest.raises(SettingsError) as refusal:
        from_environment(given)
    assert names in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_no_token_is_repeated_in_a_refusal() -> None:
    with pytest.raises(SettingsError) as refusal:
        from_environment({BOT: "oops-secret-value"})
    assert "secret-value" not in str(refusal.value)


def test_blank_settings_are_as_good_as_none() -> None:
    assert from_environment({"PORT": "  ", "ADMINS": " , "}) == from_environment({})


def test_lists_and_addresses_are_tidied() -> None:
    settings = from_environment({"ADMINS": "U1, U2,", "PUBLIC_URL": "https://b.example/"})
    assert settings.admins == ("U1", "U2")
    assert settings.own_url == "https://b.example"
