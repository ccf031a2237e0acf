"""Answers of other tools as finished cells: ``rlvr-suite import lm-eval FOLDER --model ID --out RUN``.

``formats`` lists the formats; each has a module that reads a file into ``AnswerSet``. ``task_names`` finds
the suite's task of the same items, ``matching`` the item that each answer belongs to. ``statement`` settles
how the answers were drawn, from the file and the flags. ``drafts`` makes complete cells of all this,
``replacing`` checks them against the cells that the run has, and ``importing`` runs the steps and writes.
Whatever does not fit is an error, and then nothing is written.
"""
