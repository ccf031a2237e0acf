"""A gate report as text, JUnit, badge and GitHub annotations."""
