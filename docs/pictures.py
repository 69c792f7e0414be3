"""Make the pictures of the terminal: run the real commands on examples/, keep what they print.

    python docs/pictures.py

Each picture is an SVG in docs/pictures/, with the fonts of whoever looks at it; near.svg and the
proof in docs/how-to/explain.md are drawn by commands themselves. ``tests/docs`` checks that each
shows what the commands print now.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "pictures"
PROOF = ROOT / "docs" / "how-to" / "explain.md"
WIDTH = 112

PICTURES: dict[str, tuple[str, ...]] = {
    "first-graph": (
        "kgbuild ingest papers",
        "kgbuild show lisinopril",
        "kgbuild show 9d5ecc3f4032",
    ),
    "question": (
        "kgbuild query --cookbook side-effect-of-a-treatment",
        "kgbuild reason",
        "kgbuild explain lisinopril treats hypertension -n 1",
        "kgbuild paths aspirin stroke -n 2",
    ),
}
"""The commands of each picture. All begin with the graph of the first one."""

NEAR = "kgbuild near aspirin --steps 2 --svg 2> /dev/null"
"""Draws a picture itself, of the graph that those leave."""


def main() -> None:
    """Write every picture."""
    FOLDER.mkdir(exist_ok=True)
    for path, svg in drawn():
        path.write_text(svg, encoding="utf-8")
        sys.stdout.write(f"wrote {path}\n")


def drawn() -> Iterator[tuple[Path, str]]:
    """Every picture as it would be now, with the file that it is kept in."""
    with tempfile.TemporaryDirectory() as place:
        examples = Path(place, "examples")
        hidden = shutil.ignore_patterns("kg", ".*", "*.egg-info", "__pycache__")
        shutil.copytree(ROOT / "examples", examples, ignore=hidden)
        for name, commands in PICTURES.items():
            yield FOLDER / f"{name}.svg", _picture(commands, examples)
        yield FOLDER / "near.svg", _printed(NEAR, examples)
        yield PROOF.with_name("proof.svg"), _proof(PROOF.read_text("utf-8"), examples)


def shown(svg: str) -> str:
    """What is to be read in a picture, without what a clock said."""
    words = " ".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg)).replace("&#160;", " ")
    timed = r" \d+\.\d s\b|, [\d.,]+ a second|, [\d.,]+ (?:s|min|h) left"
    return re.sub(timed, "", " ".join(words.split()))


def _proof(page: str, folder: Path) -> str:
    """The picture that the page's own command draws, of the paper that the page gives."""
    paper, text = re.findall(r'^```text title="(.+)"\n(.*?)^```', page, re.MULTILINE | re.DOTALL)[0]
    (folder / paper).write_text(text, encoding="utf-8")
    commands: list[str] = re.findall(r"^\$ (kgbuild .+)$", page, re.MULTILINE)
    drawing = next(command for command in commands if command.endswith("--svg"))
    for command in ("kgbuild ingest papers", "kgbuild reason"):
        _printed(command, folder)
    return _printed(drawing, folder)


def _picture(commands: tuple[str, ...], folder: Path) -> str:
    console = Console(record=True, width=WIDTH, file=StringIO(), force_terminal=True)
    for command in commands:
        console.print(Text(f"$ {command}", style="bold green"))
        console.print(Text.from_ansi(_printed(command, folder)))
    svg = console.export_svg(title="kgbuild")
    # Rich would have the font loaded from the network.
    return re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.DOTALL)


def _printed(command: str, folder: Path) -> str:
    """What a command prints to a terminal of that width, colours included."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, WIDTH, 0, 0))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    process = subprocess.Popen(  # noqa: S602 - the commands above
        command, shell=True, cwd=folder, stdout=theirs, stderr=theirs,
        env={**os.environ, "PATH": path, "TERM": "xterm-256color", "COLUMNS": str(WIDTH)},
    )  # fmt: skip
    os.close(theirs)
    printed = b""
    while True:
        try:
            printed += (piece := os.read(ours, 65536))
        except OSError:  # Linux says so when the other end is closed
            break
        if not piece:
            break
    os.close(ours)
    if process.wait():
        raise SystemExit(f"{command} failed:\n{printed.decode()}")
    # A line of progress is wiped by what comes after it.
    return re.sub(r"[^\n]*\r(?:\x1b\[K)?", "", printed.decode().replace("\r\n", "\n"))


if __name__ == "__main__":
    main()
