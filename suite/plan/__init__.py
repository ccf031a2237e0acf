"""From what a user selects to the cells that are run.

A ``selection`` holds names. ``resolve`` turns them into models with files and tasks with items: it alone
downloads, hashes and loads, and ``own_pair`` is its case of a pair that no registry names.
``cells.plan`` multiplies models, tasks and prompts to cells, purely. ``stored`` makes the same plan of
cells that are finished, for the replay engine. ``unfinished`` and ``estimate`` compare a plan with a run
folder: what is missing, and what that costs.

A cell's id is the hash of everything that decides its samples, so the same plan in the same run folder
resumes.
"""
