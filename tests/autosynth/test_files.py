"""What is no file is never waited for, and what is too large never read."""

import os
import socket
from pathlib import Path

import pytest

from autosynth.engine.inputs import read_text
from autosynth.errors import InputError
from autosynth.files import lines_of, read_within
from autosynth.language.yaml import load_yaml


def test_a_file_is_read_to_its_limit(tmp_path: Path) -> None:
    """A file of exactly the limit is whole, one byte more is refused, and so is one that claims less than it holds."""
    path = tmp_path / "file"
    path.write_bytes(b"x" * 1000)
    assert read_within(path, 1000) == b"x" * 1000
    with pytest.raises(InputError, match="at most 0 MB are read"):
        read_within(path, 999)


@pytest.mark.skipif(os.name != "posix", reason="kinds of files are POSIX")
def test_a_pipe_a_folder_a_device_and_a_socket_are_no_files(tmp_path: Path) -> None:
    """Each is refused by its kind, at once; a link to one is no better."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    for name, kind in (("pipe", "a pipe"), ("link", "a pipe"), (".", "a folder"), ("/dev/zero", "a device")):
        with pytest.raises(InputError, match=f"is {kind}, a file is wanted"):
            read_within(tmp_path / name, 1000)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s"))
        with pytest.raises(OSError, match="No such device"):
            read_within(tmp_path / "s", 1000)


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="a file without a size needs /proc")
def test_a_file_that_grows_while_it_is_read_is_read_no_further() -> None:
    """Its size when it was opened is no promise: /proc says 0 for every file."""
    assert len(read_within(Path("/proc/self/status"), 100_000)) > 100
    with pytest.raises(InputError, match="are read"):
        read_within(Path("/proc/self/maps"), 100)


@pytest.mark.skipif(os.name != "posix", reason="kinds of files are POSIX")
@pytest.mark.parametrize("read", [load_yaml, read_text])
def test_inputs_are_files_of_bounded_size(tmp_path: Path, read: object) -> None:
    """Recipes, stations and libraries come through one of these two."""
    assert callable(read)
    os.mkfifo(tmp_path / "recipe.yaml")
    with pytest.raises(InputError, match="is a pipe"):
        read(tmp_path / "recipe.yaml")
    with pytest.raises(InputError, match="is a device"):
        read(Path("/dev/zero"))
    large = tmp_path / "large.yaml"
    with large.open("wb") as file:
        file.truncate(10_000_001)
    with pytest.raises(InputError, match=r"10\.0 MB"):
        read(large)


def test_text_comes_without_mark_and_with_line_feeds(tmp_path: Path) -> None:
    """Whatever an editor on whatever system made of it; bytes that are no UTF-8 are shown with their place."""
    path = tmp_path / "recipe.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\rc: 3\n")
    assert read_text(path) == "a: 1\nb: 2\nc: 3\n"
    path.write_bytes(b"a: 1\nb: \xff\n")
    with pytest.raises(InputError, match=r"recipe\.yaml:2:4: byte 0xff is not UTF-8"):
        read_text(path)


def test_a_line_ends_where_instruments_end_it() -> None:
    """In LF, CR LF or CR; what Unicode takes for a line end besides stands within a line."""
    assert lines_of("a\nb\r\nc\rd\n\n") == ["a", "b", "c", "d", ""]
    assert lines_of("") == []
    for mark in "\v\f\x1c\x1d\x1e\x85\u2028\u2029":
        assert lines_of(f"one{mark}line\nnext") == [f"one{mark}line", "next"]
