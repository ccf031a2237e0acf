"""All prose of the pages: what a word, a number or a heading says, a module for each page."""
