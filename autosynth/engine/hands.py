"""What a step needs a person's hands for: asked in words, told to a simulated bench as a task, booked when done.

Each is done once: what the history says was handled is not asked for again after a crash. Nobody's word is taken for
what an instrument can tell.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

from autosynth.clock import Clock
from autosynth.engine.actionrecord import ActionRecord
from autosynth.engine.control import Control
from autosynth.engine.operator import Answer, Operator, Question
from autosynth.engine.recorder import Recorder
from autosynth.errors import JournalError

NOT_PEOPLE = ("engine", "recovery", "interlock")
"""Who may restart a run without having done what a step asked of a person."""

DISK_PATIENCE_S = 10.0
"""So long the disk may take to confirm what hands have done, before the run is held."""

type_task = Mapping[str, Any]


class Permitting(Protocol):
    """The live rules, asked before hands are asked for."""

    async def permit_hands(self, vessel: str, doing: str) -> bool:
        """Say whether hands may do this to a vessel now; when not, the run has been held."""
        ...


class Hands:
    """Asks for one run."""

    def __init__(self, clock: Clock, recorder: Recorder, control: Control, operator: Operator) -> None:
        self._clock = clock
        self._recorder = recorder
        self._control = control
        self._operator = operator
        self.rules: Permitting | None = None
        """Asked before anything is opened."""

    async def do(
        self,
        record: ActionRecord,
        phase: str,
        task: type_task,
        prompt: str,
        likely_s: float,
        booked: Mapping[str, Any] | None = None,
    ) -> Mapping[str, Any]:
        """Have something done to a vessel, unless it was done, and return what was booked of it.

        Raises:
            RunEndedError: the run was stopped.
        """
        if phase not in record.marks:
            answer = await self._asked(record, task, Question(record.action, prompt, likely_s), phase)
            await self._handled({"phase": phase, **task, **(booked or {}), "who": answer.who}, record.action)
        return record.marks[phase]

    async def weigh_in(self, record: ActionRecord, phase: str, task: type_task, prompt: str, likely_s: float) -> None:
        """Have powder weighed in by hand, and book what the person enters, in mg if they give no unit.

        Raises:
            RunEndedError: the run was stopped.
        """
        if phase in record.marks:
            return
        most_g = 3e-3 * float(task["mass_mg"])
        question = Question(record.action, prompt, likely_s, "mass", "mg", low=0.0, high=most_g)
        answer = await self._asked(record, task, question, phase)
        if answer.value is None:
            raise ValueError(f"{question.prompt}: no mass was entered")
        told = {**task, "mass_mg": 1e3 * answer.value, "mass_sd_mg": HAND_SD_MG, "who": answer.who, "phase": phase}
        await self._handled(told, record.action)

    async def enter(
        self, record: ActionRecord, phase: str, task: type_task, question: Question, as_: str
    ) -> Mapping[str, Any]:
        """Have something done that a person puts a number to, unless it was done; return what was booked of it.

        The number is booked as `as_`, in the canonical unit.

        Raises:
            RunEndedError: the run was stopped.
        """
        if phase not in record.marks:
            answer = await self._asked(record, task, question, phase)
            if answer.value is None:
                raise ValueError(f"{question.prompt}: nothing was entered")
            await self._handled({**task, as_: answer.value, "who": answer.who, "phase": phase}, record.action)
        return record.marks[phase]

    async def _asked(self, record: ActionRecord, task: type_task, question: Question, phase: str) -> Answer:
        """Ask when the run goes and no live rule stands against it."""
        await self._control.pass_gate()
        while self.rules is not None and not await self.rules.permit_hands(str(task["vessel"]), str(task["do"])):
            await self._control.pass_gate()
        return await self.ask(replace(question, task=self._once(record, phase, task)))

    def _once(self, record: ActionRecord, phase: str, task: type_task) -> dict[str, Any]:
        """Name a task, so that whoever is asked again after a crash can tell what they have done already."""
        return {**task, "once": f"{self._recorder.history.meta.get('run', '')} {record.action} {phase}"}

    async def _handled(self, told: Mapping[str, Any], action: str) -> None:
        """Book what hands have done, on the disk: nobody is to be asked for it again."""
        self._recorder.record("handled", told, action)
        try:
            await self._recorder.durable(DISK_PATIENCE_S)
        except JournalError as error:
            self._control.hold(f"the journal cannot be written: {error}")

    async def ask(self, question: Question) -> Answer:
        """Ask until there is an answer that will do; without anybody the run is held, and whoever restarts has done it.

        Raises:
            RunEndedError: the run was stopped.
        """
        while (answer := await self._operator.ask(question)) is None or not question.accepts(answer):
            said = "" if answer is None else f" (not {answer.value})"
            restart = f"when it is done, restart{question.by_restart}"
            reason = f"{question.action} needs a person: {question.prompt}{said}; {restart}"
            self._control.hold(reason)
            await self._control.pass_gate()
            answer = question.restarted(self._control.last.who, self._control.last.value)
            if self._control.last.who not in NOT_PEOPLE and question.accepts(answer):
                break
        return answer


HAND_SD_MG = 0.2
"""How well a person weighs on an analytical balance, tare included [assumed]."""
