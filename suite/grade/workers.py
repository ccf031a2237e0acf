"""Killable processes in which math-verify compares answers.

No hostile answer hangs, fills or stops the process that asks.

Each worker is ``python -m suite.grade.workers``, without torch: it reads ``[answer, gold]`` lines and writes
``true`` or ``false``. One comparison may use ``CPU_SECONDS`` of processor time (the kernel's timer ends the
worker) and ``MEMORY`` bytes. A worker that ends is replaced and its pair tried once more, on a fresh one;
after that the verdict is None, an error.
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
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

CPU_SECONDS = 0.45
"""Processor time and not wall time, so that the verdict does not depend on what else the machine does."""
WALL_SECONDS = 20.0
"""A worker that is silent for so long is killed, even if the machine gave it no processor time."""
MEMORY = 400 * 2**20
TRIES = 2
"""How often a pair is tried: a worker may also end for reasons that are not the pair's."""

Pair = tuple[str, str]
"""Answer and gold."""


def serve(equal: Callable[[str, str], bool], cpu_seconds: float = CPU_SECONDS) -> None:
    """Be a worker: compare the pairs of stdin with ``equal`` until it closes."""
    equal("x^2", "\\frac{1}{2}")  # imports and caches are paid here, not by the first answer
    _limit_memory()
    signal.signal(signal.SIGPROF, signal.SIG_DFL)  # its default ends the process, whatever code is running
    print("ready", flush=True)
    for line in sys.stdin:
        answer, gold = json.loads(line)
        signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
        try:
            reply = "true" if equal(answer, gold) else "false"
        except Exception as error:
            # math-verify and sympy raise anything; the caller retries, then records it.
            reply = f"error {type(error).__name__}"
        signal.setitimer(signal.ITIMER_PROF, 0)
        print(reply, flush=True)


def _limit_memory() -> None:
    """Let the process grow by ``MEMORY`` from here.

    Without /proc its size is unknown, and no limit is set.
    """
    statm = Path("/proc/self/statm")
    if statm.exists():
        limit = int(statm.read_text().split()[0]) * resource.getpagesize() + MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


class _WorkerProcess:
    """One process, the number of the pair that it works on, and what it has written so far."""

    def __init__(self, module: str) -> None:
        command = [sys.executable, "-m", module]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert self.process.stdin is not None and self.process.stdout is not None
        self.stdin = self.process.stdin
        self.stdout = self.process.stdout
        self.written = b""
        self.job = -1
        self.deadline = 0.0

    def give(self, job: int, pair: Pair) -> None:
        self.job = job
        self.deadline = time.monotonic() + WALL_SECONDS
        with contextlib.suppress(BrokenPipeError):  # it has ended, which ``replies`` reports
            self.stdin.write(json.dumps(pair).encode() + b"\n")
            self.stdin.flush()

    def replies(self) -> list[str] | None:
        """Return the whole lines that have come since the last call; None once the process has ended."""
        chunk = os.read(self.stdout.fileno(), 65536)
        if not chunk:
            return None
        *lines, self.written = (self.written + chunk).split(b"\n")
        return [line.decode() for line in lines]

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self.stdin.close()
        self.stdout.close()


class _Batch:
    """Pairs on their way through the workers."""

    def __init__(self, pairs: Sequence[Pair]) -> None:
        self.pairs = pairs
        self.verdicts: list[bool | None] = [None] * len(pairs)
        self.tries = [0] * len(pairs)
        self.waiting = deque(range(len(pairs)))

    def take(self, job: int, reply: str | None) -> None:
        """Take a worker's reply on pair ``job``; None or an error puts it back, if it has tries left."""
        self.tries[job] += 1
        if reply in {"true", "false"}:
            self.verdicts[job] = reply == "true"
        elif self.tries[job] < TRIES:
            self.waiting.append(job)


class Workers:
    """A few worker processes, started when first needed and kept.

    Each process of a forked program has its own.

    Run as a program, ``module`` calls ``serve`` with the comparison that its workers make.
    """

    def __init__(self, count: int | None = None, module: str = __name__) -> None:
        self.module = module
        self.count = count or min(os.cpu_count() or 1, 8)
        self.idle: list[_WorkerProcess] = []
        self.owner = os.getpid()
        self.lock = threading.Lock()

    def equal(self, pairs: Sequence[Pair]) -> list[bool | None]:
        """Return the verdict on each (answer, gold); None if ``TRIES`` tries gave none."""
        if os.getpid() != self.owner:
            # This process was forked: the workers, and perhaps a held lock, are its parent's.
            self.idle = []
            self.owner = os.getpid()
            self.lock = threading.Lock()
        batch = _Batch(pairs)
        busy: set[_WorkerProcess] = set()
        with self.lock, selectors.DefaultSelector() as selector:
            try:
                while batch.waiting or busy:
                    self._hand_out(batch, busy, selector)
                    self._collect(batch, busy, selector)
            finally:
                # After an interruption: the replies of these would be taken for those of other pairs.
                for worker in busy:
                    worker.end()
        return batch.verdicts

    def _hand_out(self, batch: _Batch, busy: set[_WorkerProcess], selector: selectors.BaseSelector) -> None:
        while batch.waiting and len(busy) < self.count:
            worker = self.idle.pop() if self.idle else _WorkerProcess(self.module)
            busy.add(worker)
            selector.register(worker.stdout, selectors.EVENT_READ, worker)
            job = batch.waiting.popleft()
            worker.give(job, batch.pairs[job])

    def _collect(self, batch: _Batch, busy: set[_WorkerProcess], selector: selectors.BaseSelector) -> None:
        """Take the replies that are there; end workers that are over time."""
        for key, _ in selector.select(timeout=0.5):
            worker: _WorkerProcess = key.data
            lines = worker.replies()
            for reply in lines or []:
                if reply == "ready":  # it has started, which may take longer than a comparison
                    worker.deadline = time.monotonic() + WALL_SECONDS
                else:
                    batch.take(worker.job, reply)
                    self._release(worker, busy, selector, broken=False)
            if lines is None:
                batch.take(worker.job, None)
                self._release(worker, busy, selector, broken=True)
        for worker in list(busy):
            if time.monotonic() > worker.deadline:
                batch.take(worker.job, None)
                self._release(worker, busy, selector, broken=True)

    def _release(
        self,
        worker: _WorkerProcess,
        busy: set[_WorkerProcess],
        selector: selectors.BaseSelector,
        broken: bool,
    ) -> None:
        selector.unregister(worker.stdout)
        busy.discard(worker)
        if broken:
            worker.end()
        else:
            self.idle.append(worker)

    def close(self) -> None:
        """End all workers of this process."""
        while self.idle and os.getpid() == self.owner:
            self.idle.pop().end()


WORKERS = Workers()
atexit.register(WORKERS.close)

if __name__ == "__main__":
    from suite.grade.symbolic import math_verify_equal

    serve(math_verify_equal)
