"""Files of rules whose parts are of another kind than they should be."""

import pytest

from autosynth.errors import InputError
from autosynth.plan.rulebook import Rulebook


@pytest.mark.parametrize(
    "text",
    [
        "- a\n",
        "text\n",
        "rules: 1\nfamilies: {metals: all}\n",
        "rules: 1\nlist: [3]\n",
        "rules: 1\nmeasured: {x: [1]}\n",
    ],
)
def test_what_should_be_a_mapping_and_is_none_is_said(text: str) -> None:
    """At the top, in a section, or among the rules."""
    with pytest.raises(InputError, match="a mapping is wanted"):
        Rulebook().read_rules(text, "rules.yaml")
