"""GRPO recipes, rewards and training on TRL: how the suite makes the checkpoints it judges."""
