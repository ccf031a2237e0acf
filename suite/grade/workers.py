"""Killable processes in which math-verify compares answers: no hostile answer hangs, fills or stops the process that asks.

Each worker is ``python -m suite.grade.workers``, without torch: it reads ``[answer, gold]`` lines and writes ``true`` or
``false``. One comparison may use ``CPU_SECONDS`` of processor time (the kernel's timer ends the worker) and ``MEMORY`` bytes; a
worker that ends is replaced and its pair tried once more, on a fresh one; after that the verdict is None, an error.
"""

import atexit
import contextlib
import json
import os
import resource
import selectors
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path

CPU_SECONDS = 0.45
WALL_SECONDS = 20.0
"""A worker that is silent for so long is killed, even if the machine gave it no processor time."""
MEMORY = 400 * 2**20
TRIES = 2

Pair = tuple[str, str]
"""Answer and gold."""


def _limit_memory() -> None:
    """Let the process grow by ``MEMORY`` from here; where the system does not say how large it is, no limit is set."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        limit = int(statm.read_text().split()[0]) * resource.getpagesize() + MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _serve() -> None:
    """The worker: compare the pairs of stdin until it closes."""
    from suite.grade.symbolic import math_verify_equal

    math_verify_equal("x^2", "\\frac{1}{2}")  # what is loaded at first use is not charged to an answer
    _limit_memory()
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    print("ready", flush=True)
    for line in sys.stdin:
        answer, gold = json.loads(line)
        signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
        try:
            reply = "true" if math_verify_equal(answer, gold) else "false"
        except Exception as error:  # math-verify and sympy raise anything; the caller retries, then records an error
            reply = f"error {type(error).__name__}"
        signal.setitimer(signal.ITIMER_PROF, 0)
        print(reply, flush=True)


class _Worker:
    """One process and the pair that it is at."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "suite.grade.workers"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.ready = False
        self.job: int | None = None
        self.deadline = time.monotonic() + WALL_SECONDS

    def give(self, job: int, pair: Pair) -> None:
        assert self.process.stdin is not None
        self.job, self.deadline = job, time.monotonic() + WALL_SECONDS
        self.process.stdin.write(json.dumps(pair) + "\n")
        self.process.stdin.flush()

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream:
                stream.close()


class Workers:
    """A few worker processes, started when first needed and kept. Not for use from several threads at once."""

    def __init__(self, count: int | None = None) -> None:
        self.count = count or min(os.cpu_count() or 1, 8)
        self.idle: list[_Worker] = []

    def equal(self, pairs: Sequence[Pair]) -> list[bool | None]:
        """math-verify's verdict on each (answer, gold); None where it could not be had in ``TRIES`` tries."""
        verdicts: list[bool | None] = [None] * len(pairs)
        tries = [0] * len(pairs)
        waiting = deque(range(len(pairs)))
        busy: set[_Worker] = set()
        with selectors.DefaultSelector() as selector:
            while waiting or busy:
                self._hand_out(waiting, busy, pairs, selector)
                for worker, reply in self._replies(busy, selector):
                    job = worker.job
                    if reply in {"true", "false"} and job is not None:
                        verdicts[job] = reply == "true"
                    elif job is not None:
                        tries[job] += 1
                        if tries[job] < TRIES:
                            waiting.append(job)
                    self._release(worker, busy, selector, broken=reply is None)
        return verdicts

    def _hand_out(
        self, waiting: "deque[int]", busy: "set[_Worker]", pairs: Sequence[Pair], selector: selectors.BaseSelector
    ) -> None:
        while waiting and len(busy) < self.count:
            worker = self.idle.pop() if self.idle else _Worker()
            busy.add(worker)
            selector.register(worker.process.stdout, selectors.EVENT_READ, worker)  # type: ignore[arg-type]
            job = waiting.popleft()
            with contextlib.suppress(BrokenPipeError):  # it has ended; that is read as its reply
                worker.give(job, pairs[job])

    def _replies(self, busy: "set[_Worker]", selector: selectors.BaseSelector) -> "list[tuple[_Worker, str | None]]":
        """Workers that have answered (their line) or have ended or are over time (None)."""
        out: list[tuple[_Worker, str | None]] = []
        for key, _ in selector.select(timeout=0.5):
            worker: _Worker = key.data
            line = worker.process.stdout.readline()  # type: ignore[union-attr]
            if line == "ready\n":
                worker.ready = True
                worker.deadline = time.monotonic() + WALL_SECONDS
            else:
                out.append((worker, line.strip() or None))
        answered = {worker for worker, _ in out}
        out += [(worker, None) for worker in busy - answered if time.monotonic() > worker.deadline]
        return out

    def _release(self, worker: _Worker, busy: "set[_Worker]", selector: selectors.BaseSelector, broken: bool) -> None:
        selector.unregister(worker.process.stdout)  # type: ignore[arg-type]
        busy.discard(worker)
        if broken:
            worker.end()
        else:
            worker.job = None
            self.idle.append(worker)

    def close(self) -> None:
        """End all workers."""
        while self.idle:
            self.idle.pop().end()


WORKERS = Workers()
atexit.register(WORKERS.close)

if __name__ == "__main__":
    _serve()
