"""Station files: what is read of a good one, and that a bad one tells all its mistakes at their places."""

from pathlib import Path

import pytest

from autosynth.errors import InputError, Problem
from autosynth.station.load import load_station, parse_station
from autosynth.station.model import Push, Rinse, Station
from autosynth.station.plumbing import Plumbing
from autosynth.wire.address import AddressKind
from tests.autosynth.station.fake_drivers import find_fake

ROOT = Path(__file__).parents[3]
POM = ROOT / "protocols" / "pom" / "station.yaml"
ONE_VESSEL = ROOT / "tests" / "stations" / "one_vessel.yaml"


def changed(old: str, new: str) -> list[Problem]:
    """Return the problems of the one-vessel station after one change."""
    text = ONE_VESSEL.read_text(encoding="utf-8")
    if old not in text:
        pytest.fail(f"{old!r} is not in {ONE_VESSEL.name}")
    with pytest.raises(InputError) as caught:
        parse_station(text.replace(old, new, 1), "s.yaml", find_fake)
    return list(caught.value.problems)


@pytest.fixture(scope="module")
def pom() -> Station:
    return load_station(POM, find_fake)


def test_devices_have_addresses_and_calibrations(pom: Station) -> None:
    """Pump and salt pump share a port; the calibration is in mL and relative."""
    pump, salt = pom.devices["pump"], pom.devices["salt_pump"]
    assert pump.address.port == salt.address.port == "serial:/dev/ttyUSB0"
    assert pump.calibration.gain_rel_sd == pytest.approx(0.004)
    assert pump.calibration.stroke_sd_ml == pytest.approx(0.0005)
    assert pump.calibrated
    assert not pom.devices["hotplate"].calibrated
    assert pom.devices["smu"].address.kind is AddressKind.VISA


def test_framing_with_an_e_is_no_number(pom: Station) -> None:
    """7E1 is a framing, although YAML reads it as seventy."""
    assert pom.devices["hotplate"].address.framing == "7E1"


def test_stocks_are_vessels_with_concentrations(pom: Station) -> None:
    """A stock's measured value is in mol/L with its standard uncertainty."""
    lot = pom.vessels["Mn(acac)3"].concentrations["Mn(acac)3"]
    assert (lot.value_mol_l, lot.sd_mol_l) == pytest.approx((0.05, 0.0004))
    assert list(pom.of_role("waste")) == ["organic"]
    assert list(pom.of_role("gas")) == ["argon"]
    assert "water" in pom.vessels["SiW9"].concentrations


def test_vessels_have_limits_and_safe_states(pom: Station) -> None:
    """The reactor holds at most 20 mL, keeps stirring when safe, and is not heated then."""
    reactor = pom.vessels["reactor"]
    assert reactor.limit_ml == 20.0
    assert reactor.rated_temperature_c == 60.0
    assert (reactor.safe.stir_rpm, reactor.safe.temperature_c) == (200.0, None)


def test_every_stock_reaches_the_reactor_by_one_pump(pom: Station) -> None:
    """For each stock there is a pump that reaches it and the reactor."""
    plumbing = Plumbing(pom)
    pumps = {stock: plumbing.pump_to(stock, "reactor") for stock in pom.of_role("stock")}
    assert pumps["SiW9"] == pumps["Lu(acac)3"] == "pump"
    assert pumps["AgOTf"] == pumps["NaOTf"] == pumps["KOTf"] == "salt_pump"
    assert None not in pumps.values()


def test_station_wide_settings(pom: Station) -> None:
    """Push, rinse, film, reference and bounds are read in canonical units."""
    assert pom.push == Push("argon", 0.02)
    assert pom.rinse == Rinse("acetone", 0.2, 1)
    assert pom.carry_over == pytest.approx(0.001)
    assert (pom.host_death.volume_ml, pom.host_death.time_s) == (0.6, 20.0)
    reference = pom.reference("Fc", "cell")
    assert reference is not None
    assert reference.offset_sd_v == pytest.approx(0.005)
    assert pom.limits["hotplate"].temperature_max_c == 60.0


def test_file_knows_its_path() -> None:
    """A station read from a file knows which; one from a text does not."""
    assert load_station(ONE_VESSEL, find_fake).path == ONE_VESSEL
    assert parse_station(ONE_VESSEL.read_text(encoding="utf-8"), "x", find_fake).path is None


def test_several_mistakes_are_told_at_once() -> None:
    """An unknown key, a missing unit and a wrong unit are three problems with three places."""
    text = ONE_VESSEL.read_text(encoding="utf-8")
    text = text.replace("capacity: 25 mL", "capacity: 25").replace("max_stroke: 20 s", "max_stroke: 20 mL")
    text = text.replace("stirred_by: hotplate", "stired_by: hotplate")
    with pytest.raises(InputError) as caught:
        parse_station(text, "s.yaml", find_fake)
    lines = [problem.mark.line for problem in caught.value.problems if problem.mark]
    assert len(lines) == 3
    assert lines == sorted(lines)
    assert "did you mean stirred_by?" in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("driver: ika_ret", "driver: ika_rat", "no driver 'ika_rat' is installed"),
        ("syringe: 1 mL, ", "", "pump: syringe is missing"),
        ("{serial: /dev/ttyUSB1, baud: 9600", "{serail: /dev/ttyUSB1, baud: 9600", "did you mean serial?"),
        ("{serial: /dev/ttyUSB1, baud: 9600", "{memory: hotplate, baud: 9600", "names real ports"),
        ("/dev/ttyUSB1, baud: 9600", "/dev/ttyUSB0, baud: 1200", "share a port with different settings"),
        ("gain_sd: 0.4 %, ", "", "'gain_sd' is missing"),
        ("gain: 1.0", "gain: 10", "not one of a working pump"),
        ("stirred_by: hotplate", "stirred_by: hotplat", "there is no device 'hotplat'"),
        ("stirred_by: hotplate", "stirred_by: pump", "pump is no stirrer"),
        ("fill: 0 to 20 mL", "fill: 0 to 30 mL", "fill limit is above its capacity"),
        ("stir: 200 rpm", "stir: 2000 rpm", "cannot do 2000.0 rpm"),
        ("temperature: off}", "temperature: 90 °C}", "safe temperature is above its rating"),
        ('"pump:9"', '"pump:10"', "pump has no port '10'"),
        ('"pump:9"', '"pump:8"', "pump:8 already has the line waste_line"),
        ('"pump:9"', '"hotplate:1"', "hotplate has no valve"),
        ('from: SiW9, to: "pump:1"', 'from: SiW8, to: "pump:1"', "there is no vessel 'SiW8'"),
        ("filled: SiW9", "filled: Siw9", "filled with unknown 'Siw9'"),
        ("name: rinse_line", "name: siw9_line", "two lines are called 'siw9_line'"),
        ("volume: 50 uL", "volume: 0 uL", "a line's volume is above zero"),
        ("push: {with: argon", "push: {with: nitrogen", "'nitrogen' is no gas of this station"),
        ("rinse: {with: acetone", "rinse: {with: organic", "'organic' is no stock"),
        ("carry_over: 0.1 %", "carry_over: 100 %", "carry_over is a share of a line"),
        (
            '{name: waste_line, from: "pump:8", to: organic',
            '{name: waste_line, from: "pump:8", to: reactor',
            "no waste",
        ),
        ("waste: {organic", "waste: {reactor: {capacity: 1 L}, organic", "the name 'reactor' is used twice"),
        ("expires: 2027-01-01", "expires: next year", "not a date"),
        ("station: 1", "station: 2", "2 is not one of the choices"),
    ],
)
def test_mistake_is_told(old: str, new: str, message: str) -> None:
    """Each mistake is named, at a place in the file, and is the only one."""
    problems = changed(old, new)
    told = [problem for problem in problems if message in problem.message or message in problem.hint]
    assert told, problems
    assert len(problems) == 1, problems
    assert told[0].mark is not None
    assert told[0].mark.file == "s.yaml"


def test_unknown_role_limit_and_reference_are_told() -> None:
    """What names nothing on the station is refused."""
    for section in (
        "roles: {reactor: kettle}\n",
        "limits: {kettle: {speed_max: 3 rpm}}\n",
        "waste_: {}\n",
    ):
        assert len(changed("station: 1\n", "station: 1\n" + section)) == 1
    assert "no cell 'kettle'" in changed("Fc: {offset", "Fc: {in: kettle, offset")[0].message


def test_a_list_is_no_station() -> None:
    """A file that is no mapping is refused with a hint."""
    with pytest.raises(InputError, match="begin with station: 1"):
        parse_station("- station: 1\n", "s.yaml", find_fake)
