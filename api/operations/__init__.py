"""Running the service: server processes, logs, figures, backup, what an operator installs."""
