"""What a till is answered about the terminal itself: to Login and to Diagnosis."""

from pos_bridge.wire.nexo.fields import Fields
from pos_bridge.wire.nexo.response import Response


class PoiStatus(Fields, frozen=True):
    """GlobalStatus is OK, Busy, Maintenance or Unreachable."""

    global_status: str
    card_reader_ok_flag: bool
    communication_ok_flag: bool


class HostStatus(Fields, frozen=True):
    is_reachable_flag: bool


class PoiSoftware(Fields, frozen=True):
    manufacturer_id: str
    application_name: str
    software_version: str


class PoiTerminalData(Fields, frozen=True):
    terminal_environment: str
    poi_capabilities: tuple[str, ...]
    poi_serial_number: str


class PoiSystemData(Fields, frozen=True):
    date_time: str
    poi_software: PoiSoftware
    poi_terminal_data: PoiTerminalData
    poi_status: PoiStatus


class LoginResponse(Fields, frozen=True):
    response: Response
    poi_system_data: PoiSystemData | None = None


class DiagnosisResponse(Fields, frozen=True):
    response: Response
    poi_status: PoiStatus | None = None
    host_status: tuple[HostStatus, ...] = ()
