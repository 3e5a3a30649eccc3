"""A vessel's clock, temperature and stirring."""

import pytest

from tests.simulators.twin.tank import Tank


def dilute() -> Tank:
    """Return 10 mL with ligand and manganese so dilute that the first adduct grows linearly for a minute."""
    tank = Tank()
    content = tank.layout.read({"volumes_ml": {"acetone": 10.0}, "amounts_mol": {"SiW9": 1e-6, "Mn(acac)3": 1e-6}})
    tank.vessel.content = content
    return tank


def test_ten_degrees_matter_as_arrhenius_says() -> None:
    """60 kJ/mol make 25 C 2.32 times as fast as 15 C."""
    warm, cold = dilute(), dilute()
    cold.vessel.bind_temperature(lambda _t_s: 15.0, 0.0)
    ratio = warm.hold(0.2).amounts()["LMn"] / cold.hold(0.2).amounts()["LMn"]
    assert ratio == pytest.approx(2.32, rel=0.01)


def test_a_standing_pot_reacts_at_a_tenth() -> None:
    """Poor mixing scales every rate; stirring from half-way on gives the mean of the two."""
    mixed, still, late = dilute(), dilute(), dilute()
    still.vessel.stir(0.0, 0.0)
    late.vessel.stir(0.0, 0.0)
    late.vessel.stir(400.0, 6.0)
    grown = [tank.hold(0.2).amounts()["LMn"] for tank in (mixed, still, late)]
    assert grown[1] / grown[0] == pytest.approx(0.1, rel=0.02)
    assert grown[2] / grown[0] == pytest.approx(0.55, rel=0.02)


def test_a_ramp_is_followed() -> None:
    """Heating from 15 to 35 C over the hold gives the average rate, not that of the middle."""
    ramped, middle = dilute(), dilute()
    ramped.vessel.bind_temperature(lambda t_s: 15.0 + t_s / 5.0, 0.0)
    ratio = ramped.hold(100.0 / 60.0).amounts()["LMn"] / middle.hold(100.0 / 60.0).amounts()["LMn"]
    assert ratio == pytest.approx(1.10, abs=0.02)


def test_liquid_that_comes_late_still_arrives() -> None:
    """An inflow reported for a time already passed is added at once."""
    tank = dilute().hold(1.0)
    plug = tank.layout.plug({"volumes_ml": {"acetone": 1.0}, "amounts_mol": {"SiW9": 1e-6}})
    tank.vessel.flow_in([plug], 10.0, 20.0)
    assert tank.vessel.t_s == 60.0
    assert tank.vessel.volume_ml() == pytest.approx(11.0)
    assert tank.layout.charged(tank.vessel.content)["SiW9"] == pytest.approx(2e-6)
