"""Files that people write and files that the suite keeps: one reader for each format, and atomic writing."""
