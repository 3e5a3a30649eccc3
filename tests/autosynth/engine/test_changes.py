"""Changes between two spectra of one tube, from what the first left on record."""

from typing import Any

import pytest

from autosynth.analysis.nmr import NmrResult, analyse
from autosynth.engine.changes import changes, noise_of
from autosynth.engine.estimates import quantities_to_json
from tests.protocols.exchange.rendering import rendered, selenium

ASKED: dict[str, Any] = {
    "cell": "tubes_1",
    "nucleus": "31P",
    "repetition_s": 4.0,
    "acquisition_s": 1.6,
    "pulse_deg": 90.0,
}


@pytest.fixture(scope="module")
def result() -> NmrResult:
    return analyse(rendered(3, 1.0).blocks["31P"], selenium())


def before(result: NmrResult, **other: Any) -> dict[str, Any]:
    found = {"cell": ASKED["cell"], "nucleus": "31P", "quantities": quantities_to_json(result.quantities)}
    return {**found, "noise": noise_of(result, ASKED), **other}


def test_a_change_has_the_noise_of_both_and_no_more(result: NmrResult) -> None:
    """The same spectrum twice: no change, known by the noise of two, far better than the parts are."""
    found = changes(result, ASKED, before(result))
    for name in ("Cu4Ag3", "Cu3Ag4", "Cu2Ag5_or_CuAg6"):
        each, noise = found[f"change {name}"], result.forecast.noise_sd(name)
        assert each.value == 0.0
        assert each.sd == pytest.approx(2**0.5 * noise)
        assert each.sd < 0.6 * result.quantities[name].sd


def test_what_has_changed_is_known_as_badly_as_the_library_knows_it(result: NmrResult) -> None:
    """A part that was nothing before: its whole uncertainty counts."""
    then = before(result)
    then["quantities"]["Cu4Ag3"] = {**then["quantities"]["Cu4Ag3"], "value": 0.0}
    found, now = changes(result, ASKED, then)["change Cu4Ag3"], result.quantities["Cu4Ag3"]
    assert found.value == pytest.approx(now.value)
    assert found.sd >= now.sd


@pytest.mark.parametrize("key", ["cell", "nucleus", "repetition_s", "pulse_deg"])
def test_other_samples_and_other_pulses_are_not_compared(result: NmrResult, key: str) -> None:
    """Another tube, another nucleus, other saturation; and a record without its noise."""
    assert changes(result, {**ASKED, key: "other"}, before(result)) == {}
    assert changes(result, ASKED, None) == {}
    assert changes(result, ASKED, {**before(result), "noise": {"sd": {}}}) == {}
