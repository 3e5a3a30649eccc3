"""What a package says it offers is there, in order, and every package and module says why it exists."""

import ast
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = [
    path for package in ("autosynth", "drivers", "protocols", "simulators") for path in (ROOT / package).rglob("*.py")
]
LISTING = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in FILES
    if "\n__all__ = " in path.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("module", LISTING)
def test_public_names_exist_and_are_sorted(module: str) -> None:
    """The public names of a module are all there, each once, constants and classes before functions, sorted."""
    loaded = importlib.import_module(module)
    names = list(loaded.__all__)
    assert len(names) == len(set(names))
    assert [name for name in names if not hasattr(loaded, name)] == []
    assert names == sorted(names, key=lambda name: (not name.isupper(), name[:1].islower(), name))


def test_every_module_says_why_it_exists() -> None:
    """Each module and package of the product begins with a docstring of at least a sentence."""
    silent = [
        path.relative_to(ROOT).as_posix()
        for path in FILES
        if len(ast.get_docstring(ast.parse(path.read_bytes())) or "") < 20
    ]
    assert silent == []


def test_no_module_outgrows_a_reader() -> None:
    """No module of the product has more than 300 lines."""
    sizes = {path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert {name: size for name, size in sizes.items() if size > 300} == {}


def test_modules_are_named_for_what_they_hold() -> None:
    """There is no drawer for what belongs nowhere: no utils, helpers, manager, base or common."""
    drawers = {"utils", "util", "helpers", "helper", "manager", "managers", "base", "common", "misc"}
    assert [path.name for path in FILES if path.stem in drawers or path.parent.name in drawers] == []
