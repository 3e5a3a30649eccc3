"""Folders that instruments write into are looked into and never left; a simulated bench's are written as one looks."""

import threading
from pathlib import Path

import pytest

from autosynth.clock import run_real, run_virtual
from autosynth.errors import ArgumentError, NotConnectedError
from autosynth.wire.folder import LARGEST_FILE, DiskFolder, DroppedFiles


def share(tmp_path: Path) -> DiskFolder:
    (tmp_path / "block1" / "Enhanced").mkdir(parents=True)
    (tmp_path / "block1" / "data.1d").write_bytes(b"12345")
    (tmp_path / "block1" / "Enhanced" / "acqu.par").write_bytes(b"x")
    return DiskFolder(tmp_path, threaded=False)


def test_files_are_listed_and_read_with_those_below(tmp_path: Path) -> None:
    """A listing gives sizes by relative path; reading gives contents; a folder that is not there is None."""
    folder = share(tmp_path)
    assert run_virtual(folder.listing("block1")) == {"Enhanced/acqu.par": 1, "data.1d": 5}
    assert run_virtual(folder.read("block1")) == {"Enhanced/acqu.par": b"x", "data.1d": b"12345"}
    assert run_virtual(folder.listing("block2")) is None


def test_files_in_the_root_itself_are_found_by_how_they_begin(tmp_path: Path) -> None:
    """Those below it, links and other names are not; one is read by its name, and nothing beside the root is."""
    folder = share(tmp_path)
    (tmp_path / "run7.dx").write_bytes(b"abc")
    (tmp_path / "run7").mkdir()
    (tmp_path / "run7.csv").symlink_to("/etc/hostname")
    assert run_virtual(folder.entries("run7")) == {"run7.dx": 3}
    assert run_virtual(folder.entries("data")) == {}
    assert run_virtual(folder.examined("run7.dx", bytes)) == b"abc"
    for name in ("block1/data.1d", "../x", "/etc/hostname", ""):
        with pytest.raises(ArgumentError):
            run_virtual(folder.examined(name, bytes))
    for name in ("run8.dx", "block1"):
        with pytest.raises(NotConnectedError):
            run_virtual(folder.examined(name, bytes))
    with pytest.raises(NotConnectedError, match="is not there"):
        run_virtual(DiskFolder(tmp_path / "gone", threaded=False).entries("run7"))


@pytest.mark.parametrize(
    "name", ["../block1", "/etc", "a/../../b", "C:\\Windows", "..", "", "//etc/ssl", "\\\\etc\\ssl", "a\\..\\.."]
)
def test_no_name_leaves_the_root(tmp_path: Path, name: str) -> None:
    """Whatever a name tries, what is above the root is never looked into."""
    (tmp_path / "in").mkdir()
    (tmp_path / "block1").mkdir()
    with pytest.raises(ArgumentError, match="not the name of a folder"):
        run_virtual(DiskFolder(tmp_path / "in", threaded=False).listing(name))


def test_a_folder_that_is_a_link_out_of_the_root_is_refused(tmp_path: Path) -> None:
    """Also when its name alone is harmless, and only then: a link within the root is as good as what it leads to."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "root" / "real").mkdir(parents=True)
    (tmp_path / "root" / "out").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "root" / "in").symlink_to(tmp_path / "root" / "real")
    folder = DiskFolder(tmp_path / "root", threaded=False)
    with pytest.raises(ArgumentError, match="leads out of"):
        run_virtual(folder.listing("out"))
    assert run_virtual(folder.listing("in")) == {}


def test_what_is_larger_than_any_measurement_is_not_read(tmp_path: Path) -> None:
    """All files together count, sparse or not."""
    folder = share(tmp_path)
    for name in ("a", "b"):
        with (tmp_path / "block1" / name).open("wb") as file:
            file.truncate(LARGEST_FILE // 2)
    with pytest.raises(NotConnectedError, match=r"4 files of .* bytes, more than any measurement"):
        run_virtual(folder.read("block1"))


def test_a_link_out_of_the_root_is_not_followed(tmp_path: Path) -> None:
    """A link that an instrument's computer left in the folder is no file of it."""
    folder = share(tmp_path)
    (tmp_path / "block1" / "link").symlink_to("/etc/hostname")
    assert "link" not in (run_virtual(folder.listing("block1")) or {})


def test_a_share_that_is_gone_is_a_lost_connection(tmp_path: Path) -> None:
    """Without its root, or the folder that is to be read, a device is not connected, and the advice says what to do."""
    with pytest.raises(NotConnectedError, match="is not there") as lost:
        run_virtual(DiskFolder(tmp_path / "gone", threaded=False).listing("block1"))
    assert "Mount" in lost.value.advice
    with pytest.raises(NotConnectedError, match="is not there"):
        run_virtual(share(tmp_path).read("block9"))


class Dropping:
    """A bench in memory that drops one file at each call."""

    def __init__(self) -> None:
        self.calls = 0
        self.bench = self

    def look(self) -> None:
        return None

    def files(self) -> list[tuple[str, bytes]]:
        self.calls += 1
        return [(f"magnet/block{self.calls}/data.1d", b"x" * self.calls)]


def test_what_a_simulated_bench_drops_is_there_when_somebody_looks(tmp_path: Path) -> None:
    """Each look first writes down what was dropped since the last one, below the folder of its device."""
    bench = Dropping()
    folder = DroppedFiles(bench, tmp_path).folder("magnet")  # type: ignore[arg-type]
    assert bench.calls == 0
    assert run_virtual(folder.listing("block1")) == {"data.1d": 1}
    assert run_virtual(folder.read("block2")) == {"data.1d": b"xx"}


@pytest.mark.parametrize("threaded", [True, False])
def test_in_real_time_a_file_is_examined_beside_the_event_loop(tmp_path: Path, threaded: bool) -> None:
    """And its time of change is told, by which one that stays as it is is known; in virtual time there is neither."""
    (tmp_path / "run7.dx").write_bytes(b"abc")
    folder = DiskFolder(tmp_path, threaded=threaded)

    async def main() -> None:
        looked = await folder.examined("run7.dx", lambda content: (content, threading.get_ident()))
        assert (looked[0], looked[1] != threading.get_ident()) == (b"abc", threaded)
        mark = await folder.mark("run7.dx")
        assert mark == ((3, (tmp_path / "run7.dx").stat().st_mtime_ns) if threaded else None)
        if threaded:
            for name, error in (("../x", ArgumentError), ("run8.dx", NotConnectedError)):
                with pytest.raises(error):
                    await folder.mark(name)

    run_real(main())
