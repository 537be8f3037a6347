"""The report as PDF: the page's own words, pictures and tables in the same order, set by Typst."""

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from jobs.figures import Frame, icon_file, svg_file, token
from jobs.printing import PAGE, compiled, heading, literal, muted, table, text

from .presentation import report_context
from .reports import Report
from .wording import Shown

Picture = Callable[[str, int], bytes | None]  # PNG of one image of a set; None where it may not be seen

LOW, MAP = Frame(430, 120), Frame(300, 300, left=1, right=1, top=1, bottom=1)
ACROSS = 8  # images in a row, as on the page


def pdf(report: Report, title: str, picture: Picture) -> bytes:
    words, files = source(report, title, picture)
    return compiled(words, files)


def source(report: Report, title: str, picture: Picture) -> tuple[str, dict[str, bytes]]:
    """Typst's text and the pictures that it names."""
    files: dict[str, bytes] = {
        f"{state}.svg": icon_file(state, "ink-3" if state == "none" else state).encode()
        for state in ("fine", "warning", "alarm", "none")
    }

    def link(role: str, position: int) -> str:
        name = f"{role}-{position}.png"
        if name not in files and (data := picture(role, position)):
            files[name] = data
        return name if name in files else ""

    shown = report_context(report, link, figure=(LOW.width, LOW.height))
    parts = [
        PAGE,
        f"#set document(title: {literal(title)})",
        heading(title, 1),
        muted(_facts(report)),
    ]
    parts += _findings(shown) + _notes(shown) + _pictures(shown) + _figures(shown, files)
    parts += _numbers(shown) + _classes(shown) + _absent(shown) + _scorecard(shown) + _protocol(shown)
    return "\n\n".join(parts), files


def _facts(report: Report) -> str:
    return _("%(made)s synthetic images against %(real)s real ones of %(patients)s · seed %(seed)s · evalsite %(version)s") % {
        "made": f"{report.synthetic.count:,}", "real": f"{report.real.count:,}", "seed": report.seed, "version": report.version,
        "patients": _("%(n)s patients") % {"n": f"{report.real.groups:,}"} if report.real.groups else _("unnamed patients"),
    }  # fmt: skip


def _findings(shown: dict[str, Any]) -> list[str]:
    parts = []
    for finding in shown["findings"]:
        number = finding["number"]
        beside = "" if number is None else muted(f"{number.title}, {number.source}: {_with_interval(number)}")
        alarm = f'fill: rgb("{token("alarm-soft")}"), ' if finding["state"] == "alarm" else ""
        head = f'#box(height: 10pt, baseline: 1.5pt, image("{finding["state"]}.svg")) *{text(finding["subject"])}* {text(finding["word"])}'
        inside = f"{head} \\\n{text(finding['finding'])} {text(finding['consequence'])}\n\n{beside}"
        parts.append(
            f"#block({alarm}inset: 7pt, stroke: (top: 0.5pt + luma(80%)), width: 100%, breakable: false)[{inside}]"
        )
    return parts


def _with_interval(number: Shown) -> str:
    words = f"{number.value} ({number.interval})" if number.interval else number.value
    return f"{words}; {number.floor_name} {number.floor}" if number.floor else words


def _notes(shown: dict[str, Any]) -> list[str]:
    if not shown["notes"]:
        return []
    return [heading(_("To know before reading on")), *(f"- {text(note)}" for note in shown["notes"])]


def _pictures(shown: dict[str, Any]) -> list[str]:
    parts = []
    pairs = [pair for pair in shown["pairs"] if pair["left"] and pair["right"]]
    if pairs:
        cells = [
            f"[#grid(columns: 2, column-gutter: 1pt, {_image(p['left'])}, {_image(p['right'])})#muted[{text(_pair_words(p))}]]"
            for p in pairs
        ]
        left = _("Left of each pair the synthetic image, right the training image nearest to it.")
        parts += [heading(shown["pairs_heading"]), muted(left), _grid(cells, 3)]
    parts += _modes(shown["modes"])
    stacks = [stack for stack in shown["stacks"] if stack["link"]]
    if stacks:
        top = _("Top row: synthetic images drawn at random. Below each, its nearest real images with their distance, 1 being the median distance of a real image to its nearest other one.")  # fmt: skip
        parts += [
            heading(_("Nearest real images")),
            muted(top),
            _grid([_stack(stack) for stack in stacks], ACROSS),
        ]
    tiles = [tile for tile in shown["least_realistic"] if tile["link"]]
    if tiles:
        low = _("Least realistic synthetic images, by realism score; 1 and above lies within the real images")
        parts += [muted(low), _grid([_tile(tile["link"], f"{tile['value']:.2f}") for tile in tiles], ACROSS)]
    return parts


def _modes(modes: dict[str, Any]) -> list[str]:
    if not modes:
        return []
    words = _("Shares of the real and the synthetic images in each mode of the real set, by %(source)s.") % {"source": modes["source"]}  # fmt: skip
    tiles = [
        _tile(tile["link"], tile["label"] or f"{tile['position']:04d}")
        for tile in modes["pictures"]
        if tile["link"]
    ]
    heads = (_("Mode"), _("Real, %"), _("Synthetic, %"), "")
    rows = [
        [(row["name"], row["real"], row["synthetic"], row["word"]) for row in part["rows"]]
        for part in modes["parts"]
    ]
    tables = [table(heads, some, "1.5fr, 1fr, 1fr, 2fr") for some in rows]
    return [heading(modes["heading"]), muted(words), *([_grid(tiles, ACROSS)] if tiles else []), *tables]


def _pair_words(pair: dict[str, Any]) -> str:
    return _("distance %(distance)s, correlation %(correlation)s") % {
        "distance": f"{pair['distance']:.2f}", "correlation": f"{pair['correlation']:.3f}",
    }  # fmt: skip


def _stack(stack: dict[str, Any]) -> str:
    below = [_tile(near["link"], f"{near['distance']:.2f}") for near in stack["neighbours"] if near["link"]]
    tiles = ", ".join([_tile(stack["link"], f"{stack['position']:04d}"), *below])
    return f"[#stack(spacing: 3pt, {tiles})]"


def _tile(link: str, caption: str) -> str:
    return f"[#{_image(link)}#v(-8pt)#text(size: 6.5pt, fill: luma(35%), {literal(caption)})]"


def _image(link: str) -> str:
    return f'image("{link}", width: 100%)'


def _grid(cells: Sequence[str], columns: int) -> str:
    return f"#grid(columns: (1fr,) * {columns}, gutter: 5pt, {', '.join(cells)})"


def _figures(shown: dict[str, Any], files: dict[str, bytes]) -> list[str]:
    parts = [heading(_("Where the images lie"))] if shown["histograms"] or shown["maps"] else []
    drawn = [(f, f["title"], f["caption"], LOW) for f in shown["histograms"]]
    drawn += [(f, _("Both sets in two dimensions"), f["describe"], MAP) for f in shown["maps"]]
    key = _("Real: solid line, discs. Synthetic: dashed line, open diamonds.")
    for index, (figure, title, caption, frame) in enumerate(drawn):
        name = f"figure-{index}.svg"
        files[name] = svg_file(str(figure["svg"]), frame).encode()
        width = "55%" if frame is MAP else "88%"
        inside = f'*{text(title)}* \\\n{muted(f"{caption}. {key}")}\n\n#image("{name}", width: {width}, alt: {text(title).strip("#;")})'
        parts.append(f"#block(breakable: false, width: 100%)[{inside}]")
    return parts


def _numbers(shown: dict[str, Any]) -> list[str]:
    heads = (_("Metric"), _("Features"), _("Value"), _("Interval (95 %)"), _("Real against real"), "n")
    parts = [heading(_("All numbers"))]
    for title, numbers in shown["groups"]:
        parts += [f"#block(sticky: true)[*{text(title)}*]", table(heads, [_row(number) for number in numbers], "2fr, 1.4fr, 1.2fr, 1.7fr, 1.9fr, 1.1fr")]  # fmt: skip
    cautions = [f"- *{text(n.title)}*, {text(n.source)}: {text(n.caution)}" for _t, numbers in shown["groups"] for n in numbers if n.caution]  # fmt: skip
    return [*parts, *cautions]


def _row(number: Shown) -> list[str]:
    value = f"{number.value} ({_('corrected')} {number.corrected})" if number.corrected else number.value
    here = (
        _("here %(value)s at %(size)s") % {"value": number.matched, "size": number.floor_n}
        if number.matched
        else ""
    )
    floor = f"{number.floor}; {here}" if number.floor and here else number.floor
    return [
        number.title,
        number.source,
        value,
        number.interval,
        floor,
        f"{number.n_real} / {number.n_synthetic}",
    ]


def _classes(shown: dict[str, Any]) -> list[str]:
    classes = shown["classes"]
    if not classes:
        return []
    rows = [
        [row["label"], f"{row['n_real']} / {row['n_synthetic']}", *([_class_cell(n) for n in row["cells"]] or [row["absent"]] + [""] * (len(classes["heads"]) - 1))]
        for row in classes["rows"]
    ]  # fmt: skip
    heads = (_("Class"), _("n real / synthetic"), *(classes["heads"] or [""]))
    return [heading(_("Class by class")), table(heads, rows)]


def _class_cell(number: Shown | None) -> str:
    return "" if number is None else _with_interval(number)


def _absent(shown: dict[str, Any]) -> list[str]:
    if not shown["absent"]:
        return []
    return [heading(_("Not available")), *(f"- *{text(n.title)}*: {text(n.absent)}" for n in shown["absent"])]


def _scorecard(shown: dict[str, Any]) -> list[str]:
    heads = (_("Question"), _("State"), _("What this report found"), _("What it cannot say"))
    rows = [
        (f"{r['title']}. {r['question']}", r["word"], r["finding"], r["caveat"]) for r in shown["scorecard"]
    ]
    head = _(
        "By the seven heads of the scorecard for synthetic medical data (Zamzmi et al., Communications Engineering 2025)."
    )
    return [
        heading(_("What this says, and what it cannot say")),
        muted(head),
        table(heads, rows, "1.4fr, 0.8fr, 2fr, 2.4fr"),
    ]


def _protocol(shown: dict[str, Any]) -> list[str]:
    rows = [(name, value) for name, value in shown["protocol"].items()]
    return [heading(_("Protocol")), table((_("What"), _("How")), rows, "1fr, 4fr")]
