"""A newcomer's first two minutes, in the browser: queue, share, comment, answer. Nothing is stubbed but Slack."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from browser_product import Product

pytestmark = pytest.mark.browser

SOON = 30_000
"""Milliseconds: a share is held for ten seconds, a network is asked every fifteen."""


def picture(page: Page, name: str) -> None:
    """Keep what is on the screen when SCREENSHOTS names a folder: how the README's pictures are made."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.wait_for_timeout(600)
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def say(page: Page, text: str) -> None:
    page.get_by_test_id("message-box").fill(text)
    page.get_by_test_id("message-box").press("Enter")


def messages(page: Page) -> Locator:
    return page.get_by_test_id("messages").get_by_test_id("message")


def press(page: Page, label: str) -> None:
    page.get_by_test_id("messages").get_by_role("button", name=label, exact=True).last.click()


def comments(network: Page, who: str, text: str) -> None:
    """Somebody on the network comments on the newest post."""
    form = network.locator("article[data-post]").first.locator("form[data-action=comment]")
    form.locator("[name=who]").fill(who)
    form.locator("[name=text]").fill(text)
    form.get_by_role("button").click()
    expect(network.locator("article[data-post]").first).to_contain_text(text)


def test_the_whole_journey(page: Page, product: Product) -> None:
    page.get_by_test_id("channel-social").click()
    say(page, "/buffer Doors open at nine: our new release is out! 🎉")
    expect(messages(page).last).to_contain_text("Added to the queue.")
    picture(page, "answer")

    press(page, "Share now")
    expect(messages(page).last).to_contain_text("Going out, unless it is undone")
    card = messages(page).filter(has_text="Reply in this thread").first
    expect(card).to_contain_text("our new release is out!", timeout=SOON)

    network = page.context.new_page()
    network.goto(product.local)
    post = network.locator("article[data-post]").first
    expect(post).to_contain_text("our new release is out!")
    comments(network, "Dana", "Congratulations! Does it run on a Raspberry Pi?")

    card.get_by_test_id("thread-bar").click(timeout=SOON)
    replies = page.get_by_test_id("replies")
    expect(replies).to_contain_text("Congratulations! Does it run on a Raspberry Pi?", timeout=SOON)
    page.get_by_test_id("thread-box").fill("It does, even on the first one :tada:")
    page.get_by_test_id("thread-box").press("Enter")
    replies.get_by_role("button", name=re.compile("^Post as")).click(timeout=SOON)
    expect(replies.get_by_test_id("reaction")).to_have_attribute(
        "data-name", "white_check_mark", timeout=SOON
    )

    network.reload()
    expect(network.locator("article[data-post]").first).to_contain_text(
        "It does, even on the first one 🎉"
    )
    comments(network, "Emil", "And without a network?")
    expect(replies).to_contain_text("And without a network?", timeout=SOON)
    page.get_by_test_id("person-bo").click()
    page.get_by_test_id("channel-social").click()
    card.get_by_test_id("thread-bar").click()
    replies.get_by_role("button", name="Like", exact=True).last.click()
    replies.get_by_role("button", name="Reply", exact=True).last.click()
    page.get_by_test_id("modal").locator("textarea").first.fill("Then it waits, and says so.")
    page.get_by_test_id("modal-submit").click()
    expect(replies).to_contain_text("Then it waits, and says so.", timeout=SOON)
    picture(page, "thread")

    network.reload()
    out = network.locator("article[data-post]").first
    expect(out).to_contain_text("Then it waits, and says so.", timeout=SOON)
    expect(out).to_contain_text("@Emil")
    expect(out.locator("li").filter(has_text="And without a network?")).to_contain_text("liked")
    picture(network, "local")

    theirs = out.locator("li").filter(has_text="And without a network?")
    theirs.get_by_text("Edit", exact=True).click()
    theirs.locator("[name=text]").fill("And in a tunnel?")
    theirs.get_by_role("button", name="Save").click()
    expect(replies).to_contain_text("And in a tunnel?", timeout=SOON)
    expect(replies).to_contain_text("(edited)")
    expect(replies).not_to_contain_text("And without a network?")
    congratulations = out.locator("li").filter(has_text="Raspberry Pi?")
    congratulations.get_by_role("button", name="Delete").click()
    expect(replies).to_contain_text("commented on the local network and deleted it.", timeout=SOON)
    picture(page, "edited")

    page.get_by_test_id("person-ada").click()
    page.get_by_test_id("channel-social").click()
    card.get_by_test_id("thread-bar").click()
    ours = replies.get_by_test_id("message").filter(has_text="even on the first one")
    ours.hover()
    ours.get_by_test_id("more-actions").click()
    page.get_by_test_id("edit-message").click()
    page.get_by_test_id("edit-box").fill("It does, even on the second one")
    page.get_by_test_id("edit-save").click()
    expect(replies).to_contain_text("is changed, too.", timeout=SOON)
    network.reload()
    expect(out).to_contain_text("even on the second one")


def test_the_composer_schedules_what_is_typed(page: Page) -> None:
    page.get_by_test_id("channel-social").click()
    say(page, "/buffer")
    modal = page.get_by_test_id("modal")
    expect(modal).to_be_visible()
    modal.locator("textarea").first.fill(
        "A new post on the blog: how we count time https://example.org/time"
    )
    picture(page, "composer")
    page.get_by_test_id("modal-submit").click()
    expect(modal).to_be_hidden()
    expect(messages(page).last).to_contain_text("A new post on the blog")


def test_home_shows_the_queue_and_survives_a_reload(page: Page) -> None:
    page.get_by_test_id("channel-social").click()
    for text in ("First things first", "Second thoughts", "Third time lucky --at tomorrow 9am"):
        say(page, f"/buffer {text}")
        expect(messages(page).last).to_contain_text(text.partition(" --")[0])
    page.get_by_test_id("home-tab").click()
    home = page.get_by_test_id("home")
    expect(home).to_contain_text("Third time lucky")
    picture(page, "home")
    page.reload()
    expect(page.get_by_test_id("home")).to_contain_text("Second thoughts")


def test_another_person_does_not_see_private_answers(page: Page) -> None:
    page.get_by_test_id("channel-social").click()
    say(page, "/buffer Only for my eyes")
    expect(messages(page).last).to_contain_text("Added to the queue.")
    page.get_by_test_id("person-bo").click()
    page.get_by_test_id("channel-social").click()
    expect(page.get_by_test_id("messages")).not_to_contain_text("Only for my eyes")
    say(page, "/buffer queue")
    expect(messages(page).last).to_contain_text("Only for my eyes")


def test_a_message_is_added_by_its_menu(page: Page) -> None:
    page.get_by_test_id("channel-general").click()
    say(page, "We counted: *ten thousand* downloads :tada:")
    message = messages(page).last
    message.hover()
    message.get_by_test_id("more-actions").click()
    page.get_by_test_id("shortcut-add_to_queue").click()
    modal = page.get_by_test_id("modal")
    expect(modal.locator("textarea").first).to_have_value("We counted: ten thousand downloads 🎉")
    page.get_by_test_id("modal-submit").click()
    expect(modal).to_be_hidden()
