"""Readers' pages without eyes or with weak ones: names and roles in Chromium's accessibility tree, contrast as WCAG 2.2 computes it."""

import pytest
from playwright.sync_api import expect

from tests.browser import designs as d
from tests.browser.test_questions import FREE, open_link, press
from tests.turing import studies

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NAMED = {"button", "link", "textbox", "combobox", "checkbox", "radio", "spinbutton", "image", "img", "progressbar", "group", "slider"}  # fmt: skip
# Every visible text against the ground that it stands on; large text (24 px, or 18.66 px bold) needs 3, other text 4.5.
CONTRAST = """() => { const low = [];
  const parse = (text) => { const n = text.match(/[\\d.]+/g).map(Number); return text.startsWith('color(srgb') ? [255 * n[0], 255 * n[1], 255 * n[2], n[3] ?? 1] : [n[0], n[1], n[2], n[3] ?? 1]; };
  const light = (rgb) => { const [r, g, b] = rgb.map((v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const over = (top, below) => top.slice(0, 3).map((v, i) => v * top[3] + below[i] * (1 - top[3]));
  const ground = (node) => { const layers = []; for (let at = node; at; at = at.parentElement) layers.push(parse(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255]); };
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) { const node = walk.currentNode.parentElement;
    if (!walk.currentNode.textContent.trim() || !node.checkVisibility({ visibilityProperty: true, opacityProperty: true }) || node.closest('.visually-hidden, script, noscript, [aria-hidden=true]')) continue;
    const style = getComputedStyle(node), below = ground(node), ink = over(parse(style.color), below);
    const [a, b] = [light(ink), light(below)], ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) low.push([walk.currentNode.textContent.trim(), ratio.toFixed(2), style.color]); }
  return { low, texts: document.body.innerText.length }; }"""


def tree(context, page) -> list[tuple[str, str]]:
    """Role and name of everything that is not ignored."""
    nodes = context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    return [(node["role"]["value"], node.get("name", {}).get("value", "").strip()) for node in nodes if not node["ignored"]]  # fmt: skip


def check(context, page) -> list[tuple[str, str]]:
    found = tree(context, page)
    assert [role for role, name in found if role in NAMED and not name] == []
    roles = [role for role, _name in found]
    assert roles.count("main") == 1
    assert page.locator("h1").count() == 1
    assert page.locator("h1").inner_text().strip()
    assert page.title()
    assert page.locator("html").get_attribute("lang") == "en"
    contrast = page.evaluate(CONTRAST)
    assert contrast["low"] == []
    assert contrast["texts"] > 20, "there was text to look at"
    return found


@pytest.mark.parametrize("asked", [(d.DETECT,), (d.REALISM, d.ARTEFACTS, d.RUBRIC, d.WHY), (d.PAIR,)], ids=["detect", "others", "pair"])  # fmt: skip
def test_every_page_of_a_reader_has_names_roles_and_contrast(new_context, live_server, researcher, asked):
    context = new_context(reduced_motion="reduce")
    page = context.new_page()
    study = d.launched(researcher, d.phase(*asked, ends=(d.NOTICED, d.GUESSED)), per_side=2, ask_profile=True)
    reader = studies.add_reader(study)
    page.goto(f"{live_server.url}/read/{reader.key}/")
    found = check(context, page)
    assert ("textbox", "Your specialty") in found
    page.get_by_role("button", name="I agree").click()
    page.wait_for_function(FREE)
    found = check(context, page)
    images = [name for role, name in found if role in ("image", "img")]
    assert len(images) == (2 if asked == (d.PAIR,) else 1)
    assert sum(role in ("button", "radio") for role, _name in found) >= 3
    press(page, "KeyP")
    expect(page.locator("#paused")).to_be_visible()
    check(context, page)


def test_the_check_itself_sees_a_missing_name_and_a_faint_word(new_context, live_server, researcher):
    context = new_context()
    page = context.new_page()
    page.goto(f"{live_server.url}/read/{studies.add_reader(studies.launched(researcher)).key}/")
    page.evaluate("() => { document.querySelector('h2').style.color = '#3a3a3a'; }")
    assert len(page.evaluate(CONTRAST)["low"]) == 1
    page.evaluate("() => document.querySelector('[type=submit]').replaceChildren()")
    assert ("button", "") in tree(context, page)


def test_the_last_pages_too(new_context, live_server, researcher):
    context = new_context(reduced_motion="reduce")
    page = context.new_page()
    study = d.launched(researcher, d.phase(d.DETECT, ends=(d.NOTICED, d.GUESSED)), per_side=2)
    open_link(page, live_server, study)
    for _case in range(4):
        press(page, "KeyS")
    page.wait_for_selector("textarea")
    found = check(context, page)
    assert ("textbox", "Did you notice anything unusual?") in found
    page.get_by_role("textbox").fill("No.")
    page.get_by_label("Image quality").check()
    page.get_by_role("button").last.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Thank")
    check(context, page)
