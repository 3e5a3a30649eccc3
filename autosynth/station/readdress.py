"""A station file with other addresses and everything else, comments included, as it was written."""

from collections.abc import Mapping

import yaml

from autosynth.errors import InputError, Problem


def readdressed(text: str, addresses: Mapping[str, str]) -> str:
    """Return a station file's text with each device's `address` replaced by a flow mapping.

    Raises:
        InputError: a device has no address of its own in the text.
    """
    devices = _mapping(yaml.compose(text, yaml.SafeLoader)).get("devices")
    spans: dict[tuple[int, int], str] = {}
    for name, address in addresses.items():
        entry = _mapping(devices).get(name)
        node = _mapping(entry).get("address")
        if node is None:
            raise InputError(Problem(f"{name} has no address that could be replaced", rule="station"))
        spans[node.start_mark.index, _end(node)] = address
    for (start, end), address in sorted(spans.items(), reverse=True):
        text = text[:start] + address + text[end:]
    return text


def _mapping(node: yaml.Node | None) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {str(key.value): value for key, value in node.value}


def _end(node: yaml.Node) -> int:
    """Return where a node's text ends: a block mapping's mark lies behind the blank lines after it."""
    if isinstance(node, yaml.MappingNode) and not node.flow_style and node.value:
        return _end(node.value[-1][1])
    return int(node.end_mark.index)
