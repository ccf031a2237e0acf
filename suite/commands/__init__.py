"""The command line. A command is one module: its flags, its body, what it prints."""
