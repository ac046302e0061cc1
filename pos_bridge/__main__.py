"""`python -m pos_bridge` and `pos-bridge` begin here: the engine first sees to its memory, before it loads the rest."""

import sys

from pos_bridge import memory


def main() -> int:
    """The command's exit code."""
    if sys.argv[1:2] == ["run"]:
        memory.begin_again()
    from pos_bridge.cli.main import main as command  # noqa: PLC0415 - what is loaded before beginning again is loaded
    from pos_bridge.cli.pipe import while_read  # noqa: PLC0415 - twice

    return while_read(command)


if __name__ == "__main__":
    sys.exit(main())
