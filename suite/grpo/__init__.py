"""GRPO on TRL: how the suite makes the checkpoints that it judges.

One training is a story in six steps:

1. ``job`` checks the run, loading nothing, and plans the pairs that it will register (``recipe``,
``expression``). 2. ``rows`` prepares the prompts: ``data`` loads problems, ``decontaminate`` removes what a
task asks, ``labels``
   replaces the answers if the reward compares with labels (which ``labelling`` draws, ``vote`` counts and
   ``strong_check`` judges).
3. ``launch`` trains in this process, or starts one ``worker`` per device. 4. ``train`` runs TRL in a work
folder (``settings``: the recipe in TRL's words; ``trainer``: what TRL lacks). Its
   ``job.json`` holds everything that decides the weights, so a killed run resumes its own work and no other.
5. The weights of each step to keep are handed over in one rename, hashed, and registered with pair and
record. 6. A registered checkpoint is not trained again if its base's weights and the hash of its settings are
the same.

``rewards`` is the table of what can be trained, ``sweep`` a grid of runs.
"""
