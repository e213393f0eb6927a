"""The turnstile: no more than its places at once, first come first served, and nobody holds one for ever."""

import asyncio

from pages.server.turnstile import Place, Turnstile


def arrived(turns: list) -> list[int]:
    return [k for k, turn in enumerate(turns) if turn.done() and not turn.cancelled()]


def test_places_are_given_in_the_order_of_arrival():
    async def run():
        turnstile = Turnstile(2, 60)
        turns = [turnstile.enter() for _ in range(5)]
        assert arrived(turns) == [0, 1]
        turns[1].result().leave()
        assert arrived(turns) == [0, 1, 2]
        turns[0].result().leave()
        turns[2].result().leave()
        assert arrived(turns) == [0, 1, 2, 3, 4]

    asyncio.run(run())


def test_a_hand_goes_before_clocks_but_not_for_ever(monkeypatch):
    async def run():
        turnstile = Turnstile(1, 60)
        first = turnstile.enter()
        turns = [turnstile.enter(patient=True), turnstile.enter(), turnstile.enter(patient=True), turnstile.enter()]
        order = []
        place = first.result()
        while len(order) < len(turns):
            place.leave()
            (now,) = set(arrived(turns)) - set(order)
            order.append(now)
            place = turns[now].result()
        assert order == [1, 3, 0, 2]
        clock = turnstile.enter(patient=True)
        monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: 1e9, raising=False)
        hand = turnstile.enter()
        monkeypatch.undo()
        place.leave()
        assert clock.done() and not hand.done(), "who came long after it"

    asyncio.run(run())


def test_a_place_is_left_once():
    async def run():
        turnstile = Turnstile(1, 60)
        first, *others = [turnstile.enter() for _ in range(4)]
        place: Place = first.result()
        place.leave()
        place.leave()
        assert arrived(others) == [0]

    asyncio.run(run())


def test_who_takes_long_is_passed():
    async def run():
        turnstile = Turnstile(1, 0.02)
        slow, next_one = turnstile.enter(), turnstile.enter()
        await asyncio.wait_for(next_one, 5)
        slow.result().leave()
        assert turnstile.free == 0
        next_one.result().leave()
        assert turnstile.free == 1

    asyncio.run(run())


def test_who_goes_away_is_skipped():
    async def run():
        turnstile = Turnstile(1, 60)
        first, gone, last = (turnstile.enter() for _ in range(3))
        gone.cancel()
        first.result().leave()
        assert last.done() and turnstile.free == 0

    asyncio.run(run())
