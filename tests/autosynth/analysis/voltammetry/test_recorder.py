import numpy as np
import pytest

from autosynth.analysis.voltammetry.recorder import Recorder
from autosynth.errors import AnalysisError
from tests.autosynth.analysis.rendering import Solute, current, triangle

POTENTIAL_V = triangle()
CURRENT_A = current([Solute([-0.45], 1e-3, 1.1e-5)], POTENTIAL_V, cdl_f=0.0)


def recorded(count: int) -> Recorder:
    recorder = Recorder(0.02)
    for i in range(count):
        recorder.add(0.02 * i, float(POTENTIAL_V[i]), float(CURRENT_A[i]))
    return recorder


def test_points_come_back_as_they_went_in() -> None:
    """Beyond its first room the recorder still holds every point, in order."""
    seen = recorded(len(POTENTIAL_V)).voltammogram(reference_offset_v=0.1)
    assert pytest.approx(seen.potential_v) == POTENTIAL_V - 0.1
    assert pytest.approx(seen.current_a) == CURRENT_A


def test_semi_integral_reaches_its_plateau() -> None:
    """Past the wave the running semi-integral is F A c sqrt(D), a limit without any fit."""
    forward = recorded(700).forward
    assert -96485.33 * 0.0707 * 1e-6 * np.sqrt(1.1e-5) == pytest.approx(forward.semi_integral, rel=0.01)


def test_peak_of_the_forward_sweep_is_kept_after_the_turn() -> None:
    """The estimate stands at the cathodic peak and is final once the sweep returns."""
    recorder = recorded(len(POTENTIAL_V))
    assert recorder.forward.returned
    assert CURRENT_A.min() == pytest.approx(recorder.forward.peak_a)
    assert recorder.forward == recorded(900).forward


def test_overloaded_point_does_not_enter_the_estimate() -> None:
    """A NaN current is stored and skipped."""
    recorder = recorded(400)
    before = recorder.forward
    recorder.add(8.0, float(POTENTIAL_V[400]), float("nan"))
    assert before == recorder.forward
    assert len(recorder.arrays()[0]) == 401


def test_empty_recorder_has_no_voltammogram() -> None:
    """Before the first point there is nothing to analyse."""
    with pytest.raises(AnalysisError, match="no point"):
        Recorder(0.02).voltammogram()
