"""Station files with other addresses: everything else stays as it was written."""

import pytest
import yaml

from autosynth.errors import InputError
from autosynth.station.readdress import readdressed

TEXT = """\
# A bench.
devices:
  pump:   # the big one
    driver: tecan_cavro
    address: {serial: /dev/ttyUSB0, baud: 9600}   # left port
    options: {switch: 0}
  plate:
    address:
      serial: /dev/ttyUSB1
      framing: 7E1

    driver: ika_ret
  smu: {driver: keithley_2450, address: {visa: "TCPIP0::10.0.0.2::5025::SOCKET"}}
"""
NEW = {"pump": '{serial: "/tmp/a b"}', "plate": '{serial: "/tmp/c", framing: 7E1}', "smu": '{tcp: "127.0.0.1:5"}'}


def test_flow_block_and_nested_addresses_are_replaced_and_nothing_else() -> None:
    """Reading the new text gives the old one with the new addresses; comments are still there."""
    found = readdressed(TEXT, NEW)
    expected = yaml.safe_load(TEXT)
    for name, address in NEW.items():
        expected["devices"][name]["address"] = yaml.safe_load(address)
    assert expected == yaml.safe_load(found)
    for comment in ("# A bench.", "# the big one", "# left port"):
        assert comment in found


def test_a_device_without_an_address_is_named() -> None:
    """An address that is not written out cannot be replaced."""
    with pytest.raises(InputError, match="mill"):
        readdressed(TEXT, {"mill": "{tcp: x}"})
