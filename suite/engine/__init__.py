"""Draw samples from models: the only room that loads weights to answer items.

How cells become samples. ``planned`` turns a selection into cells, and ``run`` groups those that lack
samples by model. A model is loaded once, or its weights are swapped into the engine that is running where
that was proved safe (``reuse``). All cells of the model then go to lm-eval in one call (``evaluate``), and
lm-eval asks our ``LM`` for the answers (``adapter``). That is where the engine (``hf``, ``vllm``) draws the
missing samples and stores them; lm-eval is served from the store, and its own mean checks ours.

Resume. A sample's seed depends on the run seed, the task, the item and the sample's index alone
(``seeds``), so any sample can be drawn at any time. The HF engine plans its batches from the whole cell,
never from what is missing, because padding changes logits; a batch is stored before the next one starts.
vLLM takes one request a sample and stores finished ones every two seconds. A stored sample counts only if
it has the seed that it would be drawn with today. The cell's manifest is written last, when all are there.

Failures, each in one place:

1. A model that does not load fails all its cells (``run``); the next model goes on.
2. A cell that an engine cannot draw, such as a prompt longer than the context, fails alone (``hf.draw``,
   ``vllm.draw``).
3. Memory that runs out halves the batch and draws it again (``hf.generate``); only a single row that does
   not fit is a failure.
4. A kill loses at most the batch that was being drawn; the next run continues there
   (``contract.CellWork``).

A failure is never a wrong answer: its cell stays unfinished, without a score.

To add an engine, write ``suite/engine/NAME.py`` with a class that follows ``contract.Engine`` and a
function ``load(model)``, and add its row to ``suite.plan.engines.ENGINES``.
"""
