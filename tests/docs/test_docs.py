"""Every command in the documents is run and its output compared, YAML is loaded, links are followed."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from autosynth.campaign.declared import read_declaration
from autosynth.errors import InputError
from autosynth.language.yaml import parse_yaml
from autosynth.recipe.load import parse_recipe
from autosynth.station.load import parse_station
from tests.docs.blocks import ROOT, Block, anchors, blocks, documents, links
from tests.docs.console import Terminal, agrees, exchanges

NAMES = [str(each.relative_to(ROOT)) for each in documents()]
EXAMPLES = ROOT / "docs/examples"
STATION = EXAMPLES / "station.yaml"
POSIX = pytest.mark.skipif(os.name != "posix", reason="the documents' commands are typed into a POSIX shell")
HEADER = """\
autosynth: 1
title: steps of a document
needs: {reactor: stirred_vessel, vial: vial, cell: measuring_cell, jar: jar, ir: infrared_spectrometer, icp: analyser,
  ms: spectrometer, tube: nmr_tube}
reagents: {SiW9: {}, Mn(acac)3: {}, AgOTf: {}, acetone: {}, Ru2: {}, Cu: {}, MeOH: {}}
parameters:
  cap: {default: 2.2, min: 2.0, max: 2.2}
  hold: {default: 60 min, min: 10 min, max: 120 min}
  salt: {default: AgOTf, one_of: [AgOTf]}
define: {cluster: {per: {SiW9: 2}, charge: 25 umol}}
steps:
  - measure:
      voltammetry: {begin: 0.3 V, vertex1: -1.25 V, vertex2: 0.3 V}
      in: cell
      as: cv
"""
"""What goes before a block of steps, so that they have something to name."""


def _marked(word: str) -> list[Block]:
    return [each for path in documents() for each in blocks(path) if each.language == "yaml" and word in each.words]


@POSIX
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", [name for name in NAMES if name != "README.md"])
def test_every_command_prints_what_the_document_shows(name: str, tmp_path: Path) -> None:
    """Console and Python blocks are run in order, in one folder with the project's examples and protocols."""
    _follow(name, tmp_path)


@POSIX
@pytest.mark.timeout(600)
def test_the_readme_does_what_it_shows_picture_included(tmp_path: Path) -> None:
    """The demonstration that the README runs gives the curve and the decisions that its picture was drawn from."""
    _follow("README.md", tmp_path)
    (run,) = tmp_path.glob("runs/*_sequential-metalation-*")
    script, picture = ROOT / "docs/pictures/overview.py", tmp_path / "overview.svg"
    subprocess.run([sys.executable, script, run, picture], check=True, timeout=60)
    shown, drawn = _data(ROOT / "docs/pictures/overview.svg"), _data(picture)
    for key in ("title", "loop", "condition"):
        assert shown[key] == drawn[key]
    assert drawn["values"] == pytest.approx(shown["values"], abs=0.03), "draw it again: docs/pictures/overview.py"
    assert shown["verdicts"][-2:] == drawn["verdicts"][-2:] == ["true", "true"]


def _follow(name: str, folder: Path) -> None:
    for part in ("docs/examples", "protocols"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__", "*.sqlite*"))
    troubles: list[str] = []
    with Terminal(folder) as terminal:
        for block in blocks(ROOT / name):
            if block.language == "console":
                troubles += terminal.run(block)
            elif block.language == "python":
                troubles += terminal.run_python(block)
    assert not troubles, "\n".join(troubles)


def _data(picture: Path) -> dict[str, Any]:
    metadata = ElementTree.parse(picture).find("{http://www.w3.org/2000/svg}metadata")
    assert metadata is not None
    found: dict[str, Any] = json.loads(metadata.text or "")
    return found


@pytest.mark.parametrize("file", sorted(path.name for path in EXAMPLES.glob("*.yaml")))
def test_every_example_is_a_station_a_recipe_or_a_campaign(file: str) -> None:
    """Each file of the examples loads, but the one that shows mistakes."""
    text = (EXAMPLES / file).read_text(encoding="utf-8")
    if file == "station.yaml":
        assert parse_station(text, file).devices
    elif file == "campaign.yaml":
        assert read_declaration(EXAMPLES / file).optimiser
    elif file == "wrong.yaml":
        with pytest.raises(InputError):
            parse_recipe(text, file)
    else:
        assert parse_recipe(text, file).steps


@pytest.mark.parametrize("block", _marked("steps"), ids=str)
def test_every_step_shown_is_one(block: Block) -> None:
    """A block marked `steps` loads as the steps of a recipe that declares what they name."""
    known = len(parse_recipe(HEADER).steps)
    indented = "".join(f"  {line}" for line in block.text.splitlines(keepends=True))
    assert len(parse_recipe(HEADER + indented, str(block)).steps) > known


@pytest.mark.parametrize("block", _marked("header"), ids=str)
def test_every_header_shown_is_one(block: Block) -> None:
    """A block marked `header` loads as the beginning of a recipe."""
    lacking = {"autosynth: 1\n", "title: x\n"}
    begin = "".join(line for line in sorted(lacking) if line.partition(":")[0] not in block.text)
    assert parse_recipe(f"{begin}{block.text}steps: [{{note: x}}]\n", str(block)).title


@pytest.mark.parametrize("block", _marked("part"), ids=str)
def test_every_part_of_a_station_shown_is_one(block: Block) -> None:
    """A block marked `part` fits into the example station in place of what it has under the same names."""
    whole = _merged(
        parse_yaml(STATION.read_text(encoding="utf-8"), "station").data, parse_yaml(block.text, str(block)).data
    )
    assert parse_station(yaml.safe_dump(_plain(whole), allow_unicode=True), str(block)).devices


def _merged(whole: Any, part: Any) -> Any:
    if isinstance(whole, dict) and isinstance(part, dict):
        return {**whole, **{key: _merged(whole.get(key), value) for key, value in part.items()}}
    if isinstance(whole, list) and isinstance(part, list) and isinstance(part[0], dict):
        named = {each["name"] for each in part}
        ends = {end for each in part for end in (each["from"], each["to"]) if ":" in end}
        kept = [each for each in whole if each["name"] not in named and not ends & {each["from"], each["to"]}]
        return [*kept, *part]
    return part


def _plain(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _plain(value) for key, value in node.items()}
    return [_plain(each) for each in node] if isinstance(node, list) else node


@pytest.mark.parametrize("name", NAMES)
def test_every_block_is_of_a_kind_that_is_checked(name: str) -> None:
    """YAML says what it is, or which file it shows, and then is that file word for word."""
    kinds = {"steps", "header", "part"}
    for block in blocks(ROOT / name):
        if block.language == "yaml":
            assert len(block.words) == 1, f"{block}: say what it is"
            word = block.words[0]
            shown = word.removeprefix("file=")
            assert word in kinds or (ROOT / shown).read_text(encoding="utf-8").endswith(block.text), str(block)
        elif block.language == "python":
            ast.parse(block.text)
        else:
            assert block.language in {"console", "json", "mermaid", "text"}, str(block)


@pytest.mark.parametrize("name", NAMES)
def test_every_link_leads_somewhere(name: str) -> None:
    """A relative link names a file or folder of the project, and a heading that it has."""
    document = ROOT / name
    for target in links(document):
        if re.match(r"https?:", target):
            continue
        file, _, heading = target.partition("#")
        path = (document.parent / file).resolve() if file else document
        assert path.exists(), f"{name}: {target}"
        assert path.is_relative_to(ROOT), f"{name}: {target}"
        assert not heading or heading in anchors(path), f"{name}: {target}"


def test_documents_name_no_machine() -> None:
    """No path of somebody's computer stands in a document."""
    for document in documents():
        found = re.findall(r"(?<![\w.])/(?:work|tmp|home|root|Users)/", document.read_text(encoding="utf-8"))
        assert found == [], str(document)


def test_a_difference_would_be_seen() -> None:
    """Other words, a missing line and a number far off are differences; blanks, wildcards and noise are none."""
    assert agrees("a  b\n...\n1.00 mL\n", "a b\nx\ny\n1.04 mL\n")
    assert agrees("runs/..._x\n", "runs/20261121_x\n")
    assert not agrees("a\n", "b\n")
    assert not agrees("a\nb\n", "a\n")
    assert not agrees("a\n", "a\nb\n")
    assert not agrees("1.00 mL\n", "1.30 mL\n")
    assert not agrees("1 dose\n", "2 dose\n")


def test_commands_are_told_from_what_they_print() -> None:
    """A line that begins with a dollar is a command, one that ends in a backslash goes on."""
    assert exchanges("$ a \\\n    b\nx\n$ c\n") == [("a b", "x\n"), ("c", "")]
