"""A ledger that was restored is another ledger: nobody may believe its "not seen" of what came after the backup."""

import shutil
from pathlib import Path

from hw_sim.processor.ledger import Ledger
from hw_sim.processor.mark import Mark
from pos_bridge.protocol import processor_v1_pb2 as pb
from tests.hw_sim.processor.conftest import Calls, Processor, Store, call, open_counter
from tests.hw_sim.processor.terminal import fresh_key


def epoch_of(processor: Processor) -> int:
    epochs: list[int] = []

    async def scenario(till: Calls) -> None:
        answer = await till.stub.LookUp(pb.LookUpRequest(key=fresh_key()), timeout=20)
        epochs.append(answer.ledger_epoch)

    call(processor.store, scenario)
    return epochs[0]


def test_a_backup_that_was_copied_over_is_noticed(own_processor: Processor) -> None:
    processor, ledger = own_processor, own_processor.store.folder / "ledger.db"
    key = fresh_key()

    async def sells(till: Calls) -> None:
        assert await till.sell(key) == "approved"

    async def has_lost_it(till: Calls) -> None:
        assert await till.look_up(key) == "NOT_SEEN"

    first = epoch_of(processor)
    processor.stop()
    backup = ledger.with_suffix(".backup")
    shutil.copyfile(ledger, backup)
    processor.start()
    assert epoch_of(processor) == first, "a clean end loses nothing"
    call(processor.store, sells)
    processor.kill()
    processor.start()
    assert epoch_of(processor) == first, "nor does a kill"
    assert processor.state(key) == "authorised"
    processor.stop()
    epochs = {first}
    for count in (2, 3):  # each restoration is one, also of the same backup
        shutil.copyfile(backup, ledger)
        processor.start()
        epochs.add(epoch_of(processor))
        assert len(epochs) == count
        call(processor.store, has_lost_it)
        processor.stop()
    processor.start()
    assert epoch_of(processor) in epochs


def test_a_ledger_that_was_deleted_is_another_one(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"
    counter = open_counter(store, file)
    first = counter.ledger.epoch()
    counter.ledger.close()
    file.unlink()
    with Ledger(file) as again:
        assert again.epoch() != first


def test_a_mark_that_is_damaged_says_nothing(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.db") as ledger:
        first = ledger.epoch()
    (tmp_path / "ledger.mark").write_bytes(b"not a count at all")
    with Ledger(tmp_path / "ledger.db") as ledger:
        assert ledger.epoch() == first
    mark = Mark(tmp_path / "other")
    assert mark.commits() == 0
    mark.close()


def test_no_session_of_before_the_restoration_is_in_force(store: Store, tmp_path: Path) -> None:
    file, backup = tmp_path / "ledger.db", tmp_path / "backup.db"
    first = open_counter(store, file)
    first.ledger.close()
    shutil.copyfile(file, backup)
    later = open_counter(store, file)
    later.ledger.close()
    shutil.copyfile(backup, file)
    with Ledger(file) as restored:
        assert restored.fence(first.till.name) not in {first.fence, later.fence}
    reopened = open_counter(store, file)
    assert reopened.fence > later.fence
    reopened.ledger.close()
