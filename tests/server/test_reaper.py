"""Awaitables end soon after their answers, whatever a round meets."""

import asyncio
import threading

from bienvenue.server.reaper import EVERY, Reaper


def test_what_was_answered_is_over() -> None:
    async def main() -> None:
        loop, reaper = asyncio.get_running_loop(), Reaper()
        answered: asyncio.Future[None] = loop.create_future()
        waits: asyncio.Future[None] = loop.create_future()
        reaper.expect(loop)
        reaper.expect(loop)
        thread = threading.Thread(target=reaper.over, args=(answered,))
        thread.start()
        await asyncio.wait_for(answered, 60)
        assert not waits.done()
        reaper.over(waits)
        await asyncio.wait_for(waits, 60)
        # What comes after a rest is looked for again.
        again: asyncio.Future[None] = loop.create_future()
        reaper.expect(loop)
        reaper.over(again)
        await asyncio.wait_for(again, 60)

    asyncio.run(main())


def test_what_was_cancelled_is_left_alone() -> None:
    async def main() -> None:
        loop, reaper = asyncio.get_running_loop(), Reaper()
        gone: asyncio.Future[None] = loop.create_future()
        kept: asyncio.Future[None] = loop.create_future()
        gone.cancel()
        for one in (gone, kept):
            reaper.expect(loop)
            reaper.over(one)
        await asyncio.wait_for(kept, 60)
        assert gone.cancelled()

    asyncio.run(main())


def test_a_round_that_fails_is_not_the_last() -> None:
    faults: list[object] = []
    rounds = iter([ValueError, None, None, None])

    def each_round() -> None:
        fault = next(rounds, None)
        if fault is not None:
            raise fault

    async def main() -> None:
        loop, reaper = asyncio.get_running_loop(), Reaper(each_round)
        loop.set_exception_handler(lambda _, told: faults.append(told))
        done: asyncio.Future[None] = loop.create_future()
        reaper.expect(loop)
        reaper.over(done)
        await asyncio.wait_for(done, 60)

    asyncio.run(main())
    assert len(faults) == 1


def test_nobody_is_woken_where_nothing_is_expected() -> None:
    looked: list[None] = []

    async def main() -> None:
        Reaper(lambda: looked.append(None))
        await asyncio.sleep(EVERY * 5)

    asyncio.run(main())
    assert looked == []
