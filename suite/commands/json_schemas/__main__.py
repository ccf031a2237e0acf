"""``python -m suite.commands.json_schemas`` writes the schemas beside this module."""

from suite.commands.json_schemas import write_schemas

write_schemas()
