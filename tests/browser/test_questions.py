"""Every kind of question, answered in a browser with the keyboard, and what was stored of it."""

import pytest
from playwright.sync_api import expect

from tests.browser import designs as d
from tests.turing import studies
from turing import launching, sessions, texts
from turing.models import Answer, Trial

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FREE = "() => document.getElementById('answers')?.ariaBusy === 'false'"


def open_link(page, live_server, study):
    reader = studies.add_reader(study)
    page.goto(f"{live_server.url}/read/{reader.key}/")
    page.keyboard.press("Enter")
    return reader


def press(page, *keys: str) -> None:
    """Each key once the page takes it, past the moment in which a double press is ignored."""
    for key in keys:
        page.wait_for_function(FREE)
        page.wait_for_timeout(270)
        page.keyboard.press(key)


def saved(page, count: int) -> None:
    page.wait_for_function("n => document.getElementById('status').textContent === `${n} saved`", arg=count)


def test_two_gestures_a_check_list_marks_and_a_text(page, live_server, researcher):
    study = d.launched(researcher, d.phase(d.TWO_GESTURES, d.ARTEFACTS, d.MARK, d.WHY))
    open_link(page, live_server, study)
    press(page, "KeyJ", "KeyK")
    expect(page.locator("#question")).to_have_text("Which of these do you see?")
    press(page, "KeyF", "KeyJ", "KeyF", "Enter")  # the first one on and off again
    press(page, "Enter")
    expect(page.locator("#question")).to_contain_text("needs an answer")
    press(page, "ArrowRight", "Shift+ArrowDown", "Space", "ArrowLeft", "Space", "Delete", "Enter")
    page.keyboard.type("ribs ijkw")  # letters that mean something elsewhere
    press(page, "Enter")
    saved(page, 1)
    answer = Answer.objects.get()
    assert (answer.said, answer.confidence) == ("synthetic", 3)
    assert answer.replies == {"artefacts": {"items": ["anatomy"]}, "mark": {"marks": [[17, 26]]}, "why": {"text": "ribs ijkw"}}  # fmt: skip

    press(page, "KeyF", "Backspace", "KeyF", "KeyF", "Enter")  # one step back; real: nothing to mark
    expect(page.locator("#question")).to_have_text("What gave it away?")
    page.keyboard.press("Enter")
    saved(page, 2)
    assert Answer.objects.last().said == "real"
    assert "mark" not in Answer.objects.last().replies


def test_three_truths_by_the_keys_that_stand_on_the_page(page, live_server, researcher):
    truths = ("real", "augmented", "synthetic")
    study = d.launched(researcher, d.phase(d.CLASSES), truths=truths, per_side=2)
    open_link(page, live_server, study)
    page.wait_for_function(FREE)
    keys = page.locator("#answers .r-answer kbd").all_inner_texts()
    assert len(set(keys)) == 3
    given = [truths[n % 3] for n in range(6)]
    for count, said in enumerate(given, start=1):
        press(page, f"Key{keys[truths.index(said)]}")
        if count < 6:
            saved(page, count)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Thank")
    assert list(Answer.objects.order_by("sequence").values_list("said", flat=True)) == given
    launching.close(study)
    page.reload()
    rows = page.get_by_role("row").all_inner_texts()
    right = sum(one.said == one.trial.case.truth for one in Answer.objects.select_related("trial__case"))
    assert sum(int(row.split("\t")[1].split()[0]) for row in rows[1:]) == right
    expect(page.locator("main")).to_contain_text("Guessing gives about 33 %")


def test_boxes_with_the_mouse_ratings_and_a_rubric(page, live_server, researcher):
    open_link(page, live_server, d.launched(researcher, d.phase(d.REALISM, d.RUBRIC, d.BOX)))
    press(page, "KeyD", "KeyD", "KeyF", "KeyJ", "Enter")
    expect(page.locator("#question")).to_have_text("Draw a box around it.")
    box = page.locator("#view").bounding_box()
    scale = min(box["width"], box["height"]) // 32
    left, top = box["x"] + (box["width"] - 32 * scale) / 2, box["y"] + (box["height"] - 32 * scale) / 2
    page.mouse.move(left + 4.5 * scale, top + 6.5 * scale)
    page.mouse.down()
    page.mouse.move(left + 20.5 * scale, top + 10.5 * scale, steps=3)
    page.mouse.up()
    press(page, "Enter")
    saved(page, 1)
    assert Answer.objects.get().replies == {
        "realism": {"rating": 1},
        "rubric": {"ratings": {"noise": 1, "borders": 2, "slices": 3}},
        "box": {"marks": [[4, 6, 20, 10]]},
    }


def test_pairs_move_together_and_a_side_is_chosen(page, live_server, researcher):
    open_link(page, live_server, d.launched(researcher, d.phase(d.PAIR)))
    page.wait_for_function(FREE)
    assert page.locator("canvas:visible").count() == 2
    middles = "() => [...document.querySelectorAll('canvas')].map(c => Math.round(c.getContext('2d').getImageData(c.width / 2, c.height / 2, 1, 1).data[0]))"
    before = page.evaluate(middles)
    page.keyboard.press("KeyI")
    assert page.evaluate(middles) == [255 - one for one in before]
    press(page, "KeyK")
    saved(page, 1)
    answer = Answer.objects.get()
    assert (answer.said, answer.confidence) == ("right", 2)


def test_volumes_are_scrolled_by_wheel_and_keys(page, live_server, researcher):
    study = d.launched(researcher, d.phase(d.DETECT), slices=4, unit="volume")
    open_link(page, live_server, study)
    page.wait_for_function(FREE)
    expect(page.locator("#slice")).to_have_text("Slice 2 of 4")
    page.locator("#view").hover()
    page.mouse.wheel(0, 120)
    expect(page.locator("#slice")).to_have_text("Slice 3 of 4")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")  # stays at the last
    expect(page.locator("#slice")).to_have_text("Slice 4 of 4")
    press(page, "KeyL")
    saved(page, 1)
    expect(page.locator("#slice")).to_have_text("Slice 2 of 4")


def test_a_short_exposure_is_counted_in_frames_and_covered(page, live_server, researcher):
    open_link(page, live_server, d.launched(researcher, d.phase(d.HYPE)))
    page.locator("#expose").wait_for()
    page.keyboard.press("KeyF")  # not yet: nothing was shown
    page.keyboard.press("Space")
    press(page, "KeyJ")
    saved(page, 1)
    press(page, "KeyF")  # the second one came by itself
    saved(page, 2)
    first = Answer.objects.first()
    trial = Trial.objects.get(pk=first.trial_id)
    assert trial.exposure_ms == 200
    assert first.client["exposed_frames"] >= 1
    assert first.client["exposed_ms"] >= 0.9 * trial.exposure_ms
    assert page.evaluate("() => { const c = document.getElementById('view'); return c.getContext('2d').getImageData(c.width / 2, c.height / 2, 1, 1).data[0]; }") == 10  # fmt: skip
    gone = page.request.get(f"{live_server.url}/read/image/{trial.token}/")
    assert gone.status == 404


def test_practice_tells_the_truth_and_a_blinded_part_and_its_end_do_not(page, live_server, researcher):
    blind = d.phase(d.DIAGNOSIS, key="blind", informed=False, prevalence="none", ends=(d.NOTICED, d.GUESSED))
    practice = d.phase(d.DETECT, key="practice", training=True)
    last = d.phase(d.DETECT, key="last", washout_days=14)
    study = d.launched(researcher, blind, practice, last, per_side=2)
    reader = studies.add_reader(study)
    page.goto(f"{live_server.url}/read/{reader.key}/")
    assert "synthetic" not in page.locator("body").inner_text().lower()
    page.keyboard.press("Enter")
    press(page, *["KeyF", "KeyK"] * 4)
    page.locator("textarea").fill("Some looked too smooth.")
    assert "synthetic" not in page.locator("body").inner_text().lower()
    page.check("input[value=quality]")
    page.click("button[type=submit]")

    page.get_by_role("button", name="Begin this part").click()
    for _case in range(4):
        page.wait_for_function(FREE)
        token = page.locator("[name=trial]").input_value()
        press(page, "KeyL")
        truth = Trial.objects.get(token=token).case.truth
        expect(page.locator("#feedback")).to_be_visible()
        expect(page.locator("#feedback-words")).to_contain_text("Right" if truth == "synthetic" else "Not so")
        page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Come back later")
    session = sessions.current_session(reader)
    assert [end.replies for end in session.end_answers.all()] == [
        {
            "noticed": {"text": "Some looked too smooth."},
            "guessed": {"said": "quality", "confidence": 1},
        }
    ]


def test_breaks_come_after_a_block_and_do_not_count_as_looking(page, live_server, researcher):
    open_link(page, live_server, d.launched(researcher, d.phase(d.DETECT, block=2)))
    press(page, "KeyS", "KeyS")
    expect(page.locator("#paused-why")).to_contain_text("2 cases in 1 min.")
    assert page.locator("#view").is_hidden()
    page.wait_for_timeout(400)
    page.keyboard.press("KeyP")
    press(page, "KeyL")
    saved(page, 3)
    after = Answer.objects.last()
    assert not after.interrupted
    assert after.client["paused_ms"] == 0


def test_the_next_image_is_painted_before_the_key_and_the_old_one_never_stays(page, live_server, researcher):
    """At the end of the key's own task the canvas holds the next image: no frame can show the old one under the new question."""
    open_link(page, live_server, studies.launched(researcher, per_side=4, size=64))
    page.wait_for_function(FREE)
    page.evaluate(
        """() => { window.seen = [];
        const picture = () => { const c = document.getElementById('view');
          const side = Math.min(c.width, c.height) >> 1;
          return [...c.getContext('2d').getImageData((c.width - side) >> 1, (c.height - side) >> 1, side, side).data].reduce((a, b) => (a * 31 + b) | 0, 7); };
        window.picture = picture;
        const draws = CanvasRenderingContext2D.prototype.putImageData;
        CanvasRenderingContext2D.prototype.putImageData = function (...given) { window.decoding = true; return draws.apply(this, given); };
        document.addEventListener('keydown', () => { window.decoding = false; window.before = picture(); }, {capture: true});
        document.addEventListener('keydown', () => window.seen.push({before: window.before, after: picture(), decoded: window.decoding,
          hidden: document.getElementById('view').hidden, question: document.getElementById('case').textContent})); }"""
    )
    for key in ("KeyS", "KeyL", "KeyF"):
        page.wait_for_timeout(400)
        press(page, key)
    seen = page.evaluate("() => window.seen")
    assert [one["question"] for one in seen] == [f"Case {n} of 8" for n in (2, 3, 4)]
    assert not any(one["hidden"] or one["decoded"] or one["before"] == one["after"] for one in seen)
    assert [one["after"] for one in seen[:-1]] == [one["before"] for one in seen[1:]]


WATCH = """() => { window.frames_seen = []; window.watching = true;
  const canvas = document.getElementById('view');
  const look = () => { if (!window.watching) return;
    const side = Math.min(canvas.width, canvas.height) >> 1;
    const data = canvas.getContext('2d').getImageData((canvas.width - side) >> 1, (canvas.height - side) >> 1, side, side).data;
    let picture = 7; for (let i = 0; i < data.length; i += 4) picture = (picture * 31 + data[i]) | 0;
    window.frames_seen.push([document.getElementById('case').textContent, canvas.hidden ? null : picture]);
    requestAnimationFrame(look); };
  look(); }"""


def test_a_slow_line_never_shows_the_old_image_under_the_new_case(new_context, live_server, researcher):
    """Every frame is looked at: what a case shows is one image, its own, or none; and it waited for some."""
    context = new_context()
    page = context.new_page()
    open_link(page, live_server, studies.launched(researcher, per_side=6, size=64))
    page.wait_for_function(FREE)
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", {"offline": False, "latency": 250, "downloadThroughput": 8000, "uploadThroughput": 8000})  # fmt: skip
    page.evaluate(WATCH)
    for _case in range(9):
        page.wait_for_function(FREE)
        page.wait_for_timeout(270)
        page.keyboard.press("KeyS")
    page.wait_for_function("() => document.getElementById('case').textContent === 'Case 10 of 12' && !document.getElementById('view').hidden")  # fmt: skip
    page.evaluate("() => { window.watching = false; }")
    seen: dict[str, set] = {}
    for case, picture in page.evaluate("() => window.frames_seen"):
        seen.setdefault(case, set()).add(picture)
    assert len(seen) == 10
    assert any(None in pictures for pictures in seen.values()), "the line was slow enough to wait for"
    shown = [pictures - {None} for pictures in seen.values()]
    assert all(len(pictures) == 1 for pictures in shown)
    assert len(set.union(*shown)) == 10


def test_the_clinical_text_stands_under_its_own_image_and_goes_with_it(page, live_server, researcher):
    study = studies.ready(researcher, per_side=3, size=32)
    said = {case.position + 1: f"Patient {case.position} with cough." for case in study.cases.all()}
    texts.take(study, "case,text\n" + "\n".join(f"{case},{words}" for case, words in said.items()))
    launching.launch(study, reason="A test.")
    reader = open_link(page, live_server, study)
    page.wait_for_function(FREE)
    shown, note = [], page.get_by_role("note", name="Clinical text")
    for trial in reader.sessions.get().trials.select_related("case").order_by("position"):
        page.wait_for_function(FREE)
        expect(note).to_have_text(trial.case.text)
        shown.append(page.locator("#view").bounding_box())
        if trial.position == 1:
            press(page, "KeyP")
            expect(note).to_have_text("")
            press(page, "KeyP")
            expect(note).to_have_text(trial.case.text)
            press(page, "KeyS", "Backspace")
            expect(page.locator("#status")).to_contain_text("Correcting")
            expect(note).to_have_text(trial.case.text)
        press(page, "KeyS")
    assert all(box == shown[0] for box in shown), "the image stays where it is"
