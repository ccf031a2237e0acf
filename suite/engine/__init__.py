"""The only code that samples from a model: lm-eval adapters."""
