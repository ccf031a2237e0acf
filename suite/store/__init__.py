"""Run folders: the only reader and writer of what evaluation and training leave on disk.

``run_folder`` is a whole run, ``cells`` the folder of one cell in it, ``imports`` how answers from
elsewhere enter all at once, ``pairs`` what run and registry know together, ``provenance`` what a number was
made with.

Three rules hold for every file. It is written beside its place and renamed into it, so a kill leaves whole
files only. A record whose presence means "finished" (``cell.json``, ``pair.json``) is written last. What is
read is checked: damage is an error that names the file, never a number.
"""
