"""Login, Logout, Diagnosis, Abort, TransactionStatus: at once, whatever else goes on, and never a payment."""

import json
from typing import Any

import pytest

from pos_bridge.domain.leg import Cause
from pos_bridge.domain.outcome import Health
from pos_bridge.domain.trouble import Trouble
from tests.pos_api.fake_desk import failed
from tests.pos_api.told import event
from tests.pos_api.world import Store, more, result
from tests.wire.nexo.shapes import abort, cash, payment, request, status, with_field


def diagnosis(**flags: bool) -> dict[str, Any]:
    return request("Diagnosis", flags, service_id="D1")


def test_login_and_logout(store: Store):
    body = store.ask(request("Login", {"DateTime": "2026-11-23T09:30:00Z", "OperatorLanguage": "fr"}))
    assert result(body) == ("Success", None)
    system = body["POISystemData"]
    assert system["POISoftware"]["ApplicationName"] == "pos-bridge"
    assert system["POITerminalData"] == {
        "TerminalEnvironment": "Attended",
        "POICapabilities": ["MagStripe"],
        "POISerialNumber": "P400-123456789",
    }
    assert system["POIStatus"]["GlobalStatus"] == "OK"
    assert store.ask(request("Logout", {})) == {"Response": {"Result": "Success"}}


@pytest.mark.parametrize(
    ("health", "global_status", "reader", "host"),
    [
        (Health(processor_reachable=True, journal_writable=True, readers=(("a", True),)), "OK", True, True),
        (Health(processor_reachable=False, journal_writable=True, readers=(("a", True),)), "Unreachable", True, False),
        (Health(processor_reachable=True, journal_writable=False, readers=()), "Maintenance", False, True),
        (
            Health(processor_reachable=True, journal_writable=True, readers=(("a", False), ("b", True))),
            "OK",
            True,
            True,
        ),
    ],
)
def test_diagnosis_tells_what_was_last_seen(store: Store, health, global_status, reader, host):
    store.desk.state = health
    body = store.ask(diagnosis(HostDiagnosisFlag=True))
    assert result(body) == ("Success", None)
    assert body["POIStatus"] == {
        "GlobalStatus": global_status,
        "CardReaderOKFlag": reader,
        "CommunicationOKFlag": host,
    }
    assert body["HostStatus"] == [{"IsReachableFlag": host}]
    assert more(body)["journal"] == ("ok" if health.journal_writable else "down")
    for name, present in health.readers:
        assert more(body)[f"reader.{name}"] == ("ok" if present else "down")
    assert store.desk.asks == []
    assert "HostStatus" not in store.ask(diagnosis())


def test_while_a_payment_runs_everything_else_is_answered_at_once(store: Store):
    store.hold()
    paying = store.asking(payment())
    store.wait_for(lambda: store.desk.live == 1)
    assert store.ask(diagnosis())["POIStatus"]["GlobalStatus"] == "Busy"
    for asked in (status(), status(None)):
        running = store.ask(asked)
        assert result(running) == ("Failure", "InProgress")
        assert running["MessageReference"]["ServiceID"] == "0207111104"
    other = store.ask(payment(service_id="other (2)"))
    assert result(other) == ("Failure", "Busy")
    assert more(other)["serviceId"] == "0207111104"
    assert result(store.ask(cash(service_id="3"))) == ("Failure", "Busy")
    assert result(store.ask(status(None))) == ("Failure", "InProgress")  # still the one that runs
    store.release()
    assert result(paying.answer()) == ("Success", None)
    assert len(store.desk.asks) == 1
    assert result(store.ask(payment(service_id="other (2)"))) == ("Success", None)


def test_a_request_never_seen_is_not_found_and_closed(store: Store):
    first = store.ask(status())
    assert result(first) == ("Failure", "NotFound")
    assert first["MessageReference"]["ServiceID"] == "0207111104"
    late = store.ask(payment())
    assert result(late) == ("Failure", "Aborted")
    assert len(late["PaymentReceipt"]) == 2
    assert store.desk.asks == []
    again = store.ask(status())
    body = again["RepeatedMessageResponse"]["RepeatedResponseMessageBody"]["PaymentResponse"]
    assert body == late


def test_there_is_no_last_payment_yet(store: Store):
    assert result(store.ask(status(None))) == ("Failure", "NotFound")


@pytest.mark.parametrize("path", ["MessageCategory", "POIID"])
def test_what_cannot_have_been_sent_is_not_found(store: Store, path):
    store.ask(payment())
    asked = with_field(status(), f"TransactionStatusRequest.MessageReference.{path}", "Reversal")
    assert result(store.ask(asked)) == ("Failure", "NotFound")


def test_a_reference_without_a_service_id_names_the_field(store: Store):
    asked = with_field(status(), "TransactionStatusRequest.MessageReference.ServiceID", None)
    body = store.ask(asked)
    assert result(body) == ("Failure", "MessageFormat")
    assert more(body)["field"] == "TransactionStatusRequest.MessageReference.ServiceID"


# ---- Abort ----


def test_an_abort_has_no_response_and_the_payment_tells(store: Store):
    store.hold()
    paying = store.asking(payment())
    store.wait_for(lambda: store.desk.live == 1)
    assert store.post(abort()) == (200, b"")
    assert result(paying.answer()) == ("Failure", "Aborted")


def test_an_abort_that_loses_the_race_changes_nothing(store: Store):
    first = store.ask(payment())
    code, raw = store.post(abort())
    assert code == 200
    assert "message=" in event(raw)
    assert store.ask(payment()) == first


def test_an_abort_before_its_payment_closes_it(store: Store):
    event(store.post(abort())[1])
    assert result(store.ask(payment())) == ("Failure", "Aborted")
    assert store.desk.asks == []


def test_an_abort_that_cannot_be_read_is_rejected_by_an_event(store: Store):
    for asked in (
        with_field(abort(), "AbortRequest.MessageReference", "Jean"),
        with_field(abort(), "AbortRequest.MessageReference.ServiceID", None),
        with_field(abort(), "AbortRequest.MessageReference.MessageCategory", "Print"),
    ):
        assert "Jean" not in event(store.post(asked)[1])


def test_a_rapid_send_and_cancel_leaves_nothing_stuck(store: Store):
    store.hold()
    for number in range(8):
        paying = store.asking(payment(service_id=f"n{number}"))
        store.post(abort(f"n{number}"))
        assert result(paying.answer()) == ("Failure", "Aborted")
    store.release()
    assert result(store.ask(payment())) == ("Success", None)
    assert store.desk.live == 0


# ---- faults of our own ----


class BadDayError(Exception):
    pass


@pytest.fixture
def broken(store: Store):
    store.desk.fault = BadDayError("4921817844445119 Jean Tremblay")
    yield store
    assert store.troubles != []
    store.troubles.clear()


def test_a_fault_at_the_desk_is_not_told_as_a_failed_payment(broken: Store, capfd, caplog):
    body = broken.ask(payment())
    assert result(body) == ("Failure", "InProgress")
    assert broken.troubles == [Trouble.PAYMENT]
    assert "Tremblay" not in json.dumps(body)
    assert capfd.readouterr() == ("", "")
    assert caplog.text == ""


def test_a_fault_elsewhere_is_an_unavailable_service_and_the_next_request_works(broken: Store):
    assert result(broken.ask(diagnosis())) == ("Failure", "UnavailableService")
    assert broken.troubles == [Trouble.REQUEST]
    broken.desk.fault = None
    assert result(broken.ask(payment())) == ("Success", None)


def test_an_answers_file_that_cannot_be_written_starts_no_payment(store: Store):
    store.answers.fault = OSError("disk full")
    assert result(store.ask(payment())) == ("Failure", "UnavailableService")
    assert store.troubles == [Trouble.PAYMENT]
    store.troubles.clear()
    store.answers.fault = None
    assert store.desk.asks == []
    store.desk.ending = failed(Cause.ISSUER)
    assert result(store.ask(payment())) == ("Failure", "Refusal")


def test_a_note_that_cannot_be_taken_disturbs_no_answer(store: Store):
    async def no_note(_key):
        raise BadDayError

    store.desk.told = no_note  # type: ignore[method-assign] # a desk that fails here only
    assert result(store.ask(payment())) == ("Success", None)
    store.wait_for(lambda: store.troubles == [Trouble.TOLD])
    store.troubles.clear()
