"""Tables in the documents say what the code says: verbs, fields, units, rules, options, keys, codes, faults."""

import json
import re
from collections.abc import Mapping
from importlib.metadata import entry_points
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from autosynth.cli.exits import Exit
from autosynth.contracts.driver import DriverEntry, DriverSettings, OptionsError
from autosynth.plan.findings import BUILT_IN
from autosynth.plan.rulebook import standing_rules
from autosynth.recipe.steps import VERBS
from autosynth.units import DIMENSIONS
from autosynth.units.table import PREFIXES, UNITS
from simulators.bench import MODELS, open_bench
from simulators.faultkinds import KEYS, KINDS
from tests.autosynth.cli.calling import DOSE, call, place
from tests.docs.blocks import ROOT, blocks

DOCS = ROOT / "docs"
DRIVERS: Mapping[str, DriverEntry] = {
    each.name: each.load() for each in sorted(entry_points(group="autosynth.drivers"), key=lambda each: each.name)
}
NEEDED: Mapping[str, Mapping[str, object]] = {
    "alicat_mc": {"full_scale": "1000 mL/min"},
    "file_drop": {"techniques": "infrared"},
    "delta_vfd": {"model": "delta_el", "frequency_max": "35 Hz"},
    "magritek_spinsolve": {"data_folder": "C:\\Data\\autosynth"},
    "new_era_ne1000": {"syringe": "10 mL", "diameter": "14.57 mm"},
    "runze_sv06": {"ports": 6},
    "tecan_cavro": {"syringe": "1 mL"},
}
"""Options that have no default."""
UNSAID = {"required", "the last", "see below"}
"""What stands in a table where there is no default that could be written."""


def section(document: str, title: str) -> str:
    """Return what stands below a heading, down to the next of its rank or above."""
    content = (DOCS / document).read_text(encoding="utf-8")
    match = re.search(rf"^(#+) {re.escape(title)}\n(.*?)(?=^#{{1,3}} |\Z)", content, re.MULTILINE | re.DOTALL)
    assert match is not None, f"{document} has no section {title}"
    return match[2]


def tables(text: str) -> list[list[list[str]]]:
    """Return the tables of a text: rows of cells, the head first, rules left out."""
    found: list[list[list[str]]] = []
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in block.splitlines()]
        found.append([[cell.strip() for cell in row] for row in rows if set("".join(row)) - set("- |")])
    return found


def names(rows: list[list[str]]) -> set[str]:
    """Return the code in the first cells of a table, head left out."""
    return {name for row in rows[1:] for name in re.findall(r"`([^`]+)`", row[0])}


def reference() -> ModuleType:
    """Return the script that writes the tables."""
    found = spec_from_file_location("reference", DOCS / "reference.py")
    assert found is not None
    assert found.loader is not None
    module = module_from_spec(found)
    found.loader.exec_module(module)
    return module


@pytest.mark.parametrize("document", ["campaigns.md", "faults.md", "recipes.md", "stations.md"])
def test_generated_tables_are_those_of_the_code(document: str) -> None:
    """What stands between the marks is what the models say; when it differs, run docs/reference.py."""
    content = (DOCS / document).read_text(encoding="utf-8")
    assert content == reference().updated(content)


def test_every_verb_and_every_entry_has_a_table() -> None:
    """No model that a file is read into is left out of the documents."""
    written = "".join(
        (DOCS / name).read_text(encoding="utf-8") for name in ("campaigns.md", "recipes.md", "stations.md")
    )
    left_out = {name for name in reference().PARTS if f"<!-- fields {name} -->" not in written}
    assert left_out == {"StationSections"}


def test_a_change_to_a_model_would_be_seen() -> None:
    """A row that is not the model's is put right, and nothing else is touched."""
    module = reference()
    text = "before\n<!-- fields wait -->\nold\n<!-- /fields -->\nafter\n"
    shown = module.updated(text)
    assert "| `for` | time | required |" in shown
    assert shown.startswith("before\n")
    assert shown.endswith("after\n")
    assert "old" not in shown
    with pytest.raises(KeyError):
        module.updated("<!-- fields nothing -->\n<!-- /fields -->")


def test_no_verb_is_described_that_does_not_exist() -> None:
    """The sections below Verbs are the verbs."""
    content = (DOCS / "recipes.md").read_text(encoding="utf-8")
    below = content.partition("\n## Verbs\n")[2].partition("\n## How much\n")[0]
    assert set(VERBS) == set(re.findall(r"^### (.+)$", below, re.MULTILINE))


def test_every_unit_is_described() -> None:
    """The table of dimensions names every dimension with its canonical unit, and every unit without its prefix."""
    rows = tables(section("recipes.md", "Quantities"))[1][1:]
    said = {name.strip() for row in rows for name in row[0].split(",")}
    assert set(DIMENSIONS) == said
    for row in rows:
        for name, unit in zip(row[0].split(","), row[1].split(","), strict=True):
            assert DIMENSIONS[name.strip()].unit == unit.strip(), row
    written = {name for row in rows for name in re.findall(r"`([^`]+)`", row[2])}
    known = {unit.replace("\u2126", "\u03a9").replace("\u03bc", "\u00b5") for unit in UNITS}
    bare = {unit for unit in known if unit[1:] not in known or unit[0] not in PREFIXES or unit in written}
    assert bare <= written, bare - written
    assert written <= known | {"C", "K"}, written - known


def test_every_rule_is_described() -> None:
    """Checks that are code and rules that are data have a row each, with their severity or class."""
    code, data = tables(section("recipes.md", "Findings and overrides"))[-2:]
    assert {name: severity.value for name, severity in BUILT_IN.items()} == {
        row[0].strip("`"): row[1] for row in code[1:]
    }
    assert {rule.id: rule.class_ for rule in standing_rules().rules} == {row[0].strip("`"): row[1] for row in data[1:]}


def line(entry: DriverEntry) -> str:
    """Return how bytes travel to a driver's instrument."""
    return "none: a folder" if entry.line is None else f"{entry.line.baud} baud {entry.line.framing}"


def drivers_table() -> str:
    """Return the table of drivers as their own data have it."""
    head = "| driver | kinds | line | verified on | positions | sources |\n|---|---|---|---|---|---|\n"
    return head + "".join(
        f"| [`{name}`](#{name}) | {', '.join(each.kinds)} | {line(each)} | "
        f"{each.verified} | {each.knows} | {each.sources} |\n"
        for name, each in DRIVERS.items()
    )


def test_the_table_of_drivers_is_their_own() -> None:
    """The table between its marks is generated from the entries; when it differs, this is what belongs there."""
    content = (DOCS / "devices.md").read_text(encoding="utf-8")
    assert drivers_table() == content.partition("<!-- drivers -->\n")[2].partition("<!-- /drivers -->")[0]


@pytest.mark.parametrize("driver", DRIVERS)
def test_every_option_of_a_driver_is_described(driver: str) -> None:
    """A driver's section has a row for each option that the driver knows."""
    needed = NEEDED.get(driver, {})
    with pytest.raises(OptionsError) as refused:
        DRIVERS[driver].limits(DriverSettings(driver, {**needed, "no such": 1}))
    known = set(str(refused.value).partition("known are ")[2].split(", ")) - {"simulated"}
    assert known == names(tables(section("devices.md", driver))[0])


def test_every_default_of_a_driver_is_as_described() -> None:
    """What a table says to be the default is accepted, and is the default: it changes no limit."""
    for name, entry in DRIVERS.items():
        needed = NEEDED.get(name, {})
        said = {row[0].strip("`"): row[1] for row in tables(section("devices.md", name))[0][1:]}
        given = {key: _option(value) for key, value in said.items() if value not in UNSAID}
        without = entry.limits(DriverSettings(name, needed))
        assert without == entry.limits(DriverSettings(name, {**given, **needed}))
        assert entry.simulator_options(DriverSettings(name, needed)) == entry.simulator_options(
            DriverSettings(name, {**given, **needed})
        )


def _option(text: str) -> object:
    return int(text) if text.isdigit() else text


def test_every_driver_has_a_simulated_counterpart() -> None:
    """Each driver names a model that the bench has."""
    assert {each.simulator for each in DRIVERS.values()} == set(MODELS)


def test_every_exit_code_is_described() -> None:
    """The table of exit codes is the enumeration."""
    rows = tables(section("running.md", "Exit codes"))[0]
    assert {each.value for each in Exit} == {int(row[0]) for row in rows[1:]}


def test_every_fault_and_key_is_described() -> None:
    """One table names every fault, another every key, and no fault is of nobody."""
    text = (DOCS / "faults.md").read_text(encoding="utf-8")
    faults, keys = tables(text)[:2]
    assert set(KINDS) == names(faults)
    assert set(KEYS) == names(keys)
    assert all(row[1] for row in faults)


def test_every_key_of_the_json_is_described(tmp_path: Path) -> None:
    """What `run`, `show` and `check` print as JSON has the keys that the document names."""
    recipe = place(tmp_path, DOSE)
    runs: tuple[str | Path, ...] = ("--runs", tmp_path / "runs")
    ran = set(call("run", recipe, "--sim", "--json", *runs).json)
    summary = call("show", "last", "--verify", "--json", *runs).json
    assert isinstance(summary["events"], int)
    shown = set(summary)
    checked = set(call("check", recipe, "--json").json)
    text = section("running.md", "JSON")
    both = names(tables(text)[0])
    prose = text.rpartition("\n|")[2]
    runs_own, _, rest = prose.partition("`show` adds")
    shows_own, _, checks = rest.partition("`check --json` has")
    said = [set(re.findall(r"`(\w+)`", part)) for part in (runs_own, shows_own, re.sub(r"\([^)]*\)", "", checks))]
    assert ran == both | (said[0] - {"run", "recover"})
    assert shown == both | said[1]
    assert checked == said[2]


def test_the_bench_description_shown_opens() -> None:
    """The JSON of the contract is a bench."""
    shown = [each for each in blocks(DOCS / "bench.md") if each.language == "json"]
    assert [sorted(json.loads(each.text)["devices"]) for each in shown] == [["hotplate", "pump"]]
    bench = open_bench(json.loads(shown[0].text), 0, ())
    assert {"serial:/dev/ttyUSB0", "serial:/dev/ttyUSB1"} == set(bench.addresses())
