"""Which file system a path lies on, so that live runs are kept off network shares.

SQLite's write-ahead log needs shared memory and honest locks; network file systems give neither. Only what the
operating system reports is believed: an unknown file system counts as local.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import psutil

NETWORK_TYPES = frozenset(
    {
        "9p",
        "afpfs",
        "afs",
        "beegfs",
        "ceph",
        "cifs",
        "coda",
        "davfs",
        "drvfs",
        "fuse.ceph",
        "fuse.curlftpfs",
        "fuse.davfs",
        "fuse.glusterfs",
        "fuse.rclone",
        "fuse.s3fs",
        "fuse.sshfs",
        "gfs2",
        "glusterfs",
        "gpfs",
        "lustre",
        "ncpfs",
        "nfs",
        "nfs3",
        "nfs4",
        "ocfs2",
        "orangefs",
        "smb2",
        "smb3",
        "smbfs",
        "vboxsf",
        "virtiofs",
        "vmhgfs",
        "webdav",
    }
)
"""File systems whose locks or syncs reach over a network or out of a virtual machine (names as kernels give them)."""


class Mount(NamedTuple):
    """A mounted file system: where, of which type, with which options."""

    mountpoint: str
    fstype: str
    opts: str = ""


def mounts() -> Sequence[Mount]:
    """Return what the operating system has mounted now."""
    parts = psutil.disk_partitions(all=True)  # type: ignore[no-untyped-call]
    return [Mount(part.mountpoint, part.fstype, part.opts) for part in parts]


def network_mount(path: Path, mounted: Iterable[Mount]) -> Mount | None:
    """Return the network mount that holds `path`, or None if the path is local."""
    resolved = path.resolve()
    if str(resolved).startswith("\\\\"):
        return Mount(resolved.anchor, "UNC share")
    holding = [mount for mount in mounted if resolved.is_relative_to(mount.mountpoint)]
    if not holding:
        return None
    depth = max(len(Path(mount.mountpoint).parts) for mount in holding)
    mount = [mount for mount in holding if len(Path(mount.mountpoint).parts) == depth][-1]
    remote = mount.fstype.lower() in NETWORK_TYPES or "remote" in mount.opts.split(",")
    return mount if remote else None
