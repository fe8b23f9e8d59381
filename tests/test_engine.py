"""Work in processes: in order, whatever happens to a worker."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.engines import Engine
from pipeline.engines.forked import beside, map_forked
from pipeline.engines.local import LocalEngine
from pipeline.errors import EngineError


def work(item: int) -> str:
    if item == 13:
        os.kill(os.getpid(), signal.SIGKILL)
    if item == 17:
        time.sleep(600)
    if item == 19:
        message = "nineteen"
        raise ValueError(message)
    return f"done {item}"


def failed(item: int, reason: str, message: str) -> str:
    return f"{reason} {item}: {message.strip().splitlines()[-1]}"


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = LocalEngine(2, 1.0)
    yield engine
    engine.close()


def test_results_come_in_the_order_of_the_items(engine: Engine) -> None:
    items = [n for n in range(100) if n not in {13, 17, 19}]
    assert list(engine.map(work, items, failed)) == [f"done {n}" for n in items]


def test_one_item_that_ends_hangs_or_breaks_a_worker_costs_itself_alone(engine: Engine) -> None:
    results = list(engine.map(work, range(40), failed))
    broken = {n: result for n, result in enumerate(results) if result != f"done {n}"}
    assert set(broken) == {13, 17, 19}
    assert broken[13].startswith("worker-died 13")
    assert broken[17].startswith("timeout 17")
    assert broken[19] == "crashed 19: ValueError: nineteen"


def test_nothing_to_do_is_nothing_done(engine: Engine) -> None:
    assert list(engine.map(work, [], failed)) == []


def test_forked_processes_see_what_this_one_holds() -> None:
    held = [object() for _ in range(50)]  # nothing that could be sent to them
    places = {id(one): place for place, one in enumerate(held)}
    numbers = list(range(50))
    for workers in (1, 2):
        found = list(map_forked(lambda n: places[id(held[n])], numbers, workers))
        assert found == numbers


@pytest.mark.parametrize(("item", "error"), [(13, EngineError), (19, ValueError)])
def test_an_item_that_fails_in_a_forked_process_is_never_passed_over(
    item: int, error: type[Exception]
) -> None:
    with pytest.raises(error):
        list(map_forked(work, [1, 2, item, 3], 2))
    assert list(map_forked(work, [], 2)) == []


def test_forked_processes_are_replaced_after_so_many_items() -> None:
    def work(item: int) -> tuple[int, int]:
        return item, os.getpid()

    found = list(map_forked(work, range(7), 2, 3))
    assert [item for item, _ in found] == list(range(7))
    rounds = [{process for _, process in found[start : start + 3]} for start in (0, 3, 6)]
    assert len(rounds[0] | rounds[1] | rounds[2]) == sum(map(len, rounds))
    assert len({process for _, process in map_forked(work, range(7), 2)}) <= 2


def test_what_is_done_beside_is_done_when_that_ends(tmp_path: Path) -> None:
    begun, ended = tmp_path / "begun", tmp_path / "ended"

    def last() -> None:
        begun.touch()
        while not ended.exists():
            time.sleep(0.01)
        begun.unlink()

    with beside(last):
        while not begun.exists():
            time.sleep(0.01)
        ended.touch()
    assert not begun.exists()


def test_an_error_of_what_is_done_beside_is_raised_behind_ones_own() -> None:
    with pytest.raises(ValueError, match="nineteen"), beside(lambda: work(19)):
        pass
    with pytest.raises(KeyError), beside(lambda: work(19)):
        raise KeyError
    with pytest.raises(EngineError), beside(lambda: work(13)):
        pass
