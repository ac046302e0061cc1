"""Processes as /proc shows them, made of files: one that is as it should be, and others by what is different."""

from pathlib import Path

STATUS = {
    "Name": "python3", "PPid": "1", "TracerPid": "0", "Uid": "64001\t64001\t64001\t64001", "VmSwap": "       0 kB",
    "CapInh": "0" * 16, "CapPrm": "0" * 16, "CapEff": "0" * 16, "CapBnd": "0" * 16, "CapAmb": "0" * 16,
    "NoNewPrivs": "1", "Seccomp": "2",
}  # fmt: skip
HEAD = "Limit                     Soft Limit           Hard Limit           Units     \n"


def process(root: Path, pid: int, *words: str, comm: str = "python3", **differs: str) -> None:
    """`differs`: fields of its status, and `core` and `file`, two limits as "soft hard"."""
    folder = root / "proc" / str(pid)
    folder.mkdir(parents=True)
    limits = {"Max file size": differs.pop("file", "0 0"), "Max core file size": differs.pop("core", "0 0")}
    (folder / "comm").write_text(comm + "\n")
    (folder / "cmdline").write_text("".join(f"{word}\0" for word in words))
    status = {**STATUS, **differs}
    (folder / "status").write_text("".join(f"{name}:\t{value}\n" for name, value in status.items()))
    rows = (f"{name:<25} {limit.split()[0]:<20} {limit.split()[1]:<20} bytes     \n" for name, limit in limits.items())
    (folder / "limits").write_text(HEAD + "".join(rows))
