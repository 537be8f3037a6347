"""A reader at the keyboard: cases, corrections, pause, two tabs, a reload, a lost connection, another computer."""

import base64

import numpy as np
import pytest

from tests import factories
from tests.turing import studies
from turing import launching, rendering
from turing.models import Answer, Trial

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

IN_SIGHT = "n => document.getElementById('case')?.textContent.startsWith(`Case ${n} `) && !document.getElementById('view').hidden"
SHOWN = "n => document.getElementById('case')?.textContent.startsWith(`Case ${n} `) && document.getElementById('answers').ariaBusy === 'false'"


def at(page, number: int, offline: bool = False) -> None:
    """Wait until a case is shown and takes an answer, and past the moment in which a double press is ignored."""
    page.wait_for_function(IN_SIGHT if offline else SHOWN, arg=number)
    page.wait_for_timeout(300)


def saved(page, count: int) -> None:
    page.wait_for_function("n => document.getElementById('status').textContent === `${n} saved`", arg=count)


def said() -> list[tuple]:
    return [
        (answer.trial.position, answer.said, answer.confidence)
        for answer in Answer.objects.select_related("trial")
    ]


@pytest.fixture
def study(researcher):
    return studies.launched(researcher, per_side=5, size=32)


@pytest.fixture
def link(study, live_server):
    return f"{live_server.url}/read/{studies.add_reader(study).key}/"


def begin(page, link: str) -> None:
    page.goto(link)
    page.keyboard.press("Enter")
    at(page, 1)


def test_ten_cases_with_the_keyboard_alone(page, link):
    begin(page, link)
    keys = ["KeyS", "KeyD", "KeyF", "KeyJ", "KeyK", "KeyL", "KeyS", "KeyL", "KeyF", "KeyJ"]
    for number, key in enumerate(keys, start=1):
        at(page, number)
        page.keyboard.press(key)
    page.wait_for_selector(".r-certificate")
    meaning = {"KeyS": ("real", 3), "KeyD": ("real", 2), "KeyF": ("real", 1), "KeyJ": ("synthetic", 1), "KeyK": ("synthetic", 2), "KeyL": ("synthetic", 3)}  # fmt: skip
    assert said() == [(place, *meaning[key]) for place, key in enumerate(keys)]
    for answer in Answer.objects.all():
        assert not answer.interrupted
        assert (
            250
            <= answer.client["active_ms"]
            <= (answer.received - answer.issued).total_seconds() * 1000 + 1000
        )


def test_a_double_press_answers_one_case(page, link):
    begin(page, link)
    page.keyboard.press("KeyS")
    page.keyboard.press("KeyS")
    at(page, 2)
    saved(page, 1)
    assert len(said()) == 1


def test_going_back_corrects_and_keeps_both(page, link):
    begin(page, link)
    page.keyboard.press("KeyS")
    at(page, 2)
    saved(page, 1)
    page.keyboard.press("Backspace")
    at(page, 1)
    page.keyboard.press("KeyL")
    at(page, 2)
    saved(page, 1)
    assert said() == [(0, "real", 3), (0, "synthetic", 3)]


def test_pause_hides_the_image_stops_the_clock_and_takes_no_answer(page, link):
    begin(page, link)
    page.keyboard.press("KeyP")
    page.keyboard.press("KeyS")
    page.wait_for_timeout(400)
    assert page.locator("#view").is_hidden()
    assert said() == []
    page.keyboard.press("KeyP")
    page.keyboard.press("KeyS")
    at(page, 2)
    saved(page, 1)
    answer = Answer.objects.get()
    assert answer.interrupted
    assert answer.client["paused_ms"] >= 400 > answer.client["active_ms"] - 400


def test_two_tabs_are_one_reading(new_context, link):
    context = new_context()
    one, two = context.new_page(), context.new_page()
    begin(one, link)
    two.goto(link)
    at(two, 1)
    two.keyboard.press("KeyL")
    at(two, 2)
    saved(two, 1)
    one.keyboard.press("KeyS")  # the first tab still shows case 1
    at(one, 2)
    assert said() == [(0, "synthetic", 3)]
    one.keyboard.press("KeyF")
    at(one, 3)
    saved(one, 2)
    assert said()[1:] == [(1, "real", 1)]


def test_a_reload_and_another_computer_go_on_at_the_same_case(new_context, link):
    page = new_context().new_page()
    begin(page, link)
    page.keyboard.press("KeyD")
    at(page, 2)
    saved(page, 1)
    page.reload()
    at(page, 2)
    other = new_context().new_page()
    other.goto(link)
    at(other, 2)
    other.keyboard.press("KeyK")
    at(other, 3)
    saved(other, 2)
    assert said() == [(0, "real", 2), (1, "synthetic", 2)]
    assert Answer.objects.last().interrupted  # it had been in the reader's hands before


def test_an_answer_given_offline_is_kept_and_sent_again(new_context, link):
    context = new_context()
    page = context.new_page()
    begin(page, link)
    context.set_offline(True)
    page.keyboard.press("KeyL")
    at(page, 2, offline=True)  # the next image was there already
    page.wait_for_function("() => document.getElementById('status').textContent.startsWith('No connection')")
    page.keyboard.press("KeyS")  # one answer is on its way: the page waits
    page.wait_for_timeout(100)
    assert page.locator("#case").inner_text().startswith("Case 2 ")
    assert said() == []
    context.set_offline(False)
    saved(page, 1)
    assert said() == [(0, "synthetic", 3)]


def test_an_answer_survives_the_end_of_its_page(new_context, link):
    context = new_context()
    page = context.new_page()
    begin(page, link)
    context.set_offline(True)
    page.keyboard.press("KeyF")
    at(page, 2, offline=True)
    page.close()
    context.set_offline(False)
    page = context.new_page()
    page.goto(link)
    at(page, 2)
    assert said() == [(0, "real", 1)]


def test_closing_the_study_ends_the_reading_with_words(page, live_server, researcher):
    study = studies.launched(researcher, per_side=2, size=32)
    begin(page, f"{live_server.url}/read/{studies.add_reader(study).key}/")
    page.wait_for_load_state("networkidle")  # all four images are there: none is asked for after the end
    launching.close(study)
    page.keyboard.press("KeyS")
    page.wait_for_function("() => document.querySelector('h1').textContent.includes('closed')")
    assert said() == []


def test_the_canvas_shows_the_pixels_of_the_buffer(new_context, link, study):
    """One to one, every device pixel of the canvas is the buffer's value over 257; inverted, 255 less that."""
    page = new_context(device_scale_factor=2).new_page()
    begin(page, link)
    token = page.locator("[name=trial]").input_value()
    case = Trial.objects.get(token=token).case
    truth = (rendering.read_array(case, rendering.Format.from_json(study.buffers)) // 257).astype(int)
    page.keyboard.press("KeyO")
    assert (middle_of(page, 32) == truth).all()
    page.keyboard.press("KeyI")
    assert (middle_of(page, 32) == 255 - truth).all()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("KeyR")
    size, scale = page.evaluate(
        "() => { const c = document.getElementById('view'); return [[c.width, c.height], Math.floor(Math.min(c.width, c.height) / 32)]; }"
    )
    assert (middle_of(page, 32 * scale) == np.kron(truth, np.ones((scale, scale), int))).all()
    box = page.locator("#view").bounding_box()
    assert size == [round(2 * box["width"]), round(2 * box["height"])]


def test_colour_two_answers_hidden_progress_and_a_grey_pause(page, researcher, live_server):
    rgb = [np.dstack(factories.blobs(3, size=24, seed=seed)) for seed in range(6)]
    study = studies.draft(researcher, per_side=3, steps=1, hide_progress=True, grey_interval_ms=400, allow_revision=False)  # fmt: skip
    study.supply("real", [factories.image_set(researcher, images=rgb[:3])])
    study.supply("synthetic", [factories.image_set(researcher, origin="synthetic", images=rgb[3:])])
    launching.prepare(study, researcher)
    factories.run_waiting_jobs()
    launching.launch(study, reason="A test.")
    reader = studies.add_reader(study)
    page.goto(f"{live_server.url}/read/{reader.key}/")
    page.keyboard.press("Enter")
    page.wait_for_selector("#view:not([hidden])")
    assert "Case 1" not in page.content()
    page.keyboard.press("KeyO")
    token = page.locator("[name=trial]").input_value()
    case = Trial.objects.get(token=token).case
    truth = rendering.read_array(case, rendering.Format.from_json(study.buffers))
    for channel in range(3):
        assert (middle_of(page, 24, channel) == truth[..., channel]).all()
    page.wait_for_timeout(300)
    page.keyboard.press("KeyD")  # no such answer here
    page.keyboard.press("KeyJ")
    page.wait_for_selector(".r-stage.is-between")
    assert page.locator("#view").is_hidden()
    page.wait_for_selector("#view:not([hidden])")
    page.keyboard.press("Backspace")  # no way back here
    page.wait_for_timeout(300)
    page.keyboard.press("KeyF")
    page.wait_for_selector(".r-stage.is-between")
    page.wait_for_selector("#view:not([hidden])")
    for _look in range(100):  # the page goes on before the answer is there, and hides how many are
        if len(said()) == 2:
            break
        page.wait_for_timeout(100)
    assert said() == [(0, "synthetic", 1), (1, "real", 1)]


def middle_of(page, side: int, channel: int = 0) -> np.ndarray:
    """One channel of the canvas's middle square, as bytes: a JSON list of a million numbers takes seconds."""
    values = page.evaluate(
        """([side, channel]) => { const c = document.getElementById('view');
        const left = Math.round((c.width - side) / 2), top = Math.round((c.height - side) / 2);
        const data = c.getContext('2d').getImageData(left, top, side, side).data;
        let text = ''; for (let i = channel; i < data.length; i += 4) text += String.fromCharCode(data[i]);
        return btoa(text); }""",
        [side, channel],
    )
    return np.frombuffer(base64.b64decode(values), np.uint8).reshape(side, side).astype(int)


def test_the_mouse_moves_window_level_place_and_size(page, link):
    begin(page, link)
    box = page.locator("#view").bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    def drag(button, dx, dy):
        page.mouse.move(*middle)
        page.mouse.down(button=button)
        page.mouse.move(middle[0] + dx, middle[1] + dy, steps=4)
        page.mouse.up(button=button)

    drag("left", 60, 30)
    drag("right", 0, -40)
    drag("middle", 25, 0)
    page.keyboard.press("KeyS")
    at(page, 2)
    saved(page, 1)
    told = Answer.objects.get().client
    assert told["window_high"] - told["window_low"] == pytest.approx(65535 * 1.1, abs=2)
    fitted = int(min(box["width"], box["height"]) // 32)
    assert told["zoom_percent"] == pytest.approx(100 * fitted * np.exp(40 / 200), abs=1)


PHONE = {"viewport": {"width": 390, "height": 844}, "screen": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}  # fmt: skip


def test_a_phone_is_refused_with_a_reason(new_context, link):
    page = new_context(**PHONE).new_page()
    page.goto(link)
    page.get_by_text("This study is not read on a phone").wait_for()
    page.keyboard.press("Enter")
    assert page.get_by_role("button", name="I agree, begin").is_hidden()


def test_a_phone_that_is_allowed_answers_by_touch(new_context, researcher, live_server):
    study = studies.launched(researcher, per_side=3, size=32, allow_phones=True)
    page = new_context(**PHONE).new_page()
    page.goto(f"{live_server.url}/read/{studies.add_reader(study).key}/")
    page.get_by_role("button", name="I agree, begin").tap()
    at(page, 1)
    page.get_by_role("group", name="Synthetic").get_by_role("button", name="Fairly sure").tap()
    at(page, 2)
    saved(page, 1)
    assert said() == [(0, "synthetic", 2)]
    assert page.evaluate("() => document.documentElement.scrollWidth") == 390
