"""A real Chromium on a real server. Where either is missing, browser tests are skipped with one clear line."""

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]  # fmt: skip


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    chromium_path = next((path for name in NAMES if (path := shutil.which(name))), None)
    if chromium_path is None:
        pytest.skip("browser tests need Chromium or Chrome, and none is installed")
    api = pytest.importorskip("playwright.sync_api", reason="browser tests need Playwright")
    with api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def new_context(browser: Any) -> Iterator[Callable[..., Any]]:
    """Make a browser context (a computer of its own, as it were); errors on any page of it fail the test."""
    contexts, wrong = [], []

    def make(**options: Any) -> Any:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}} | options)
        context.set_default_timeout(15_000)
        context.on("weberror", lambda error: wrong.append(str(error.error)))
        context.on("console", lambda message: _collect(message, wrong))
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.fixture
def page(new_context: Callable[..., Any]) -> Any:
    return new_context().new_page()


def _collect(message: Any, wrong: list[str]) -> None:
    # A lost connection is part of what is tested; a policy violation or an error of ours is not.
    if message.type == "error" and "net::ERR" not in message.text:
        wrong.append(message.text)
