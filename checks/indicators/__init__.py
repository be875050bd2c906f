"""The control indicator list, and conditions frozen from it."""
