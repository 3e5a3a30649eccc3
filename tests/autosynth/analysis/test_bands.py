from pathlib import Path

import pytest

from autosynth.analysis.bands import load_bands, parse_bands
from autosynth.analysis.libraries import kind_of
from autosynth.errors import InputError

FOLDER = Path(__file__).parents[3] / "protocols" / "mof" / "species"
TEXT = (FOLDER / "bands.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["bands.yaml", "visible.yaml"])
def test_every_number_says_where_it_comes_from(name: str) -> None:
    """The shipped libraries load, and each band has its provenance."""
    library = load_bands(FOLDER / name)
    assert all(band.source.startswith(("seed", "literature", "measured", "assumption")) for band in library.bands)
    assert kind_of((FOLDER / name).read_text(encoding="utf-8")) == "bands"


def test_a_stage_stands_for_its_bands_and_the_standard_is_always_there() -> None:
    """Names come in library order whatever the order asked."""
    library = load_bands(FOLDER / "bands.yaml")
    assert [band.name for band in library.expand(["HOAc", "COOH"])] == ["COOH", "HOAc", "COO_Ru2"]
    assert "HOAc" not in [band.name for band in library.expand(["washed"])]
    assert len(library.expand([])) == len(library.bands)
    assert library.ratio_name(library.bands[0]) == "ratio_1725_1426"


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("role: standard", "role: other", "exactly one band is the standard"),
        ("role: acid", "role: residual", "at most one band is the residual"),
        ("name: HOAc", "name: COOH", "defined twice"),
        ("position: 1710", "position: 1725.2", "at the same place"),
        ("position: 755", "position: 1000", "lie in no window"),
        ("low: 700, high: 810", "low: 810, high: 700", "windows go from low to high"),
        ("low: 700, high: 810", "low: 700, high: 1380", "windows go from low to high"),
        ("[COOH, HOAc,", "[COOH, acid,", "stages name unknown bands"),
        ("  raw:", "  ring:", "stages bear the names of bands"),
        ("width: 18", "width: 0", "greater than 0"),
        ("sd: 1.0", "sd: .nan", "valid number"),
        ('source: "seed: position of', 'sauce: "seed: position of', "source"),
    ],
)
def test_mistakes_are_told(old: str, new: str, complaint: str) -> None:
    """Each kind of mistake in a library is told in words."""
    assert old in TEXT
    with pytest.raises(InputError, match=complaint):
        parse_bands(TEXT.replace(old, new, 1), "bands.yaml")
