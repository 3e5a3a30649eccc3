"""Options of a device are read strictly."""

from typing import Any

import pytest

from autosynth.contracts.driver import OptionsError
from autosynth.contracts.options import OptionReader


def test_texts_are_one_or_a_list_of_different_ones() -> None:
    """Both come as a tuple; what is none of that is said."""
    assert OptionReader({"words": " a "}).texts("words") == ("a",)
    assert OptionReader({"words": ["a", "b"]}).texts("words") == ("a", "b")
    assert OptionReader({}).texts("words", ("c",)) == ("c",)
    for wrong in ([], "", 3, ["a", ""], ["a", 1], ["a", "a"], None):
        with pytest.raises(OptionsError, match="words"):
            OptionReader({"words": wrong}).texts("words")
    with pytest.raises(OptionsError, match="missing"):
        OptionReader({}).texts("words")


def test_options_are_read_in_canonical_units_with_defaults() -> None:
    """Text with units becomes a plain number; what is not given is the default."""
    reader = OptionReader({"syringe": "250 µL", "ports": 6, "link": "rs485", "simulated": {"gain_sd": 0.01}})
    assert reader.quantity("syringe", "volume", 0.1, 25.0) == 0.25
    assert reader.quantity("reply_time", "time", 0.1, 5.0, 1.5) == 1.5
    assert (reader.integer("ports", 2, 12), reader.integer("switch", 0, 14, 3)) == (6, 3)
    assert reader.choice("link", ("rs232", "rs485"), "rs232") == "rs485"
    assert reader.mapping("simulated") == {"gain_sd": 0.01}
    reader.finish()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "syringe is missing"),
        ({"syringe": "1"}, "no unit"),
        ({"syringe": "1,5 mL"}, "write 1.5"),
        ({"syringe": "1 g"}, "volume"),
        ({"syringe": "26 mL"}, r"outside 100 µL to 25 mL"),
        ({"syringe": None}, "syringe"),
    ],
)
def test_a_wrong_quantity_is_refused_with_what_is_right(options: dict[str, Any], message: str) -> None:
    """The option is named."""
    with pytest.raises(OptionsError, match=message):
        OptionReader(options).quantity("syringe", "volume", 0.1, 25.0)


@pytest.mark.parametrize("value", ["6", 6.0, True, 13, None])
def test_a_wrong_number_is_refused(value: object) -> None:
    """Whole numbers are neither text nor booleans."""
    with pytest.raises(OptionsError, match="whole number from 2 to 12"):
        OptionReader({"ports": value}).integer("ports", 2, 12)


def test_a_wrong_word_is_refused() -> None:
    """The known ones are named."""
    with pytest.raises(OptionsError, match="rs232, rs485"):
        OptionReader({"link": "usb"}).choice("link", ("rs232", "rs485"))


def test_what_nobody_asked_for_is_refused() -> None:
    """A misspelt option is not silently a default."""
    reader = OptionReader({"port": 6})
    reader.integer("ports", 2, 12, 4)
    with pytest.raises(OptionsError, match=r"unknown option port \(did you mean ports\?\); known are ports"):
        reader.finish()


@pytest.mark.parametrize(("value", "truth"), [(True, True), (False, False), ("true", True), ("False", False)])
def test_true_and_false_are_read(value: object, truth: bool) -> None:
    """As YAML has them, or as text."""
    assert OptionReader({"sensor": value}).flag("sensor", default=not truth) is truth
    assert OptionReader({}).flag("sensor", default=truth) is truth


@pytest.mark.parametrize("value", ["on", 1, None, ""])
def test_what_is_neither_true_nor_false_is_refused(value: object) -> None:
    """A number is no truth."""
    with pytest.raises(OptionsError, match="neither true nor false"):
        OptionReader({"sensor": value}).flag("sensor", default=True)


def test_a_text_is_read_without_spaces_around_it() -> None:
    """It has no default unless it is given one."""
    assert OptionReader({"folder": " C:\\Data "}).text("folder") == "C:\\Data"
    assert OptionReader({}).text("folder", "a") == "a"
    for options in ({}, {"folder": " "}, {"folder": 3}):
        with pytest.raises(OptionsError, match="folder"):
            OptionReader(options).text("folder")
