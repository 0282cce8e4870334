"""Reads what a terminal was sent and writes it as an animated picture (SVG).

The input is JSON lines, an object each: {"command": TEXT, "output": TEXT}. Of the output's escape sequences those that set
colours are read (ECMA-48 SGR: 0, 1, 2, 31 to 36), every other is an error. The picture needs no script and no font from
elsewhere, and stands still where a reader has asked for that (prefers-reduced-motion).
"""

import json
import re
import sys
from xml.sax.saxutils import escape

COLUMNS = 112
CHARACTER, LINE, MARGIN, BAR = 7.2, 18, 16, 30
TYPED_SECONDS, PAUSE_SECONDS, LINE_SECONDS = 0.035, 0.7, 0.09
COLOURS = {"31": "red", "32": "green", "33": "yellow", "34": "blue", "35": "purple", "36": "cyan"}
STYLE = """
  text { font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #d8dee9; white-space: pre }
  .bold { font-weight: 700 } .dim { fill: #7f8ea3 } .command { fill: #ffffff }
  .red { fill: #ff7b72 } .green { fill: #7ee787 } .yellow { fill: #e3b341 } .blue { fill: #79c0ff } .purple { fill: #d2a8ff } .cyan { fill: #76e3ea }
  .shown { animation: show 0.01s linear both } @keyframes show { from { opacity: 0 } to { opacity: 1 } }
  .typed { animation-name: type; animation-fill-mode: both } @keyframes type { from { clip-path: inset(-2px 100% -2px 0) } to { clip-path: inset(-2px 0 -2px 0) } }
  @media (prefers-reduced-motion: reduce) { .shown, .typed { animation: none } }
"""


def segments(line):
    """The runs of characters of a line that look alike: (text, classes)."""
    found, classes, at = [], (), 0
    for match in re.finditer(r"\x1b\[([0-9;]*)m", line):
        if match.start() > at:
            found.append((line[at : match.start()], classes))
        at = match.end()
        classes = tuple(
            name
            for code in match[1].split(";")
            if (name := {"1": "bold", "2": "dim"}.get(code) or COLOURS.get(code))
        )
    found.append((line[at:], classes))
    for text, _ in found:
        if any(ord(character) < 32 or ord(character) == 127 for character in text):
            sys.exit(f"svg.py: a control character that sets no colour in {text!r}")
    return found


def wrapped(parts):
    """The lines a run of parts takes, broken at spaces, what follows below the first column of the text."""
    text = "".join(part for part, _ in parts)
    label = re.match(r" {2}(?:\d+:\d+ {2}\S+ {2}|\S+(?: \S+)? {2,})", text)
    indent = label.end() if label else max(2, len(text) - len(text.lstrip(" ")))
    lines, line, column = [], [], 0
    for part, classes in parts:
        for word in re.findall(r" *[^ ]+| +", part):
            if column + len(word) > COLUMNS and column > indent:
                lines.append(line)
                line, column, word = [(" " * indent, ())], indent, word.lstrip(" ")
            while len(word) > COLUMNS - column:
                line.append((word[: COLUMNS - column], classes))
                lines.append(line)
                word = word[COLUMNS - column :]
                line, column = [(" " * indent, ())], indent
            line.append((word, classes))
            column += len(word)
    return lines + [line]


def drawn(line, y):
    """A line's text elements; each run of the same look at its own column, so that any fixed font will do."""
    merged = []
    for text, classes in line:
        if merged and merged[-1][1] == classes:
            merged[-1] = (merged[-1][0] + text, classes)
        else:
            merged.append((text, classes))
    column, found = 0, []
    for text, classes in merged:
        shown = text.strip(" ")
        if shown:
            x = MARGIN + (column + len(text) - len(text.lstrip(" "))) * CHARACTER
            look = f' class="{" ".join(classes)}"' if classes else ""
            length = f' textLength="{len(shown) * CHARACTER:g}" lengthAdjust="spacingAndGlyphs"'
            found.append(f'<text x="{x:g}" y="{y}"{look}{length}>{escape(shown)}</text>')
        column += len(text)
    return "".join(found)


def main():
    body, y, seconds = [], BAR + LINE, PAUSE_SECONDS
    for raw in sys.stdin:
        step = json.loads(raw)
        for line in wrapped([("$ ", ("green",)), (step["command"], ("command",))]):
            length = sum(len(text) for text, _ in line)
            typing = length * TYPED_SECONDS
            style = f"animation-duration:{typing:.2f}s;animation-delay:{seconds:.2f}s;animation-timing-function:steps({length})"
            body.append(f'<g class="typed" style="{style}">{drawn(line, y)}</g>')
            seconds += typing
            y += LINE
        seconds += PAUSE_SECONDS / 2
        for raw_line in step["output"].replace("\r\n", "\n").rstrip("\n").split("\n"):
            for line in wrapped(segments(raw_line)):
                body.append(f'<g class="shown" style="animation-delay:{seconds:.2f}s">{drawn(line, y)}</g>')
                y += LINE
            seconds += LINE_SECONDS
        seconds += 2 * PAUSE_SECONDS
        y += LINE // 2
    width, height = MARGIN * 2 + COLUMNS * CHARACTER, y
    print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height}" width="{width:g}" height="{height}" role="img">')
    print("<title>agentrun-admission at a terminal</title>")
    print(f"<style>{STYLE}</style>")
    print(f'<rect width="{width:g}" height="{height}" rx="8" fill="#0d1117"/>')
    for index, colour in enumerate(("#ff5f57", "#febc2e", "#28c840")):
        print(f'<circle cx="{MARGIN + 6 + index * 20}" cy="16" r="6" fill="{colour}"/>')
    print("\n".join(body))
    print("</svg>")


main()
