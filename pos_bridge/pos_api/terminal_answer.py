"""What a till is told about the terminal itself: what it is, and how it is. Read-only; `health` is as last seen."""

from pos_bridge.domain.outcome import Health
from pos_bridge.pos_api.payment_answer import Terminal
from pos_bridge.wire.nexo.pairs import encode_pairs
from pos_bridge.wire.nexo.response import Response
from pos_bridge.wire.nexo.terminal_response import (
    DiagnosisResponse,
    HostStatus,
    LoginResponse,
    PoiSoftware,
    PoiStatus,
    PoiSystemData,
    PoiTerminalData,
)
from pos_bridge.wire.nexo.words import Result


def login_response(terminal: Terminal, health: Health, stamp: str, *, busy: bool) -> LoginResponse:
    """`stamp` is the time now, ISO 8601. `busy`: a payment runs."""
    system = PoiSystemData(
        date_time=stamp,
        poi_software=PoiSoftware("pos-bridge", "pos-bridge", terminal.version),
        poi_terminal_data=PoiTerminalData("Attended", terminal.capabilities, terminal.poiid),
        poi_status=_poi_status(health, busy=busy),
    )
    return LoginResponse(Response(Result.SUCCESS), system)


def diagnosis_response(health: Health, *, busy: bool, with_hosts: bool) -> DiagnosisResponse:
    state = (
        ("journal", _ok(yes=health.journal_writable)),
        ("processor", _ok(yes=health.processor_reachable)),
        *((f"reader.{name}", _ok(yes=present)) for name, present in health.readers),
    )
    hosts = (HostStatus(health.processor_reachable),) if with_hosts else ()
    response = Response(Result.SUCCESS, additional_response=encode_pairs(state))
    return DiagnosisResponse(response, _poi_status(health, busy=busy), hosts)


def _poi_status(health: Health, *, busy: bool) -> PoiStatus:
    if not health.journal_writable:
        status = "Maintenance"
    elif busy:
        status = "Busy"
    else:
        status = "OK" if health.processor_reachable else "Unreachable"
    return PoiStatus(
        global_status=status,
        card_reader_ok_flag=any(present for _, present in health.readers),
        communication_ok_flag=health.processor_reachable,
    )


def _ok(*, yes: bool) -> str:
    return "ok" if yes else "down"
