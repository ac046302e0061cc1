"""Nobody but the log, the faults and the commands writes where a log is read."""

import ast
from pathlib import Path

import pos_bridge

# Who may write to standard output or error, and why nothing of a customer's can be in it.
WRITERS = {
    "log/log.py": "the events",
    "log/faults.py": "types and places of exceptions, from the code's own text",
    "cli": "commands for a person at the till, from the journal's closed columns and the configuration",
    "card/emv_check.py": "what is wrong with a file of terminal data, by its keys; a program that never sees a card",
    "config/terminal_data.py": "nothing: it hears what that program says",
    "network/nft.py": "nothing: it hears what the program nft says",
    "evidence/bytecode.py": "nothing: it hushes what the compiler warns of a source",
    "ops/est.py": "nothing: it makes an error of a library's warning",
    "card/program.py": "nothing: an empty write",
    "pos_api/connection.py": "nothing: the logger that uvicorn wants, in no hierarchy and above every level",
}


SPEAKS = {"print", "stderr", "stdout", "__stderr__", "__stdout__", "structlog", "traceback", "faulthandler", "pprint"}


SPEAKS_AS_MODULE = {"logging", "warnings", "syslog", "structlog", "traceback", "faulthandler", "pprint"}


def speakers() -> dict[str, set[str]]:
    """Each module that names something which writes where the log is written, and what."""
    root = Path(pos_bridge.__file__).parent
    found: dict[str, set[str]] = {}
    for path in sorted(root.rglob("*.py")):
        if path.name.endswith(("_pb2.py", "_pb2_grpc.py")):
            continue
        said: set[str] = set()
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Name(id=name) | ast.Attribute(attr=name) if name in SPEAKS:
                    said.add(name)
                case ast.Import(names=names):
                    said |= {alias.name for alias in names} & SPEAKS_AS_MODULE
                case ast.ImportFrom(module=str(module)) if module.split(".")[0] in SPEAKS_AS_MODULE:
                    said.add(module)
                case ast.Call(func=ast.Attribute(value=ast.Name(id="os"), attr="write"), args=[ast.Constant(), *_]):
                    said.add("os.write")
                case _:
                    pass
        if said:
            found[path.relative_to(root).as_posix()] = said
    return found


def test_only_the_log_faults_and_commands_write_where_it_is_read():
    names = {name.split("/")[0] if name.startswith("cli/") else name for name in speakers()}
    assert names == set(WRITERS)
