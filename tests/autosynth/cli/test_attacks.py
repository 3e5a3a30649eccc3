"""Recipes, stations and libraries made to do harm: each is refused with exit 2 at its place, and nothing is changed."""

import os
from pathlib import Path

import pytest

from tests.autosynth.cli.calling import DOSE, call, place

BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
MERGES = "a: &a {x: 1}\n" + "".join(f"{chr(98 + n)}: {{<<: [*a, *a, *a]}}\n" for n in range(9))
STEP = "  - stir: {vessel: reactor, speed: 400 rpm}\n"


def step(text: str) -> str:
    """Return a good recipe with one more step."""
    assert STEP in DOSE
    return DOSE.replace(STEP, STEP + text)


def dose(volume: str) -> str:
    """Return a good recipe with a dose of another volume."""
    return DOSE.replace("volume: much", f"volume: {volume}")


ATTACKS = {
    "alias bomb": (DOSE + BOMB, ": error: the anchor &a is not allowed"),
    "merge bomb": (DOSE + MERGES, "<< (merge) is not allowed"),
    "python object": (DOSE + "x: !!python/object/apply:os.system [ls]\n", "the tag !!python/object/apply:os.system"),
    "deep lists": (DOSE + "x: " + "[" * 100_000, "nested deeper than 50 levels"),
    "deep blocks": (step("".join(f"{'  ' * n}  - repeat:\n" for n in range(1, 60))), "error: "),
    "huge text": (DOSE.replace("One dose", "x" * 20_000), "a text of 20000 characters is too long"),
    "thousand parentheses": (dose("(" * 3000 + "much" + ")" * 3000), "an expression of 6004 characters is too long"),
    "four hundred parentheses": (dose("(" * 400 + "much" + ")" * 400), "an expression of 804 characters is too long"),
    "a thousand terms": (dose("much" + " + 0 mL" * 130), "is too long"),
    "infinite": (step("  - wait: 1e999 min\n"), "1e999"),
    "not a number": (step("  - wait: .nan\n"), ".nan"),
    "negative": (step("  - wait: -5 min\n"), "wait"),
    "vanishing": (step("  - add: {reagent: SiW9, to: reactor, volume: 1e-400 mL}\n"), "volume"),
    "million repeats": (step("  - repeat: {times: 1000000000, steps: [{wait: 1 s}]}\n"), "1000000"),
    "NUL": (DOSE.replace("One dose", "One\x00dose"), "the control character U+0000"),
    "right to left": (DOSE.replace("One dose", "One \u202edose"), "the invisible character U+202E"),
    "two documents": (DOSE + "---\n" + DOSE, "a second document begins here"),
    "twice": (DOSE + "title: again\n", "the key 'title' is already there, in line 2"),
    "device library": (
        DOSE.replace("title: One dose\n", "title: One dose\nlibrary: /dev/zero\n"),
        "is a device, a file",
    ),
    "folder library": (DOSE.replace("title: One dose\n", "title: One dose\nlibrary: .\n"), "is a folder, a file"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_a_harmful_recipe_is_refused(tmp_path: Path, name: str) -> None:
    """The message says what is wrong with it; there is no traceback, and no folder of a run is made."""
    text, words = ATTACKS[name]
    recipe = place(tmp_path, text)
    before = sorted(tmp_path.rglob("*"))
    found = call("run", recipe, "--sim", "--runs", tmp_path / "runs")
    assert found.code == 2, found.err
    assert "Traceback" not in found.err
    assert words in found.err
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.skipif(os.name != "posix", reason="pipes are POSIX")
def test_what_is_no_file_is_not_read_as_one(tmp_path: Path) -> None:
    """A folder, a device and a pipe in the place of a recipe: none is waited for."""
    os.mkfifo(tmp_path / "pipe.yaml")
    for path, kind in ((tmp_path, "a folder"), (Path("/dev/zero"), "a device"), (tmp_path / "pipe.yaml", "a pipe")):
        found = call("check", path, "--station", place(tmp_path, DOSE))
        assert found.code == 2
        assert f"is {kind}, a file is wanted" in found.err


def test_bytes_of_another_coding_are_shown_at_their_place(tmp_path: Path) -> None:
    """Line and column of the first of them."""
    recipe = place(tmp_path, DOSE)
    recipe.write_bytes(DOSE.encode().replace(b"One dose", b"One d\xf6se"))
    found = call("check", recipe)
    assert (found.code, f"{recipe}:2:13: error: byte 0xf6 is not UTF-8" in found.err) == (2, True)


def test_a_mark_and_windows_line_ends_change_nothing(tmp_path: Path) -> None:
    """Such a recipe is checked as any other."""
    recipe = place(tmp_path, DOSE)
    recipe.write_bytes(b"\xef\xbb\xbf" + DOSE.replace("\n", "\r\n").encode())
    assert call("check", recipe).out.splitlines()[-1] == "accepted"
