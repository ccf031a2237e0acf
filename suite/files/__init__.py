"""Files that people write and files that the suite keeps: one reader a format, and writing that is whole or not at all."""
