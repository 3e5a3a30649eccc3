"""Who answers when hands are needed, and what becomes of it on a simulated bench."""

import asyncio
from collections.abc import Mapping
from typing import Any

from autosynth.clock import LoopClock, run_virtual
from autosynth.engine.operator import Answer, Question, RehearsedDesk

CHARGE = {"do": "charge", "vessel": "jar", "powder": "Cu", "mass_mg": 50.0}


def rehearsed(question: Question, entered: float | None) -> tuple[Answer | None, list[tuple[str, float]]]:
    """Answer a question 30 s after it was asked; return the answer and what the bench has seen done, and when."""
    done: list[tuple[str, float]] = []

    def hands(task: Mapping[str, Any], t_s: float) -> Mapping[str, Any]:
        done.append((task["do"], t_s))
        return {"mass_mg": 50.3} if task["do"] == "charge" else {}

    async def main() -> Answer | None:
        clock = LoopClock(asyncio.get_running_loop())
        desk = RehearsedDesk(clock, hands)
        asking = asyncio.create_task(desk.ask(question))
        await clock.sleep(30.0)
        assert done == []
        assert desk.answer(question.action, Answer("eve", entered))
        return await asking

    return run_virtual(main()), done


def test_what_somebody_confirms_is_done_to_a_simulated_bench() -> None:
    """Not before it was confirmed, and once."""
    question = Question("1", "close jar", 10.0, task={"do": "close", "vessel": "jar"})
    assert rehearsed(question, None) == (Answer("eve"), [("close", 30.0)])


def test_the_mass_of_a_rehearsal_is_that_in_the_simulated_jar() -> None:
    """Nobody has weighed what they enter."""
    question = Question("1", "weigh in Cu", 10.0, "mass", "g", 0.0, 0.15, task=CHARGE)
    assert rehearsed(question, 0.05) == (Answer("eve", 0.0503), [("charge", 30.0)])


def test_what_is_no_task_is_done_by_the_person_alone() -> None:
    """As a prompt of the recipe's own."""
    assert rehearsed(Question("1", "look at the colour", 10.0), None) == (Answer("eve"), [])
