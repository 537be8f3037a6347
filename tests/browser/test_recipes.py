"""A recipe is composed in the browser: examples follow each change, and what was typed stays."""

import pytest
from django.urls import reverse

from generators.models import Generator
from tests import factories
from tests.browser.test_journey import log_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PICTURES = "#preview .before-after img"


def shown(page) -> str:
    return page.locator(PICTURES).nth(1).get_attribute("src")


def test_examples_follow_the_options(page, live_server, researcher):
    source = factories.image_set(researcher, labels=["a", "b"] * 6)
    log_in(page, live_server, researcher.username)
    page.goto(live_server.url + reverse("generators:compose") + f"?method=rotation&set={source.pk}")
    page.wait_for_selector(PICTURES)
    assert page.locator(PICTURES).count() == 24
    before = shown(page)
    with page.expect_response(lambda response: response.url.endswith("/recipe/preview/")):
        page.get_by_label("Largest angle").fill("90")
    page.wait_for_function(
        "([css, old]) => document.querySelectorAll(css)[1].src.indexOf(old) < 0", arg=[PICTURES, before]
    )
    page.select_option("#add_step", "inversion")
    page.get_by_role("button", name="Add step").click()
    page.wait_for_selector("text=2. Inversion")
    assert page.get_by_label("Largest angle").input_value() == "90"
    page.get_by_role("button", name="Move Inversion up").click()
    page.wait_for_selector("text=1. Inversion")
    page.wait_for_selector(PICTURES)
    page.wait_for_function(
        "css => [...document.querySelectorAll(css)].every(i => i.complete && i.naturalWidth > 0)",
        arg=PICTURES,
    )
    page.get_by_label("Name").fill("Upside down")
    page.get_by_role("button", name="Keep this recipe").click()
    page.wait_for_selector("h1:has-text('Upside down')")
    steps = Generator.objects.get().recipe["steps"]
    assert [step["name"] for step in steps] == ["inversion", "rotation"]
    assert steps[1]["options"]["degrees"] == 90
