"""``python -m suite.json_schemas`` writes the schemas beside this module."""

from suite.json_schemas import write_schemas

write_schemas()
